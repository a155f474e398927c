//! Reading a batch's items from the source.

use longhaul_core::code::{MALFORMED_ANSWER, TOO_LARGE};
use longhaul_core::{Code, ItemKey, Timestamp};
use longhaul_ews::blob::Base64Text;
use longhaul_ews::{Exported, ItemError, UploadAction};
use tokio::time::{Instant, sleep_until};

use super::committer::Outcome;
use super::copy::Flight;
use super::error::{Halt, item_detail};
use super::folder::Folder;
use super::group::Group;
use super::item::Item;
use super::verdict::{Verdict, Way, is_about_items, verdict};
use crate::throttle::{CallError, Ladder};

/// An item and its exported, checked blob.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) item: Item,
    pub(super) blob: Base64Text,
    /// What the upload does with it.
    pub(super) action: UploadAction,
}

impl Folder {
    /// Exports and checks `items`. What cannot be had is noted in the flight; a bad item costs
    /// itself, never its neighbours.
    pub(super) async fn export(
        &self,
        items: Vec<Item>,
        flight: &mut Flight,
    ) -> Result<Vec<Ready>, Halt> {
        let mut ready = Vec::with_capacity(items.len());
        let mut work = vec![Group::new(items)];
        while let Some(mut group) = work.pop() {
            self.pause(group.not_before).await?;
            let ids: Vec<_> = group.members.iter().map(|item| item.id.clone()).collect();
            let peer = &self.source;
            match peer.lane.call(&self.stop, || peer.mailbox.export(&ids)).await {
                Ok(answers) => {
                    let mut again = Vec::new();
                    for (mut item, answer) in
                        std::mem::take(&mut group.members).into_iter().zip(answers)
                    {
                        match answer {
                            Ok(exported) if is_of(&item, &exported) => {
                                item.content = exported.report.content;
                                item.read = exported.report.read;
                                let action = UploadAction::CreateNew;
                                ready.push(Ready { item, blob: exported.data, action });
                            }
                            Ok(_) if group.is_last_try() => {
                                let detail = "another item was exported in its place".to_owned();
                                let outcome = &mut flight.outcome;
                                self.fail(&item, MALFORMED_ANSWER, detail, outcome).await?;
                            }
                            Ok(_) => again.push(item),
                            Err(error) => {
                                again
                                    .extend(self.not_exported(item, &error, &group, flight).await?);
                            }
                        }
                    }
                    work.extend(group.again(again));
                }
                Err(CallError::Refused(error)) if is_about_items(error.class()) => {
                    match group.narrowed(error.class()) {
                        Ok(groups) => work.extend(groups),
                        Err(items) => {
                            for item in items {
                                let detail = error.to_string();
                                self.fail(&item, error.code(), detail, &mut flight.outcome).await?;
                            }
                        }
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(ready)
    }

    /// Waits until a group may be tried again; not at all once the slice is to stop.
    pub(super) async fn pause(&self, until: Option<Instant>) -> Result<(), Halt> {
        match until {
            Some(until) => self.unless_stopped(sleep_until(until)).await,
            None => Ok(()),
        }
    }

    /// Notes why an item was not exported, or gives it back to be tried again.
    async fn not_exported(
        &self,
        item: Item,
        error: &ItemError,
        group: &Group<Item>,
        flight: &mut Flight,
    ) -> Result<Option<Item>, Halt> {
        let last = group.is_last_try();
        let wait = |hint| Ladder::of_calls().skipping(group.tries).next(hint);
        match verdict(error, Way::Export)? {
            Verdict::Gone => self.vanished(&item, &mut flight.outcome),
            // Larger than a batch may take in memory: it has to be streamed.
            Verdict::Again { .. } if error.code() == TOO_LARGE => flight.oversize.push(item),
            Verdict::Throttled { hint } if last => return Err(Halt::Throttled(wait(hint))),
            Verdict::Throttled { hint } => {
                self.source.lane.block(wait(hint));
                return Ok(Some(item));
            }
            Verdict::Again { .. } if !last => return Ok(Some(item)),
            Verdict::Again { .. } | Verdict::InDoubt | Verdict::Never => {
                self.fail(&item, error.code(), item_detail(error), &mut flight.outcome).await?;
            }
        }
        Ok(None)
    }

    /// Notes an item as gone.
    pub(super) fn vanished(&self, item: &Item, outcome: &mut Outcome) {
        outcome.vanished += 1;
        if self.index().has_failed(item.key) {
            outcome.cleared.push(item.key);
        }
    }

    /// Notes an item as failed in this pass.
    pub(super) async fn fail(
        &self,
        item: &Item,
        code: Code,
        detail: String,
        outcome: &mut Outcome,
    ) -> Result<(), Halt> {
        let now = self.store.now().await.map_err(|error| Halt::store(&error))?;
        let attempts = self.index().attempts(item.key) + 1;
        let failure = item.failure(self.pass, code, detail, attempts, now);
        self.index().failed(&failure, self.pass);
        outcome.failures.push(failure);
        Ok(())
    }
}

/// Whether an exported item is the one that was listed. Answers may spell an id in a way that we
/// do not know; then what was exported must not contradict what was listed.
fn is_of(item: &Item, exported: &Exported) -> bool {
    if ItemKey::of(&exported.id.id) == item.key {
        return true;
    }
    let report = &exported.report;
    let class = report.message_class.as_ref();
    // Lists give whole seconds.
    let seconds = |time: Timestamp| time.0.div_euclid(1000);
    let dated = report.delivered.or(report.submitted);
    class.is_none_or(|class| class.eq_ignore_ascii_case(&item.class))
        && dated.is_none_or(|date| item.received.map(seconds) == Some(seconds(date)))
}

#[cfg(test)]
mod tests {
    use longhaul_core::Bytes;
    use longhaul_ews::ItemId;
    use longhaul_ews::blob::Report;

    use super::*;
    use crate::slice::item::Aim;

    #[test]
    fn an_unknown_spelling_is_believed_unless_class_or_date_contradict() {
        let item = Item {
            key: ItemKey::of("AAMkAA=="),
            id: ItemId::new("AAMkAA=="),
            class: "IPM.Note".to_owned(),
            size: Bytes(1),
            received: Some(Timestamp(5000)),
            associated: false,
            aim: Aim::New,
            content: None,
            read: None,
        };
        let exported = |id: &str, class: &str, delivered| Exported {
            id: ItemId::new(id),
            data: Base64Text::encode(&[]),
            report: Report {
                bytes: 0,
                message_class: Some(class.to_owned()),
                delivered: Some(Timestamp(delivered)),
                submitted: None,
                read: None,
                content: None,
                suspect: false,
                opaque: false,
            },
        };
        assert!(is_of(&item, &exported("AAMkAA==", "IPM.Task", 0)), "its own id");
        assert!(is_of(&item, &exported("respelt", "ipm.note", 5999)));
        assert!(!is_of(&item, &exported("respelt", "IPM.Task", 5000)), "another class");
        assert!(!is_of(&item, &exported("respelt", "IPM.Note", 6000)), "another date");
    }
}
