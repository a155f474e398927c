//! One batch, from the source to its commit.

use longhaul_core::{BatchNo, Bytes};

use super::batch::Batch;
use super::committer::{Outcome, PageNo};
use super::error::Halt;
use super::folder::Folder;

/// What a batch needs in memory beside its items' content.
const OVERHEAD: Bytes = Bytes(256 * 1024);

/// A batch on its way.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// Its number, from its first intent on.
    pub(super) batch: Option<BatchNo>,
    /// What became of its items so far.
    pub(super) outcome: Outcome,
}

impl Folder {
    /// Copies a batch of the page and commits it.
    ///
    /// Cancel safe like a crash: an upload that was sent stays covered by its intent.
    pub(crate) async fn copy(&self, page: PageNo, batch: Batch) -> Result<(), Halt> {
        let size = batch.size;
        let mut flight = Flight::default();
        let copied = if batch.is_large() {
            self.copy_large(batch, &mut flight).await
        } else {
            self.copy_small(batch, &mut flight).await
        };
        self.settle(page, flight, copied).await?;
        self.count(size);
        Ok(())
    }

    async fn copy_small(&self, batch: Batch, flight: &mut Flight) -> Result<(), Halt> {
        let _memory = self.memory.reserve(batch.size + OVERHEAD).await;
        let ready = self.export(batch.items, &mut flight.outcome).await?;
        self.upload(ready, flight).await
    }

    /// Commits what is certain, so that no intent is left that has to be waited for. The page
    /// only counts a batch that came through whole: the position must not pass an item that has
    /// no outcome.
    async fn settle(
        &self,
        page: PageNo,
        flight: Flight,
        copied: Result<(), Halt>,
    ) -> Result<(), Halt> {
        let halt = match copied {
            Ok(()) => None,
            Err(halt @ (Halt::Lost | Halt::InDoubt)) => return Err(halt),
            Err(halt) => Some(halt),
        };
        let page = halt.is_none().then_some(page);
        // A batch that came through has an intent, be it an empty one.
        let Some(number) = flight.batch else {
            return halt.map_or(Ok(()), Err);
        };
        let written = self.committer.commit(page, number, flight.outcome).await;
        written.map_err(|error| Halt::store(&error))?;
        halt.map_or(Ok(()), Err)
    }
}
