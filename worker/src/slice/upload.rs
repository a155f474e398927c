//! Writing a batch's items to the destination: intent first, then the upload.

use std::time::Duration;

use longhaul_core::{BatchNo, Bytes};
use longhaul_ews::{Executed, ItemError, ItemId, Upload};
use longhaul_store::folder::IntentItem;
use longhaul_store::invariants::{self, Invariant};
use tokio::time::Instant;

use super::committer::Outcome;
use super::copy::Flight;
use super::error::{Halt, item_detail};
use super::export::Ready;
use super::folder::Folder;
use super::group::Group;
use super::item::Item;
use super::verdict::{Verdict, Way, is_about_items, verdict};
use crate::throttle::{CallError, Ladder, Tries};

/// For an intent under which nothing is sent: it carries an outcome to the store, or names items
/// whose upload was refused and that have to be looked for before they are sent again.
pub(super) const NOTHING_TO_SEND: Duration = Duration::from_secs(1);

/// The destination's answer for each item of an upload.
type Answers = Vec<Result<ItemId, ItemError>>;

/// Why an upload has no answers.
enum Unanswered {
    /// It may have been carried out.
    InDoubt,
    /// It was refused, or not sent at all.
    Refused(CallError),
}

impl Folder {
    /// Uploads what was exported, under one intent, and notes what became of it.
    ///
    /// # Errors
    ///
    /// Why the slice has to end. What the flight then names neither as an outcome nor as doubtful
    /// or refused was not sent.
    pub(super) async fn upload(&self, ready: Vec<Ready>, flight: &mut Flight) -> Result<(), Halt> {
        // The intent names every item of the batch each time: those that stand already are not
        // in the ledger before the commit.
        let ready = self.judge_updates(ready, flight).await?;
        let intents: Vec<_> = ready.iter().map(|ready| ready.item.intent()).collect();
        if ready.is_empty() {
            return self.intend(&mut flight.batch, intents, NOTHING_TO_SEND).await;
        }
        let mut work = vec![Group::new(ready)];
        let uploaded = self.upload_groups(&mut work, &intents, flight).await;
        let left = work.into_iter().filter(|group| group.sent.is_some());
        flight.refused.extend(left.flat_map(|group| group.members).map(|ready| ready.item));
        uploaded
    }

    /// Works the groups off. What is left of them was not sent, or refused.
    async fn upload_groups(
        &self,
        work: &mut Vec<Group<Ready>>,
        intents: &[IntentItem],
        flight: &mut Flight,
    ) -> Result<(), Halt> {
        while let Some(group) = work.last_mut() {
            self.pause(group.not_before).await?;
            let answers = match self.send(flight, intents, group).await {
                Ok(answers) => answers,
                Err(Unanswered::Refused(CallError::Refused(error)))
                    if is_about_items(error.class()) =>
                {
                    let Some(group) = work.pop() else { break };
                    match group.narrowed(error.class()) {
                        Ok(groups) => work.extend(groups),
                        Err(members) => {
                            for Ready { item, .. } in members {
                                let detail = error.to_string();
                                self.fail(&item, error.code(), detail, &mut flight.outcome).await?;
                            }
                        }
                    }
                    continue;
                }
                Err(Unanswered::Refused(error)) => return Err(error.into()),
                Err(Unanswered::InDoubt) => {
                    let members = work.pop().map(|group| group.members).unwrap_or_default();
                    flight.doubtful.extend(members.into_iter().map(|ready| ready.item));
                    return Err(Halt::InDoubt);
                }
            };
            let Some(mut group) = work.pop() else { break };
            // All answers count, also those after one that ends the slice.
            let (mut again, mut halt) = (Vec::new(), None);
            for (ready, answer) in std::mem::take(&mut group.members).into_iter().zip(answers) {
                match answer {
                    Ok(id) => self.stands(&ready.item, &id, &mut flight.outcome),
                    Err(error) => match self.not_uploaded(ready, &error, &group, flight).await {
                        Ok(ready) => again.extend(ready),
                        Err(why) => halt = Some(why.or(halt.unwrap_or(Halt::Enough))),
                    },
                }
            }
            work.extend(group.again(again));
            if let Some(halt) = halt {
                return Err(halt);
            }
        }
        Ok(())
    }

