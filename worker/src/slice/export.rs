//! Reading a batch's items from the source.

use bytes::Bytes;
use longhaul_core::Code;
use longhaul_core::code::TOO_LARGE;
use longhaul_ews::ItemError;

use super::committer::Outcome;
use super::copy::Flight;
use super::error::{Halt, item_detail};
use super::folder::Folder;
use super::item::Item;
use super::verdict::{Verdict, Way, is_about_items, verdict};
use crate::throttle::{CallError, Ladder};

/// Tries of an item before it counts as failed in this pass.
pub(super) const TRIES: u16 = 3;

/// An item and its exported, checked blob.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) item: Item,
    pub(super) blob: Bytes,
}

/// Items that are asked for in one request.
#[derive(Debug)]
pub(super) struct Group<T> {
    pub(super) members: Vec<T>,
    pub(super) tries: u16,
}

impl<T> Group<T> {
    /// Two groups of half the members: the culprit is found by halving.
    pub(super) fn halves(mut self) -> [Self; 2] {
        let second = self.members.split_off(self.members.len() / 2);
        let tries = self.tries;
        [self, Self { members: second, tries }]
    }
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
        let mut work = vec![Group { members: items, tries: 0 }];
        while let Some(group) = work.pop() {
            if group.tries > 0 {
                self.pause(Ladder::of_calls().step(group.tries)).await?;
            }
            let ids: Vec<_> = group.members.iter().map(|item| item.id.clone()).collect();
            let peer = &self.source;
            match peer.lane.call(&self.stop, || peer.mailbox.export(&ids)).await {
                Ok(answers) => {
                    for (item, answer) in group.members.into_iter().zip(answers) {
                        match answer {
                            Ok(exported) => ready.push(Ready { item, blob: exported.data }),
                            Err(error) => {
                                let again = self.not_exported(item, &error, group.tries, flight);
                                work.extend(again.await?);
                            }
                        }
                    }
                }
                Err(CallError::Refused(error)) if is_about_items(error.class()) => {
                    let detail = error.to_string();
                    self.narrow(group, error.code(), &detail, &mut work, flight).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(ready)
    }

    /// A whole request that did not work is tried with fewer items, at last with one; one that
    /// never works has failed.
    async fn narrow(
        &self,
        group: Group<Item>,
        code: Code,
        detail: &str,
        work: &mut Vec<Group<Item>>,
        flight: &mut Flight,
    ) -> Result<(), Halt> {
        if group.members.len() > 1 {
            work.extend(group.halves());
        } else if group.tries + 1 < TRIES {
            work.push(Group { tries: group.tries + 1, ..group });
        } else {
            for item in group.members {
                self.fail(&item, code, detail.to_owned(), &mut flight.outcome).await?;
            }
        }
        Ok(())
    }

    /// Notes why an item was not exported, or says how to try again.
    async fn not_exported(
        &self,
        item: Item,
        error: &ItemError,
        tries: u16,
        flight: &mut Flight,
    ) -> Result<Option<Group<Item>>, Halt> {
        let last = tries + 1 >= TRIES;
        let wait = |hint| Ladder::of_calls().skipping(tries).next(hint);
        match verdict(error, Way::Export)? {
            Verdict::Gone => self.vanished(&item, &mut flight.outcome),
            // Larger than a batch may take in memory: it has to be streamed.
            Verdict::Again { .. } if error.code() == TOO_LARGE => flight.oversize.push(item),
            Verdict::Throttled { hint } if last => return Err(Halt::Throttled(wait(hint))),
            Verdict::Throttled { hint } => {
                self.source.lane.block(wait(hint));
                return Ok(Some(Group { members: vec![item], tries: tries + 1 }));
            }
            Verdict::Again { .. } if !last => {
                return Ok(Some(Group { members: vec![item], tries: tries + 1 }));
            }
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
