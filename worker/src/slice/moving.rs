//! Copies that go where their items went.

use std::time::Duration;

use longhaul_core::Bytes;
use longhaul_ews::{Executed, FolderName};
use longhaul_store::ledger::Entry;
use tokio::time::Instant;

use super::batch::cut;
use super::committer::{Outcome, PageNo};
use super::copy::Flight;
use super::error::{Halt, beyond_the_item};
use super::folder::Folder;
use super::item::{Aim, Item};
use crate::throttle::Tries;

impl Folder {
    /// Moves the copies of a page into the folder, then carries over what was changed besides.
    ///
    /// The copy's old id is good for one move only, so whoever comes second finds it gone: no two
    /// folders take one copy. The other folder's ledger is not written; its sweep finds that the
    /// copy is no longer there.
    pub(crate) async fn move_in(&self, page: PageNo, moves: Vec<Item>) -> Result<(), Halt> {
        let (mut next, moves): (Vec<_>, Vec<_>) =
            moves.into_iter().partition(|item| matches!(item.aim, Aim::Return(_)));
        if !next.is_empty() {
            self.take_back(&mut next).await?;
        }
        if !moves.is_empty() {
            let mut flight = Flight::default();
            let moved = self.send_moves(moves, &mut flight).await;
            self.settle(None, flight).await?;
            next.extend(moved?);
        }
        let mut batches = cut(next, |_| false);
        let last = batches.pop_back();
        for batch in batches {
            self.copy_batch(None, batch).await?;
        }
        match last {
            Some(batch) => self.copy_batch(Some(page), batch).await,
            None => self.commit_alone(Some(page), Outcome::default()).await,
        }
    }

    /// Copies of items that left the folder and came back are theirs under their new ids.
    async fn take_back(&self, items: &mut [Item]) -> Result<(), Halt> {
        let mut entries = Vec::with_capacity(2 * items.len());
        for item in items {
            let (Aim::Return(before), Some(copy)) = (&item.aim, item.copy()) else { continue };
            entries.push(Entry::Gone { key: before.key, was: before.size });
            let mut entry = item.entry(&copy);
            if let Entry::Stands(record) = &mut entry {
                record.seal = before.seal;
                item.aim = Aim::Update(Box::new(record.clone()));
            }
            entries.push(entry);
        }
        self.commit_alone(None, Outcome { entries, ..Outcome::default() }).await
    }

    /// Sends the moves. What was moved is to be compared next, and what could not be is new.
    async fn send_moves(&self, moves: Vec<Item>, flight: &mut Flight) -> Result<Vec<Item>, Halt> {
        let runtime = self.options.upload_timeout(Bytes(0));
        let copies: Vec<_> = moves.iter().filter_map(Item::copy).collect();
        let peer = &self.destination;
        let _sending = self.unless_stopped(self.sending.read()).await?;
        let _permit = peer.lane.enter(&self.stop).await?;
        // The deadline is counted from before the store is told of it.
        let until = Instant::now() + runtime;
        let intents = moves.iter().map(Item::intent).collect();
        self.intend(&mut flight.batch, intents, runtime).await?;
        flight.until = Some(until);
        let to = FolderName::Id(&peer.folder);
        let answers = match self.answer_until(until, peer.mailbox.move_items(&copies, &to)).await {
            Some(Ok(answers)) => answers,
            Some(Err(error)) if error.executed() == Executed::No => {
                // It may have been carried out all the same: it is looked for first.
                flight.refused = moves;
                peer.lane.after(error, &mut Tries::default())?;
                return Err(Halt::Throttled(Duration::from_secs(1)));
            }
            Some(Err(_)) | None => {
                flight.doubtful = moves;
                return Err(Halt::InDoubt);
            }
        };
        let (mut next, mut halt) = (Vec::with_capacity(moves.len()), None);
        for (mut item, answer) in moves.into_iter().zip(answers) {
            match answer {
                Ok(id) => {
                    self.arrived(&id);
                    let entry = item.entry(&id);
                    if let Entry::Stands(record) = &entry {
                        item.aim = Aim::Update(Box::new(record.clone()));
                    }
                    flight.outcome.entries.push(entry);
                    next.push(item);
                }
                Err(error) if error.executed() == Executed::Unknown => {
                    flight.doubtful.push(item);
                    halt = Some(Halt::InDoubt);
                }
                Err(error) => {
                    halt = halt.or_else(|| beyond_the_item(&error));
                    tracing::debug!(code = %error.code(), "a copy was not moved along");
                    item.aim = Aim::New;
                    next.push(item);
                }
            }
        }
        match halt {
            Some(halt) => Err(halt),
            None => Ok(next),
        }
    }
}
