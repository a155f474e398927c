//! Carrying over that items were marked read or unread.

use longhaul_core::{BatchNo, Bytes};
use longhaul_ews::{Class, ItemId};
use longhaul_store::ledger::{Entry, Record};

use super::committer::{Outcome, PageNo};
use super::error::{Halt, beyond_the_item, item_detail};
use super::folder::Folder;
use super::upload::NOTHING_TO_SEND;

/// Marks of one request. Ours: a tenth of what one request exports, because each is a write.
const MARKS: usize = 50;

/// An item that was only marked.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// What the ledger says of it.
    pub(crate) record: Record,
    /// Whether it is read now.
    pub(crate) read: bool,
    /// Its version now.
    pub(crate) version: u32,
}

impl Reading {
    /// Its line in the ledger. The copy's seal stays: what its user did to it still shows.
    fn entry(self) -> Entry {
        let was = self.record.size;
        Entry::Replaced { record: Record { version: self.version, ..self.record }, was }
    }
}

impl Folder {
    /// Marks the copies of a page and commits that.
    pub(crate) async fn read(&self, page: PageNo, reading: Vec<Reading>) -> Result<(), Halt> {
        let entries = self.mark(reading).await?;
        self.commit_alone(Some(page), Outcome { entries, ..Outcome::default() }).await
    }

    /// Marks copies; nobody is sent a receipt. Repeating it does no harm, so it needs no intent.
    /// What cannot be marked, or is gone, stays as it is.
    pub(super) async fn mark(&self, reading: Vec<Reading>) -> Result<Vec<Entry>, Halt> {
        let mut entries = Vec::with_capacity(reading.len());
        for group in reading.chunks(MARKS) {
            self.keep().await?;
            let marks: Vec<_> =
                group.iter().map(|r| (ItemId::new(&r.record.destination), r.read)).collect();
            let peer = &self.destination;
            let answers = peer.lane.call(&self.stop, || peer.mailbox.mark_read(&marks)).await?;
            for (reading, answer) in group.iter().zip(answers) {
                if let Err(error) = answer {
                    if let Some(halt) = beyond_the_item(&error) {
                        return Err(halt);
                    }
                    let detail = item_detail(&error);
                    if error.class() == Class::Backoff {
                        return Err(Halt::Trouble { code: error.code(), detail });
                    }
                    tracing::debug!(code = %error.code(), detail, "a copy was not marked");
                }
                entries.push(reading.clone().entry());
            }
        }
        Ok(entries)
    }

    /// Commits what nothing was uploaded for, as a batch of its own.
    pub(super) async fn commit_alone(
        &self,
        page: Option<PageNo>,
        outcome: Outcome,
    ) -> Result<(), Halt> {
        let mut batch: Option<BatchNo> = None;
        self.intend(&mut batch, Vec::new(), NOTHING_TO_SEND).await?;
        let Some(batch) = batch else { return Ok(()) };
        let written = self.committer.commit(page, batch, outcome).await;
        written.map_err(|error| Halt::store(&error))
    }

    /// Makes sure that the folder stays ours while a small request changes copies.
    pub(super) async fn keep(&self) -> Result<(), Halt> {
        let runtime = self.options.upload_timeout(Bytes(0));
        self.keeper.cover(runtime).await.map_err(|error| Halt::store(&error))?;
        if self.keeper.lost().is_cancelled() { Err(Halt::Lost) } else { Ok(()) }
    }
}
