//! One batch, from the source to its commit.

use longhaul_core::{BatchNo, Bytes};

use super::batch::Batch;
use super::committer::{Outcome, PageNo};
use super::error::Halt;
use super::folder::Folder;

/// What a batch needs in memory beside its items' content.
const OVERHEAD: Bytes = Bytes(256 * 1024);

impl Folder {
    /// Copies a batch of the page and commits it.
    ///
    /// Cancel safe like a crash: an upload that was sent stays covered by its intent.
    pub(crate) async fn copy(&self, page: PageNo, batch: Batch) -> Result<(), Halt> {
        let size = batch.size;
        let number = self.next_batch();
        let mut outcome = Outcome::default();
        let copied = if batch.is_large() {
            self.copy_large(number, batch, &mut outcome).await
        } else {
            self.copy_small(number, batch, &mut outcome).await
        };
        self.settle(page, number, outcome, copied).await?;
        self.count(size);
        Ok(())
    }

    async fn copy_small(
        &self,
        number: BatchNo,
        batch: Batch,
        outcome: &mut Outcome,
    ) -> Result<(), Halt> {
        let _memory = self.memory.reserve(batch.size + OVERHEAD).await;
        let ready = self.export(batch.items, outcome).await?;
        self.upload(number, ready, outcome).await
    }

    /// Commits what is certain. The page only counts a batch that came through whole: the
    /// position must not pass an item that has no outcome.
    async fn settle(
        &self,
        page: PageNo,
        number: BatchNo,
        outcome: Outcome,
        copied: Result<(), Halt>,
    ) -> Result<(), Halt> {
        let halt = match copied {
            Ok(()) => None,
            Err(halt @ (Halt::Lost | Halt::InDoubt)) => return Err(halt),
            Err(halt) if outcome.records.is_empty() => return Err(halt),
            Err(halt) => Some(halt),
        };
        let page = halt.is_none().then_some(page);
        let written = self.committer.commit(page, number, outcome).await;
        written.map_err(|error| Halt::store(&error))?;
        halt.map_or(Ok(()), Err)
    }
}
