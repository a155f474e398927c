//! Writing a batch's items to the destination: intent first, then the upload.

use std::time::Duration;

use longhaul_core::{BatchNo, Bytes};
use longhaul_ews::{Executed, ItemError, ItemId, Upload, UploadAction};
use longhaul_store::folder::IntentItem;
use longhaul_store::invariants::{self, Invariant};
use tokio::time::{Instant, timeout_at};

use super::committer::Outcome;
use super::copy::Flight;
use super::error::{Halt, item_detail};
use super::export::{Group, Ready, TRIES};
use super::folder::Folder;
use super::item::Item;
use super::verdict::{Verdict, Way, is_about_items, verdict};
use crate::throttle::{CallError, Ladder, Tries};

/// For an intent under which nothing is sent: it carries an outcome to the store.
pub(super) const NOTHING_TO_SEND: Duration = Duration::from_secs(1);

/// The destination's answer for each item of an upload.
type Answers = Vec<Result<ItemId, ItemError>>;

/// Why an upload has no answers.
enum Unanswered {
    /// It may have been carried out.
    InDoubt,
    /// It was not carried out.
    Refused(CallError),
}

impl Folder {
    /// Uploads what was exported, under one intent, and notes what became of it.
    ///
    /// # Errors
    ///
    /// Why the slice has to end. What the flight then names neither as an outcome nor as
    /// doubtful certainly does not stand.
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
            match self.send(flight, &intents, &group.members).await {
                Ok(answers) => {
                    // All answers count, also those after one that ends the slice.
                    let mut halt = None;
                    for (ready, answer) in group.members.into_iter().zip(answers) {
                        match answer {
                            Ok(id) => self.stands(&ready.item, &id, &mut flight.outcome),
                            Err(error) => {
                                match self.not_uploaded(ready, &error, group.tries, flight).await {
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
                Err(Unanswered::InDoubt) => {
                    flight.doubtful.extend(group.members.into_iter().map(|ready| ready.item));
                    return Err(Halt::InDoubt);
                }
                Err(Unanswered::Refused(CallError::Refused(error)))
                    if is_about_items(error.class()) =>
                {
                    if group.members.len() > 1 {
                        work.extend(group.halves());
                    } else if group.tries + 1 < TRIES {
                        work.push(Group { tries: group.tries + 1, ..group });
                    } else {
                        for ready in group.members {
                            let detail = error.to_string();
                            self.fail(&ready.item, error.code(), detail, &mut flight.outcome)
                                .await?;
                        }
                    }
                }
                Err(Unanswered::Refused(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Sends one upload request, again only if it certainly was not carried out.
    async fn send(
        &self,
        flight: &mut Flight,
        intents: &[IntentItem],
        group: &[Ready],
    ) -> Result<Answers, Unanswered> {
        let size = Bytes(group.iter().map(|ready| ready.blob.len() as u64).sum());
        let runtime = self.options.upload_timeout(size);
        let peer = &self.destination;
        let mut tries = Tries::default();
        loop {
            let permit = peer.lane.enter(&self.stop).await.map_err(Unanswered::Refused)?;
            // The deadline is counted from before the store is told of it.
            let until = Instant::now() + runtime;
            self.intend(&mut flight.batch, intents.to_vec(), runtime)
                .await
                .map_err(|halt| Unanswered::Refused(CallError::Halted(halt)))?;
            flight.until = Some(until);
            // A neighbour may have met a hint while the intent was written.
            if peer.lane.is_blocked() {
                continue;
            }
            let uploads = group
                .iter()
                .map(|ready| Upload {
                    data: ready.blob.clone(),
                    associated: ready.item.associated,
                    action: UploadAction::CreateNew,
                })
                .collect();
            let upload = peer.mailbox.upload(&peer.folder, uploads, runtime);
            let error = match timeout_at(until, upload).await {
                Ok(Ok(answers)) => return Ok(answers),
                Ok(Err(error)) if error.executed() == Executed::No => error,
                Ok(Err(_)) | Err(_) => return Err(Unanswered::InDoubt),
            };
            drop(permit);
            peer.lane.after(error, &mut tries).map_err(Unanswered::Refused)?;
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
        if self.index().has_failed(item.key) {
            outcome.cleared.push(item.key);
        }
    }

    /// Notes why an item was not uploaded, or says how to try again.
    async fn not_uploaded(
        &self,
        ready: Ready,
        error: &ItemError,
        tries: u16,
        flight: &mut Flight,
    ) -> Result<Option<Group<Ready>>, Halt> {
        let last = tries + 1 >= TRIES;
        let wait = |hint| Ladder::of_calls().skipping(tries).next(hint);
        match verdict(error, Way::Upload)? {
            Verdict::InDoubt => {
                flight.doubtful.push(ready.item);
                Err(Halt::InDoubt)
            }
            Verdict::Throttled { hint } if last => Err(Halt::Throttled(wait(hint))),
            Verdict::Throttled { hint } => {
                self.destination.lane.block(wait(hint));
                Ok(Some(Group { members: vec![ready], tries: tries + 1 }))
            }
            Verdict::Again { .. } if !last => {
                Ok(Some(Group { members: vec![ready], tries: tries + 1 }))
            }
            Verdict::Gone | Verdict::Again { .. } | Verdict::Never => {
                let detail = item_detail(error);
                self.fail(&ready.item, error.code(), detail, &mut flight.outcome).await?;
                Ok(None)
            }
        }
    }
}
