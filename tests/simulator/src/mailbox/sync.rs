//! Changes of a folder's content since a state (Microsoft: SyncFolderItems operation).
//!
//! A client sweeps the numbers of a folder from the newest down, page by page; a new sweep begins
//! where the last one ended. The state says, for each span of numbers, up to which change number
//! the client has seen it: a few bytes for each page that saw changes come in between. So every
//! item is reported once per change, and nothing the client never heard of is reported deleted.

use serde::{Deserialize, Serialize};

use super::{
    Changes, FolderId, FolderKind, ItemChange, ItemId, Mailbox, Refusal, SyncRequest,
    folder::Folder, state::Body,
};

#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    folder: u64,
    /// Start of a span and the change number its items were seen at; the first starts at 0.
    spans: Vec<(u64, u64)>,
    /// The sweep goes on below this number.
    cursor: u64,
}

impl Body for Seen {
    const KIND: u8 = 1;
}

impl Seen {
    /// The spans with their ends, newest first.
    fn newest_first(&self) -> impl Iterator<Item = (std::ops::Range<u64>, u64)> {
        let ends = self.spans.iter().skip(1).map(|(start, _)| *start).chain([u64::MAX]);
        let spans = self.spans.iter().zip(ends).map(|((start, seen), end)| (*start..end, *seen));
        spans.collect::<Vec<_>>().into_iter().rev()
    }

    /// Marks all numbers from `low` to below `high` as seen at `change`.
    fn mark(&mut self, low: u64, high: u64, change: u64) {
        let above = self.newest_first().find(|(span, _)| span.contains(&high)).map(|(_, at)| at);
        self.spans.retain(|(start, _)| *start < low || *start > high);
        self.spans.push((low, change));
        self.spans.extend(above.filter(|_| high < u64::MAX).map(|seen| (high, seen)));
        self.spans.sort_unstable();
        self.spans.dedup_by_key(|(_, seen)| *seen);
    }
}

impl Mailbox {
    /// The next page of changes of a folder's items, newest items first.
    ///
    /// # Errors
    /// `SyncFolderNotFound`, `FolderType` for a search folder, `InvalidSyncState`.
    pub(crate) fn sync_items(
        &self,
        folder: FolderId,
        request: &SyncRequest<'_>,
    ) -> Result<Changes<ItemChange>, Refusal> {
        let stored = self.folders.get(&folder).ok_or(Refusal::SyncFolderNotFound)?;
        if stored.kind == FolderKind::Search {
            return Err(Refusal::FolderType);
        }
        let mut state = match request.state {
            None | Some("") => Seen { folder: folder.0, spans: vec![(0, 0)], cursor: u64::MAX },
            Some(text) => self.read_state::<Seen>(text)?,
        };
        if state.folder != folder.0 || state.spans.first().is_none_or(|(start, _)| *start != 0) {
            return Err(Refusal::InvalidSyncState);
        }
        let max = request.max.max(1);
        let mut changes = sweep(stored, &state, request, max + 1);
        let last = changes.len() <= max;
        changes.truncate(max);
        let reached = match changes.last() {
            Some(change) if !last => number(change),
            _ => 0,
        };
        state.mark(reached, state.cursor, self.last_change);
        state.cursor = if last { u64::MAX } else { reached };
        Ok(Changes { changes, state: self.write_state(state), last })
    }
}

fn number(change: &ItemChange) -> u64 {
    match change {
        ItemChange::Create(item) | ItemChange::Update(item) | ItemChange::ReadFlag(item) => {
            item.id.number
        }
        ItemChange::Delete(id, _) => id.number,
    }
}

/// At most `max` changes below the cursor that the client has not seen.
fn sweep(folder: &Folder, state: &Seen, request: &SyncRequest<'_>, max: usize) -> Vec<ItemChange> {
    let mut found = Vec::new();
    for (span, seen) in state.newest_first() {
        let span = span.start..span.end.min(state.cursor);
        let mut report = |number: u64| {
            found.extend(change(folder, number, seen, request));
            found.len() < max
        };
        if span.is_empty() {
            continue;
        }
        if seen == 0 {
            let mut limit = span.end;
            while let Some(number) = folder.before(span.start, limit) {
                if !report(number) {
                    return found;
                }
                limit = number;
            }
        } else if !folder.changed(&span, seen).into_iter().all(report) {
            return found;
        }
    }
    found
}

/// What there is to tell of one number to a client that saw it at `seen`.
fn change(
    folder: &Folder,
    number: u64,
    seen: u64,
    request: &SyncRequest<'_>,
) -> Option<ItemChange> {
    let id = ItemId { folder: folder.id, number };
    if request.ignore.contains(&id) {
        return None;
    }
    if let Some(gone) = folder.gone.get(&number) {
        let known = gone.created_change <= seen && gone.deleted_change > seen;
        return known.then_some(ItemChange::Delete(id, gone.deleted_change));
    }
    if folder.is_associated(number) && !request.associated {
        return None;
    }
    let versions = folder.versions(number)?;
    let listed = folder.listed(number)?;
    match () {
        () if versions.created > seen => Some(ItemChange::Create(listed)),
        () if versions.content > seen => Some(ItemChange::Update(listed)),
        () if versions.read > seen => Some(ItemChange::ReadFlag(listed)),
        () => None,
    }
}
