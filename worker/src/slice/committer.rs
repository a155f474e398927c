//! Commits of a slice, one after the other, and the position that follows from them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use longhaul_core::{BatchNo, ItemKey};
use longhaul_store::folder::{Commit, Failure, Position, Receipt};
use longhaul_store::ledger::{Appender, Entry, Sums};
use longhaul_store::{Error, Store};
use longhaul_telemetry::labels::ItemOutcome;
use longhaul_telemetry::metrics;
use tokio::sync::Mutex;

use super::lease::Keeper;

/// Tries of a commit whose outcome the store did not tell. Repeating is harmless: the batch
/// number says whether it was written.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) entries: Vec<Entry>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) cleared: Vec<ItemKey>,
    pub(crate) vanished: u64,
}

/// How many items a commit is about, for the metrics.
struct Counts {
    sums: Sums,
    bytes: u64,
    failed: usize,
    vanished: u64,
}

impl Counts {
    fn of(outcome: &Outcome) -> Self {
        Self {
            sums: Sums::of(&outcome.entries),
            bytes: outcome.entries.iter().map(new_bytes).sum(),
            failed: outcome.failures.len(),
            vanished: outcome.vanished,
        }
    }

    fn record(&self) {
        metrics().items.add(self.sums.added, ItemOutcome::Copied);
        metrics().items.add(self.sums.replaced, ItemOutcome::Updated);
        metrics().items.add(self.sums.removed, ItemOutcome::Removed);
        metrics().items.add(self.failed as u64, ItemOutcome::Failed);
        metrics().items.add(self.vanished, ItemOutcome::Vanished);
        metrics().content.add(self.bytes, ());
    }
}

/// Content that came into the folder with an entry.
fn new_bytes(entry: &Entry) -> u64 {
    match entry {
        Entry::Stands(record) => record.size.0,
        _ => 0,
    }
}

/// A listed page, by its place in the slice's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageNo(u64);

/// The only way to commit in a slice.
#[derive(Debug)]
pub(crate) struct Committer {
    store: Arc<dyn Store>,
    keeper: Arc<Keeper>,
    /// Held while a commit is written: the ledger grows at one place.
    appender: Mutex<Appender>,
    /// Held for a moment only, so that listing never waits for a commit.
    pages: std::sync::Mutex<Pages>,
    commits: AtomicU64,
}

/// Pages whose batches are not all committed, in the order they were listed.
#[derive(Clone, Debug, Default)]
struct Pages {
    first: u64,
    open: VecDeque<Page>,
    /// The position they have led to and the store does not know yet.
    unsaved: Option<Position>,
    /// Whether every page was closed, up to the list's end.
    at_end: bool,
}

#[derive(Clone, Debug)]
struct Page {
    batches: usize,
    end: Position,
}

impl Pages {
    fn add(&mut self, batches: usize, end: Position) -> PageNo {
        let number = PageNo(self.first + self.open.len() as u64);
        self.open.push_back(Page { batches, end });
        self.close();
        number
    }

    fn batch_done(&mut self, page: PageNo) {
        let index = page.0.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(page) = index.and_then(|index| self.open.get_mut(index)) {
            page.batches = page.batches.saturating_sub(1);
        }
        self.close();
    }

    /// The position to be saved with a commit that ends a batch of `page`.
    fn position_after(&self, page: Option<PageNo>) -> Option<Position> {
        let mut after = self.clone();
        if let Some(page) = page {
            after.batch_done(page);
        }
        after.unsaved
    }

    /// Takes note that such a commit is written, with that position. Pages may have been listed
    /// meanwhile.
    fn committed(&mut self, page: Option<PageNo>, saved: Option<&Position>) {
        if let Some(page) = page {
            self.batch_done(page);
        }
        if self.unsaved.as_ref() == saved {
            self.unsaved = None;
        }
    }

    /// The position moves over pages from the front that have no open batch left.
    fn close(&mut self) {
        while let Some(page) = self.open.pop_front_if(|page| page.batches == 0) {
            self.at_end = page.end.last;
            self.unsaved = Some(page.end);
            self.first += 1;
        }
    }
}

impl Committer {
    pub(crate) fn new(store: Arc<dyn Store>, keeper: Arc<Keeper>, appender: Appender) -> Self {
        Self {
            store,
            keeper,
            appender: Mutex::new(appender),
            pages: std::sync::Mutex::default(),
            commits: AtomicU64::new(0),
        }
    }

    /// Notes a page that was listed and cut into `batches`.
    pub(crate) fn listed(&self, batches: usize, end: Position) -> PageNo {
        self.pages().add(batches, end)
    }

    /// Commits a batch; `page` is none for a batch of an earlier owner, and for one that did not
    /// come through whole.
    ///
    /// # Errors
    ///
    /// The store's, after some tries if it did not answer. The position has not moved then.
    pub(crate) async fn commit(
        &self,
        page: Option<PageNo>,
        batch: BatchNo,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let mut appender = self.appender.lock().await;
        let append = appender.prepare(&outcome.entries);
        let counts = Counts::of(&outcome);
        let position = self.pages().position_after(page);
        let commit = Commit {
            batch,
            append,
            failures: outcome.failures,
            cleared: outcome.cleared,
            vanished: outcome.vanished,
            position,
        };
        let receipt = self.write(&commit).await?;
        appender.committed(&commit.append, receipt.ledger_len);
        self.pages().committed(page, commit.position.as_ref());
        self.commits.fetch_add(1, Ordering::Relaxed);
        counts.record();
        Ok(())
    }

    /// The position that no commit has carried yet: it goes with the slice's end.
    pub(crate) fn unsaved(&self) -> Option<Position> {
        self.pages().unsaved.clone()
    }

    /// Whether the slice has moved the folder forward.
    pub(crate) fn has_progressed(&self) -> bool {
        self.commits.load(Ordering::Relaxed) > 0 || self.pages().unsaved.is_some()
    }

    /// Whether every item up to the end of the list has an outcome in the store.
    pub(crate) fn is_at_end(&self) -> bool {
        let pages = self.pages();
        pages.at_end && pages.open.is_empty()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, commit: &Commit) -> Result<Receipt, Error> {
        let mut tries = 0;
        loop {
            match self.store.commit(&self.keeper.lease(), commit.clone()).await {
                Err(error) if error.is_transient() && tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(PAUSE * 2_u32.pow(tries)).await;
                }
                answer => return answer,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position(page: usize) -> Position {
        Position { sync_state: page.to_string(), last: false }
    }

    proptest! {
        #[test]
        fn the_position_is_behind_every_batch_that_is_not_committed(
            batches in prop::collection::vec(0_usize..4, 1..12),
            order in prop::collection::vec(any::<prop::sample::Index>(), 48),
        ) {
            let mut pages = Pages::default();
            let mut waiting = Vec::new();
            for (page, count) in batches.iter().enumerate() {
                let number = pages.add(*count, position(page));
                waiting.extend(std::iter::repeat_n((page, number), *count));
            }
            for index in order {
                if waiting.is_empty() {
                    break;
                }
                let (_, number) = waiting.swap_remove(index.index(waiting.len()));
                pages.batch_done(number);
                let lowest = waiting.iter().map(|(page, _)| *page).min().unwrap_or(batches.len());
                let expected = lowest.checked_sub(1).map(position);
                prop_assert_eq!(pages.unsaved.clone(), expected);
            }
        }
    }
}
