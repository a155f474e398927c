//! Listing what there is to copy.

use longhaul_ews::limits::SYNC_PAGE;
use longhaul_ews::{Class, ItemPage, SyncScope};
use longhaul_store::folder::{Checkpoint, Fingerprint, Position};
use longhaul_store::ledger::Entry;

use super::error::{Halt, beyond_the_item, item_detail};
use super::folder::Folder;
use super::item::{Aim, Item};
use super::keys::Keys;
use super::reading::Reading;
use super::sorting::{Sorted, sort};
use crate::fingerprint::fingerprint;
use crate::memory::ReservedIndex;

/// A page of the source folder's list.
#[derive(Debug)]
pub(crate) struct Page {
    /// What of it is to be copied, or copied again.
    pub(crate) items: Vec<Item>,
    /// What was only marked read or unread.
    pub(crate) reading: Vec<Reading>,
    /// What came from other folders whose copies are held.
    pub(crate) moves: Vec<Item>,
    /// What left the folder or came back.
    pub(crate) marks: Vec<Entry>,
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

    /// The next page of changes; `None` if something is said of an item that this slice has begun
    /// with: then the next slice begins with this page, and finds the item in the ledger.
    pub(crate) async fn next_page(&self, from: Option<Position>) -> Result<Option<Page>, Halt> {
        let listed = self.list(from.as_ref(), self.scope()).await?;
        let end = Position { sync_state: listed.sync_state, last: listed.last };
        let Some(sorted) = sort(listed.changes, &mut self.index(), &self.bounds) else {
            return Ok(None);
        };
        let Sorted { mut new, changed, read, mut marks } = sorted;
        let keys = changed.iter().map(|item| item.key).chain(read.iter().map(|read| read.0));
        let mut records = self.records(keys.collect()).await?;
        let mut items = Vec::with_capacity(new.len() + changed.len());
        for mut item in changed {
            if let Some(record) = records.get(&item.key) {
                item.aim = Aim::Update(Box::new(record.clone()));
                items.push(item);
            }
        }
        let reading = read.into_iter().filter_map(|(key, read, version)| {
            records.remove(&key).map(|record| Reading { record, read, version })
        });
        let reading = reading.collect();
        let moves = self.find_moves(&mut new).await?;
        items.extend(new);
        marks.sort_by_key(Entry::key);
        Ok(Some(Page { items, reading, moves, marks, end }))
    }

    /// Which items are listed.
    pub(super) const fn scope(&self) -> SyncScope {
        if self.bounds.associated { SyncScope::NormalAndAssociated } else { SyncScope::Normal }
    }

    /// One page of the source folder's list.
    pub(super) async fn list(
        &self,
        from: Option<&Position>,
        scope: SyncScope,
    ) -> Result<ItemPage, Halt> {
        let state = from.map(|position| position.sync_state.as_str());
        let peer = &self.source;
        let list = || peer.mailbox.sync_items(&peer.folder, state, SYNC_PAGE, scope);
        Ok(peer.lane.call(&self.stop, list).await?)
    }

    /// What the source folder looks like now.
    pub(crate) async fn look_at_source(&self) -> Result<Source, Halt> {
        let peer = &self.source;
        let names = [(&peer.folder).into()];
        let answers = peer.lane.call(&self.stop, || peer.mailbox.get_folders(&names)).await?;
        let folder = match answers.into_iter().next() {
            Some(Ok(folder)) => folder,
            // What was copied of it is dealt with; a folder that nothing was copied of is missed.
            Some(Err(error)) if error.class() == Class::Rescan && self.ledger.length > 0 => {
                return Ok(Source::Gone);
            }
            Some(Err(error)) => {
                return Err(beyond_the_item(&error).unwrap_or_else(|| Halt::Trouble {
                    code: error.code(),
                    detail: item_detail(&error),
                }));
            }
            None => return Ok(Source::There { seen: None, settled: false }),
        };
        Ok(Source::There {
            seen: folder.fingerprint().map(fingerprint),
            settled: folder.settled_fingerprint().is_some(),
        })
    }
}

/// The source folder.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// What it looks like, if the service says so, and whether a change that comes later will show.
    There { seen: Option<Fingerprint>, settled: bool },
    /// It is no longer there.
    Gone,
}

impl Source {
    /// What it looks like.
    pub(crate) const fn seen(self) -> Option<Fingerprint> {
        match self {
            Self::There { seen, .. } => seen,
            Self::Gone => None,
        }
    }

    /// What it looks like, for telling later whether it has changed.
    pub(crate) const fn fingerprint(self) -> Option<Fingerprint> {
        match self {
            Self::There { seen, settled: true } => seen,
            Self::There { .. } | Self::Gone => None,
        }
    }
}