    /// Uploads the group; what answers with a refusal is asked again where that can help. Before
    /// anything is sent a second time it is looked for, and what stands leaves the group.
    async fn send(
        &self,
        flight: &mut Flight,
        intents: &[IntentItem],
        group: &mut Group<Ready>,
    ) -> Result<Answers, Unanswered> {
        let halted = |halt| Unanswered::Refused(CallError::Halted(halt));
        let mut tries = Tries::default();
        loop {
            if let Some(sent) = group.sent {
                let items: Vec<_> = group.members.iter().map(|ready| &ready.item).collect();
                let absent = self.look_before_repeating(&items, sent, flight).await;
                let mut absent = absent.map_err(halted)?.into_iter();
                group.members.retain(|_| absent.next().unwrap_or(true));
                if group.members.is_empty() {
                    return Ok(Vec::new());
                }
            }
            match self.send_once(flight, intents, group).await? {
                Ok(answers) => return Ok(answers),
                Err(Some(error)) => {
                    let lane = &self.destination.lane;
                    lane.after(error, &mut tries).map_err(Unanswered::Refused)?;
                }
                Err(None) => {}
            }
        }
    }

    /// Sends one upload request. `Err(None)` if it was not sent because the lane was blocked
    /// meanwhile.
    async fn send_once(
        &self,
        flight: &mut Flight,
        intents: &[IntentItem],
        group: &mut Group<Ready>,
    ) -> Result<Result<Answers, Option<longhaul_ews::Error>>, Unanswered> {
        let halted = |halt| Unanswered::Refused(CallError::Halted(halt));
        let size = Bytes(group.members.iter().map(|ready| ready.blob.content_bytes()).sum());
        let runtime = self.options.upload_timeout(size);
        let peer = &self.destination;
        // Before the lane, so that who looks what stands never waits for who waits for the lane.
        let _sending = self.unless_stopped(self.sending.read()).await.map_err(halted)?;
        let _permit = peer.lane.enter(&self.stop).await.map_err(Unanswered::Refused)?;
        // The deadline is counted from before the store is told of it.
        let until = Instant::now() + runtime;
        self.intend(&mut flight.batch, intents.to_vec(), runtime).await.map_err(halted)?;
        flight.until = Some(until);
        // A neighbour may have met a hint while the intent was written.
        if peer.lane.is_blocked() {
            return Ok(Err(None));
        }
        let uploads = group
            .members
            .iter()
            .map(|ready| Upload {
                data: ready.blob.clone(),
                associated: ready.item.associated,
                action: ready.action.clone(),
            })
            .collect();
        group.sent = Some(self.arrivals().sent_now());
        let upload = peer.mailbox.upload(&peer.folder, uploads, runtime);
        match self.answer_until(until, upload).await {
            Some(Ok(answers)) => {
                answers.iter().flatten().for_each(|id| self.arrived(id));
                Ok(Ok(answers))
            }
            Some(Err(error)) if error.executed() == Executed::No => Ok(Err(Some(error))),
            Some(Err(_)) | None => Err(Unanswered::InDoubt),
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
        outcome.entries.push(item.entry(id));
        self.forgive(item, outcome);
    }

    /// Notes that nothing is the matter with an item any more.
    pub(super) fn forgive(&self, item: &Item, outcome: &mut Outcome) {
        if self.index().has_failed(item.key) {
            outcome.cleared.push(item.key);
        }
    }

    /// Notes why an item was not uploaded, or gives it back to be tried again.
    async fn not_uploaded(
        &self,
        ready: Ready,
        error: &ItemError,
        group: &Group<Ready>,
        flight: &mut Flight,
    ) -> Result<Option<Ready>, Halt> {
        let last = group.is_last_try();
        let wait = |hint| Ladder::of_calls().skipping(group.tries).next(hint);
        if let Some(code) = ready.item.copy_refused(error) {
            self.leave_alone(&ready.item, code, flight).await?;
            return Ok(None);
        }
        match verdict(error, Way::Upload) {
            Ok(Verdict::InDoubt) => {
                flight.doubtful.push(ready.item);
                Err(Halt::InDoubt)
            }
            Ok(Verdict::Throttled { hint }) if last => {
                flight.refused.push(ready.item);
                Err(Halt::Throttled(wait(hint)))
            }
            Ok(Verdict::Throttled { hint }) => {
                self.destination.lane.block(wait(hint));
                Ok(Some(ready))
            }
            Ok(Verdict::Again { .. }) if !last => Ok(Some(ready)),
            Ok(Verdict::Gone | Verdict::Again { .. } | Verdict::Never) => {
                let detail = item_detail(error);
                self.fail(&ready.item, error.code(), detail, &mut flight.outcome).await?;
                Ok(None)
            }
            Err(halt) => {
                flight.refused.push(ready.item);
                Err(halt)
            }
        }
    }
}
