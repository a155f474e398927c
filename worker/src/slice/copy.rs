//! One batch, from the source to its commit.

use longhaul_core::{BatchNo, Bytes};
use longhaul_store::ledger::Entry;

use super::batch::Batch;
use super::committer::{Outcome, PageNo};
use super::error::Halt;
use super::folder::Folder;
use super::item::Item;
use super::reading::Reading;
use super::upload::NOTHING_TO_SEND;
use tokio::time::Instant;

/// What a batch needs in memory beside its items' content.
const OVERHEAD: Bytes = Bytes(256 * 1024);

/// A part of a page.
#[derive(Debug)]
pub(crate) enum Work {
    /// Items to be exported and uploaded.
    Copy(Batch),
    /// Items that were marked read or unread.
    Read(Vec<Reading>),
    /// Items that came from other folders.
    Move(Vec<Item>),
    /// What the ledger is to say of items that left or came back.
    Note(Vec<Entry>),
}

/// A batch on its way.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// Its number, from its first intent on.
    pub(super) batch: Option<BatchNo>,
    /// What became of its items so far.
    pub(super) outcome: Outcome,
    /// Items that may or may not have been stored, by a request that has no answer.
    pub(super) doubtful: Vec<Item>,
    /// Items whose upload was refused, and that were not looked for since.
    pub(super) refused: Vec<Item>,
    /// The latest moment an upload of the batch may still run.
    pub(super) until: Option<Instant>,
    /// Items that turned out too large for a batch.
    pub(super) oversize: Vec<Item>,
}

impl Folder {
    /// Does a part of the page and commits it.
    ///
    /// Cancel safe like a crash: an upload that was sent stays covered by its intent.
    pub(crate) async fn work(&self, page: PageNo, work: Work) -> Result<(), Halt> {
        match work {
            Work::Copy(batch) => self.copy_batch(Some(page), batch).await,
            Work::Read(reading) => self.read(page, reading).await,
            Work::Move(moves) => self.move_in(page, moves).await,
            Work::Note(entries) => {
                self.commit_alone(Some(page), Outcome { entries, ..Outcome::default() }).await
            }
        }
    }

    /// Copies a batch and commits it; `page` is none for one that the page does not wait for.
    pub(super) async fn copy_batch(&self, page: Option<PageNo>, batch: Batch) -> Result<(), Halt> {
        let size = batch.size;
        let mut flight = Flight::default();
        let copied = match batch.into_large() {
            Ok(item) => self.copy_large(&item, &mut flight).await,
            Err(batch) => self.copy_small(batch, &mut flight).await,
        };
        // The page counts the batch only if it came through whole.
        self.settle(page.filter(|_| copied.is_ok()), flight).await?;
        copied?;
        self.count(size);
        Ok(())
    }

    async fn copy_small(&self, batch: Batch, flight: &mut Flight) -> Result<(), Halt> {
        {
            // Content is held as base64 text.
            let text = Bytes(batch.size.0.div_ceil(3) * 4);
            let memory = self.memory.reserve(text + OVERHEAD);
            let _memory = self.unless_stopped(memory).await?;
            let ready = self.export(batch.items, flight).await?;
            self.upload(ready, flight).await?;
        }
        for item in std::mem::take(&mut flight.oversize) {
            let mut own = Flight::default();
            let copied = self.copy_large(&item, &mut own).await;
            self.settle(None, own).await?;
            copied?;
        }
        Ok(())
    }

    /// Commits what is certain, so that no intent is left that has to be waited for. What is in
    /// doubt gets an intent of its own first: the batch's goes with its commit. One for what was
    /// refused has the shortest run time, which says that nothing is under way.
    pub(super) async fn settle(&self, page: Option<PageNo>, flight: Flight) -> Result<(), Halt> {
        let Some(number) = flight.batch else {
            return Ok(());
        };
        if self.keeper.lost().is_cancelled() {
            return Err(Halt::Lost);
        }
        if !flight.doubtful.is_empty() {
            let doubtful = flight.doubtful.iter().map(Item::intent).collect();
            let left = flight.until.map(|until| until.saturating_duration_since(Instant::now()));
            let runtime = left.unwrap_or_default().max(2 * NOTHING_TO_SEND);
            self.intend(&mut None, doubtful, runtime).await?;
        }
        if !flight.refused.is_empty() {
            let refused = flight.refused.iter().map(Item::intent).collect();
            self.intend(&mut None, refused, NOTHING_TO_SEND).await?;
        }
        let written = self.committer.commit(page, number, flight.outcome).await;
        written.map_err(|error| Halt::store(&error))
    }
}
