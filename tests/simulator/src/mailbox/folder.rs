//! One folder's storage: items by number, generated rows, what was deleted, the order of changes.

use std::{
    collections::BTreeMap,
    ops::Range as Span,
    sync::{Arc, Mutex},
};

use bytes::Bytes;

use crate::mapi::{Item, Time};

use super::{Counts, Facts, FolderId, FolderKind, ItemId, ItemSource, Listed, find::View, renewed};

/// A folder as stored.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) id: FolderId,
    pub(super) parent: Option<FolderId>,
    pub(super) name: String,
    pub(super) class: String,
    pub(super) distinguished: Option<&'static str>,
    pub(super) kind: FolderKind,
    pub(super) hidden: bool,
    pub(super) created: Time,
    pub(super) modified: Time,
    /// Change number of the folder itself.
    pub(super) change: u64,
    pub(super) local_commit_time_max: Time,
    pub(super) deleted_count: u32,
    pub(super) counts: Counts,
    pub(super) rows: Vec<Row>,
    /// Items that were written or touched, generated ones included.
    pub(super) entries: BTreeMap<u64, Entry>,
    pub(super) gone: BTreeMap<u64, Gone>,
    /// Newest change number of every touched or deleted item → its number.
    pub(super) log: BTreeMap<u64, u64>,
    pub(super) view: Mutex<Option<Arc<View>>>,
}

/// A row of generated items: numbers and change numbers run with the index.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) first: u64,
    pub(super) count: u64,
    /// Change number of the item of index 0.
    pub(super) change: u64,
    pub(super) associated: bool,
    pub(super) source: Arc<dyn ItemSource>,
}

impl Row {
    pub(super) fn numbers(&self) -> Span<u64> {
        self.first..self.first + self.count
    }
}

/// An item that is stored.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The item, packed; see [`pack`].
    pub(super) packed: Bytes,
    pub(super) facts: Facts,
    pub(super) associated: bool,
    /// Change number at which it came into the folder.
    pub(super) created_change: u64,
    pub(super) content_change: u64,
    pub(super) read_change: u64,
    pub(super) created: Time,
    pub(super) modified: Time,
}

impl Entry {
    pub(super) fn change(&self) -> u64 {
        self.content_change.max(self.read_change)
    }
}

/// An item that was there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone {
    pub(super) created_change: u64,
    pub(super) deleted_change: u64,
}

/// What the change log knows of a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versions {
    pub(super) created: u64,
    pub(super) content: u64,
    pub(super) read: u64,
}

/// An item in few bytes: kept instead of the property bag, which costs several times as much.
pub(super) fn pack(item: &Item) -> Bytes {
    // Writing plain data to a Vec cannot fail.
    rmp_serde::to_vec(item).unwrap_or_default().into()
}

fn unpack(packed: &Bytes) -> Item {
    rmp_serde::from_slice(packed).unwrap_or_default()
}

impl Folder {
    fn row(&self, number: u64) -> Option<&Row> {
        self.rows.iter().find(|row| row.numbers().contains(&number))
    }

    /// Versions of an item that is there.
    pub(super) fn versions(&self, number: u64) -> Option<Versions> {
        if self.gone.contains_key(&number) {
            return None;
        }
        if let Some(entry) = self.entries.get(&number) {
            return Some(Versions {
                created: entry.created_change,
                content: entry.content_change,
                read: entry.read_change,
            });
        }
        let row = self.row(number)?;
        let change = row.change + (number - row.first);
        Some(Versions { created: change, content: change, read: change })
    }

    /// An item that is there, without its content.
    pub(super) fn listed(&self, number: u64) -> Option<Listed> {
        let versions = self.versions(number)?;
        let (facts, associated) = match self.entries.get(&number) {
            Some(entry) => (entry.facts, entry.associated),
            None => {
                let row = self.row(number)?;
                (row.source.facts(number - row.first), row.associated)
            }
        };
        let id = ItemId { folder: self.id, number };
        Some(Listed { id, change: versions.content.max(versions.read), facts, associated })
    }

