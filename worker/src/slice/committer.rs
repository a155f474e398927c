//! Commits of a slice, one after the other, and the position that follows from them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{BatchNo, ItemKey};
use longhaul_store::folder::{Commit, Failure, Position, Receipt};
use longhaul_store::ledger::{Appender, Record};
use longhaul_store::{Error, Store};
use tokio::sync::Mutex;

use super::lease::Keeper;

/// Tries of a commit whose outcome the store did not tell. Repeating is harmless: the batch
/// number says whether it was written.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) records: Vec<Record>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) cleared: Vec<ItemKey>,
    pub(crate) vanished: u64,
}

/// A listed page, by its place in the slice's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageNo(u64);

/// The only way to commit in a slice.
#[derive(Debug)]
pub(crate) struct Committer {
    store: Arc<dyn Store>,
    keeper: Arc<Keeper>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    appender: Appender,
    pages: Pages,
    commits: u64,
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
        let state = Mutex::new(State { appender, pages: Pages::default(), commits: 0 });
        Self { store, keeper, state }
    }

    /// Notes a page that was listed and cut into `batches`.
    pub(crate) async fn listed(&self, batches: usize, end: Position) -> PageNo {
        self.state.lock().await.pages.add(batches, end)
    }

    /// Commits a batch; `page` is none for a batch of an earlier owner.
    ///
    /// # Errors
    ///
    /// The store's, after some tries if it did not answer.
    pub(crate) async fn commit(
        &self,
        page: Option<PageNo>,
        batch: BatchNo,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        // Only a written commit moves the position.
        let mut pages = state.pages.clone();
        if let Some(page) = page {
            pages.batch_done(page);
        }
        let append = state.appender.prepare(&outcome.records);
        let commit = Commit {
            batch,
            append,
            failures: outcome.failures,
            cleared: outcome.cleared,
            vanished: outcome.vanished,
            position: pages.unsaved.take(),
        };
        let receipt = self.write(&commit).await?;
        state.pages = pages;
        state.commits += 1;
        state.appender.committed(&commit.append, receipt.ledger_len);
        Ok(())
    }

    /// The position that no commit has carried yet: it goes with the slice's end.
    pub(crate) async fn unsaved(&self) -> Option<Position> {
        self.state.lock().await.pages.unsaved.clone()
    }

    /// Whether the slice has moved the folder forward.
    pub(crate) async fn has_progressed(&self) -> bool {
        let state = self.state.lock().await;
        state.commits > 0 || state.pages.unsaved.is_some()
    }

    /// Whether every item up to the end of the list has an outcome in the store.
    pub(crate) async fn is_at_end(&self) -> bool {
        let state = self.state.lock().await;
        state.pages.at_end && state.pages.open.is_empty()
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
