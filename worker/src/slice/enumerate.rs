//! Listing what there is to copy.

use longhaul_core::code::STORE_FAILED;
use longhaul_ews::limits::SYNC_PAGE;
use longhaul_ews::{ItemChange, SyncScope};
use longhaul_store::folder::{Checkpoint, Fingerprint, Position};
use longhaul_store::ledger::{Reader, Record};

use super::error::{Halt, beyond_the_item, item_detail};
use super::folder::Folder;
use super::item::{Item, in_bounds};
use super::keys::Keys;
use crate::memory::ReservedIndex;

/// Ledger bytes read at a time.
const LEDGER_PIECE: usize = 1024 * 1024;
/// Failures read at a time.
const FAILURES: usize = 500;

/// A page of the source folder's list.
#[derive(Debug)]
pub(crate) struct Page {
    /// What of it is to be copied.
    pub(crate) items: Vec<Item>,
    /// Where the next page begins.
    pub(crate) end: Position,
}

impl Folder {
    /// Waits for the memory that the index takes: a key for each item that is copied or is going
    /// to be listed.
    pub(crate) async fn room_for_index(
        &self,
        checkpoint: &Checkpoint,
        fingerprint: Option<&Fingerprint>,
    ) -> Result<Option<ReservedIndex<'_>>, Halt> {
        let there = fingerprint.map_or(0, |seen| seen.items + seen.associated);
        let items = there.max(checkpoint.counters.items + checkpoint.counters.failed);
        let room = self.memory.reserve_index(Keys::memory(items));
        self.unless_stopped(room).await
    }

    /// Reads what is copied and what has failed, so that the list can be compared with it.
    pub(crate) async fn load_index(&self, checkpoint: &Checkpoint) -> Result<(), Halt> {
        self.index().reserve(checkpoint.counters.items);
        self.read_ledger(|record| self.index().copied(record.key)).await?;
        if checkpoint.counters.failed == 0 {
            return Ok(());
        }
        let folder = self.keeper.lease().folder;
        let mut after = None;
        loop {
            let page = self.store.failures(folder, after, FAILURES).await;
            let page = page.map_err(|error| Halt::store(&error))?;
            after = page.last().map(|failure| failure.key);
            let mut index = self.index();
            page.iter().for_each(|failure| index.failed(failure, self.pass));
            if page.len() < FAILURES {
                return Ok(());
            }
        }
    }

    /// Goes through the ledger, as the slice found it, piece by piece.
    pub(super) async fn read_ledger(&self, mut each: impl FnMut(Record)) -> Result<(), Halt> {
        let corrupt = |_| Halt::Park {
            code: STORE_FAILED,
            detail: "the folder's ledger does not decode".to_owned(),
        };
        let folder = self.keeper.lease().folder;
        let (template, length) = &self.ledger;
        let mut reader = Reader::new(template.clone());
        let mut at = 0;
        while at < *length {
            // The ledger may have grown since.
            let most = usize::try_from(length - at).unwrap_or(LEDGER_PIECE).min(LEDGER_PIECE);
            let piece = self.store.ledger(folder, at, most).await;
            let piece = piece.map_err(|error| Halt::store(&error))?;
            if piece.is_empty() {
                break;
            }
            at += piece.len() as u64;
            reader.push(&piece).map_err(corrupt)?.into_iter().for_each(&mut each);
        }
        reader.finish().map_err(corrupt)
    }

    /// The next page of changes. Each item is listed once in a slice, however often it changes.
    pub(crate) async fn next_page(&self, from: Option<Position>) -> Result<Page, Halt> {
        let state = from.as_ref().map(|position| position.sync_state.as_str());
        let scope =
            if self.bounds.associated { SyncScope::NormalAndAssociated } else { SyncScope::Normal };
        let peer = &self.source;
        let page = peer
            .lane
            .call(&self.stop, || peer.mailbox.sync_items(&peer.folder, state, SYNC_PAGE, scope))
            .await?;
        let mut index = self.index();
        let mut items = Vec::new();
        for change in page.changes {
            let (ItemChange::Create(listed) | ItemChange::Update(listed)) = change else {
                continue;
            };
            let item = Item::listed(listed);
            let asked_for = !self.bounds.failed_only || index.has_failed(item.key);
            if asked_for && !index.settled(item.key) && in_bounds(&item, &self.bounds) {
                index.copied(item.key);
                items.push(item);
            }
        }
        Ok(Page { items, end: Position { sync_state: page.sync_state, last: page.last } })
    }

    /// What the source folder looks like now, if the service says so.
    pub(crate) async fn fingerprint(&self) -> Result<Option<Fingerprint>, Halt> {
        let peer = &self.source;
        let names = [(&peer.folder).into()];
        let answers = peer.lane.call(&self.stop, || peer.mailbox.get_folders(&names)).await?;
        let folder = match answers.into_iter().next() {
            Some(Ok(folder)) => folder,
            Some(Err(error)) => {
                return Err(beyond_the_item(&error).unwrap_or_else(|| Halt::Trouble {
                    code: error.code(),
                    detail: item_detail(&error),
                }));
            }
            None => return Ok(None),
        };
        Ok(folder.fingerprint().map(|seen| Fingerprint {
            changed: Some(seen.changed),
            deleted: Some(seen.deleted.into()),
            items: seen.items.into(),
            associated: seen.associated.into(),
            unread: seen.unread.into(),
        }))
    }
}