    /// An item that is there: stored form, creation and modification time.
    pub(super) fn stored(&self, number: u64) -> Option<(Item, Time, Time)> {
        if self.gone.contains_key(&number) {
            return None;
        }
        if let Some(entry) = self.entries.get(&number) {
            return Some((unpack(&entry.packed), entry.created, entry.modified));
        }
        let row = self.row(number)?;
        let mut item = row.source.item(number - row.first);
        let (created, modified) = renewed::strip(&mut item);
        let created = created.unwrap_or_default();
        Some((item, created, modified.unwrap_or(created)))
    }

    pub(super) fn is_associated(&self, number: u64) -> bool {
        match self.entries.get(&number) {
            Some(entry) => entry.associated,
            None => self.row(number).is_some_and(|row| row.associated),
        }
    }

    /// The greatest number below `limit` and not below `lowest` of an item that is there.
    pub(super) fn before(&self, lowest: u64, limit: u64) -> Option<u64> {
        let stored = self.entries.range(..limit).next_back().map(|(number, _)| *number);
        let rows = self.rows.iter().filter_map(|row| {
            let last = (row.first + row.count).min(limit).checked_sub(1)?;
            (row.first..=last).rev().find(|number| !self.gone.contains_key(number))
        });
        rows.chain(stored).max().filter(|number| *number >= lowest)
    }

    /// Numbers in `span`, newest first, that changed after `seen` and exist or existed.
    pub(super) fn changed(&self, span: &Span<u64>, seen: u64) -> Vec<u64> {
        let mut numbers: Vec<u64> = self
            .log
            .range(seen + 1..)
            .map(|(_, number)| *number)
            .filter(|number| span.contains(number))
            .collect();
        for row in &self.rows {
            let fresh = row.first + (seen + 1).saturating_sub(row.change).min(row.count);
            let fresh = fresh.max(span.start)..(row.first + row.count).min(span.end);
            numbers.extend(fresh.filter(|number| {
                !self.entries.contains_key(number) && !self.gone.contains_key(number)
            }));
        }
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers
    }

    /// Writes an item; the bytes the folder grew or shrank by.
    pub(super) fn put(&mut self, number: u64, entry: Entry) {
        let (before, after) = (self.listed(number), entry.change());
        if let Some(before) = before {
            self.uncount(&before);
            self.log.remove(&before.change);
        }
        self.count(entry.associated, &entry.facts);
        self.log.insert(after, number);
        self.entries.insert(number, entry);
    }

    /// Takes an item out; whether it was there.
    pub(super) fn take(&mut self, number: u64, change: u64) -> bool {
        let (Some(listed), Some(versions)) = (self.listed(number), self.versions(number)) else {
            return false;
        };
        self.uncount(&listed);
        self.entries.remove(&number);
        self.log.remove(&listed.change);
        self.log.insert(change, number);
        let gone = Gone { created_change: versions.created, deleted_change: change };
        self.gone.insert(number, gone);
        self.deleted_count += 1;
        true
    }

    /// Adds a row of generated items.
    pub(super) fn add_row(&mut self, row: Row) {
        let totals = row.source.totals();
        self.counts.bytes += totals.bytes;
        if row.associated {
            self.counts.associated += row.count;
        } else {
            self.counts.items += row.count;
            self.counts.unread += totals.unread;
        }
        self.rows.push(row);
    }

    fn count(&mut self, associated: bool, facts: &Facts) {
        self.counts.bytes += facts.size;
        if associated {
            self.counts.associated += 1;
        } else {
            self.counts.items += 1;
            self.counts.unread += u64::from(!facts.read);
        }
    }

    fn uncount(&mut self, listed: &Listed) {
        self.counts.bytes = self.counts.bytes.saturating_sub(listed.facts.size);
        if listed.associated {
            self.counts.associated -= 1;
        } else {
            self.counts.items -= 1;
            self.counts.unread -= u64::from(!listed.facts.read);
        }
    }
}
