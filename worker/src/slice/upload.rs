//! Writing a batch's items to the destination: intent first, then the upload.

use std::time::Duration;

use longhaul_core::code::MALFORMED_ANSWER;
use longhaul_core::{BatchNo, Bytes};
use longhaul_ews::{Class, Executed, ItemError, ItemId, Upload, UploadAction};
use longhaul_store::folder::IntentItem;
use longhaul_store::invariants::{self, Invariant};

use super::committer::Outcome;
use super::copy::Flight;
use super::error::{Halt, beyond_the_item, item_detail};
use super::export::{Group, Ready, TRIES, is_about_items};
use super::folder::Folder;
use super::item::Item;
use crate::throttle::{CallError, Ladder, Tries};

/// For the intent of a batch whose export failed whole: it carries its failures to the store.
const NOTHING_TO_SEND: Duration = Duration::from_secs(1);

/// The destination's answer for each item of an upload.
type Answers = Vec<Result<ItemId, ItemError>>;

impl Folder {
    /// Uploads what was exported, under the intent of `batch`, and notes the outcome.
    ///
    /// # Errors
    ///
    /// [`Halt::InDoubt`] and [`Halt::Lost`]: it cannot be told what stands, the intent has to
    /// stay. Any other: what `outcome` does not name certainly does not stand.
    pub(super) async fn upload(&self, ready: Vec<Ready>, flight: &mut Flight) -> Result<(), Halt> {
        // The intent names every item of the batch each time: those that stand already are not
        // in the ledger before the commit.
        let intents: Vec<_> = ready.iter().map(|ready| ready.item.intent()).collect();
        if ready.is_empty() {
            return self.intend(&mut flight.batch, intents, NOTHING_TO_SEND).await;
        }
        let mut work = vec![Group { members: ready, tries: 0 }];
        while let Some(group) = work.pop() {
            if group.tries > 0 {
                self.pause(Ladder::of_calls().step(group.tries)).await?;
            }
            let Flight { batch, outcome } = &mut *flight;
            match self.send(batch, &intents, &group.members).await {
                Ok(answers) => {
                    // All answers count, also those after one that ends the slice.
                    let mut halt = None;
                    for (ready, answer) in group.members.into_iter().zip(answers) {
                        match answer {
                            Ok(id) => self.stands(&ready.item, &id, outcome),
                            Err(error) => {
                                match self.not_uploaded(ready, error, group.tries, outcome).await {
                                    Ok(again) => work.extend(again),
                                    Err(why) => halt = Some(why.or(halt.unwrap_or(Halt::Enough))),
                                }
                            }
                        }
                    }
                    if let Some(halt) = halt {
                        return Err(halt);
                    }
                }
                Err(CallError::Refused(error)) if error.executed() == Executed::Unknown => {
                    return Err(Halt::InDoubt);
                }
                Err(CallError::Refused(error)) if is_about_items(error.class()) => {
                    if group.members.len() > 1 {
                        work.extend(group.halves());
                    } else if group.tries + 1 < TRIES && error.class() == Class::RetryItem {
                        work.push(Group { tries: group.tries + 1, ..group });
                    } else {
                        for ready in group.members {
                            self.fail(&ready.item, error.code(), error.to_string(), outcome)
                                .await?;
                        }
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Sends one upload request, again only if it certainly was not carried out.
    async fn send(
        &self,
        batch: &mut Option<BatchNo>,
        intents: &[IntentItem],
        group: &[Ready],
    ) -> Result<Answers, CallError> {
        let size = Bytes(group.iter().map(|ready| ready.blob.len() as u64).sum());
        let runtime = self.options.upload_timeout(size);
        let mut tries = Tries::default();
        loop {
            let permit = self.destination.lane.enter(&self.stop).await?;
            if let Err(halt) = self.intend(batch, intents.to_vec(), runtime).await {
                return Err(CallError::Halted(halt));
            }
            let uploads = group
                .iter()
                .map(|ready| Upload {
                    data: ready.blob.clone(),
                    associated: ready.item.associated,
                    action: UploadAction::CreateNew,
                })
                .collect();
            let peer = &self.destination;
            let error = match peer.mailbox.upload(&peer.folder, uploads, runtime).await {
                Ok(answers) => return Ok(answers),
                Err(error) => error,
            };
            drop(permit);
            if error.executed() == Executed::Unknown {
                return Err(CallError::Refused(error));
            }
            peer.lane.after(error, &mut tries)?;
        }
    }

    /// Notes in the store that `items` are about to be uploaded within `runtime` (CP-3). A batch
    /// without a number gets one.
    pub(super) async fn intend(
        &self,
        batch: &mut Option<BatchNo>,
        items: Vec<IntentItem>,
        runtime: Duration,
    ) -> Result<(), Halt> {
        self.keeper.cover(runtime).await.map_err(|error| Halt::store(&error))?;
        let lease = self.keeper.lease();
        let intend = |number| self.store.intend(&lease, number, items, runtime);
        let deadline = match *batch {
            Some(number) => intend(number).await,
            None => {
                let mut next = self.next_batch.lock().await;
                let deadline = intend(*next).await;
                if deadline.is_ok() {
                    *batch = Some(*next);
                    *next = next.next();
                }
                deadline
            }
        };
        let deadline = deadline.map_err(|error| Halt::store(&error))?;
        invariants::check(Invariant::Cp3, deadline <= lease.expires);
        if self.keeper.lost().is_cancelled() { Err(Halt::Lost) } else { Ok(()) }
    }

    /// Notes an item as standing in the destination.
    pub(super) fn stands(&self, item: &Item, id: &ItemId, outcome: &mut Outcome) {
        outcome.records.push(item.record(id));
        if self.index().attempts(item.key).is_some() {
            outcome.cleared.push(item.key);
        }
    }

    /// Notes why an item was not uploaded, or says how to try again.
    async fn not_uploaded(
        &self,
        ready: Ready,
        error: ItemError,
        tries: u16,
        outcome: &mut Outcome,
    ) -> Result<Option<Group<Ready>>, Halt> {
        // "Success" without an id: it may stand there. Every other refusal of an item is the
        // service's word that it does not.
        if error.code() == MALFORMED_ANSWER {
            return Err(Halt::InDoubt);
        }
        if let Some(halt) = beyond_the_item(&error) {
            return Err(halt);
        }
        match error.class() {
            Class::Backoff | Class::RetryItem if tries + 1 < TRIES => {
                if let Some(hint) = error.hint() {
                    self.destination.lane.block(hint);
                }
                Ok(Some(Group { members: vec![ready], tries: tries + 1 }))
            }
            _ => {
                self.fail(&ready.item, error.code(), item_detail(&error), outcome).await?;
                Ok(None)
            }
        }
    }
}
