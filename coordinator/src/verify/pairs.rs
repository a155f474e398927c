//! The ledger of a folder as pairs of keys.

use std::collections::HashSet;

use longhaul_core::{FolderRef, ItemKey};
use longhaul_store::Store;
use longhaul_store::folder::Checkpoint;
use longhaul_store::ledger::{Entry, Reader};

use super::traits::Traits;
use crate::engine::Trouble;

/// Ledger bytes read at a time.
const PIECE: usize = 256 * 1024;

/// Which source item stands in the destination as what; 64 bytes a pair.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// By source item; of several records of one item the last counts.
    rows: Vec<(ItemKey, ItemKey)>,
    /// The row of each destination item, by its key.
    destinations: Vec<(ItemKey, u32)>,
    source_seen: Vec<bool>,
    destination_seen: Vec<Option<Traits>>,
}

impl Pairs {
    /// Reads the ledger.
    pub(super) async fn read(
        store: &dyn Store,
        folder: FolderRef,
        checkpoint: &Checkpoint,
    ) -> Result<Self, Trouble> {
        let mut rows = Vec::new();
        let mut gone = HashSet::new();
        scan(store, folder, checkpoint, |entry| match entry {
            Entry::Stands(record) | Entry::Replaced { record, .. } => {
                gone.remove(&record.key);
                rows.push((record.key, ItemKey::of(&record.destination)));
            }
            Entry::Gone { key, .. } => drop(gone.insert(key)),
            Entry::Left(_) | Entry::Back(_) => {}
        })
        .await?;
        rows.retain(|(source, _)| !gone.contains(source));
        Ok(Self::new(rows))
    }

    fn new(mut rows: Vec<(ItemKey, ItemKey)>) -> Self {
        // Stable: later records of one item stay behind earlier ones.
        rows.sort_by_key(|(source, _)| *source);
        let mut destinations: Vec<_> =
            rows.iter().zip(0..).map(|((_, destination), row)| (*destination, row)).collect();
        destinations.sort_unstable();
        Self {
            source_seen: vec![false; rows.len()],
            destination_seen: vec![None; rows.len()],
            rows,
            destinations,
        }
    }

    /// How many pairs there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Notes that a destination item exists; `false` if it is nobody's counterpart.
    pub(super) fn see_destination(&mut self, key: ItemKey, traits: Traits) -> bool {
        let at = self.destinations.partition_point(|(other, _)| *other < key);
        let mut known = false;
        for (other, row) in &self.destinations[at..] {
            if *other != key {
                break;
            }
            self.destination_seen[*row as usize] = Some(traits);
            known = true;
        }
        known
    }

    /// Notes that a source item exists and tells what is known of it.
    pub(super) fn see_source(&mut self, key: ItemKey) -> Known {
        let end = self.rows.partition_point(|(other, _)| *other <= key);
        let Some(row) = end.checked_sub(1).filter(|row| self.rows[*row].0 == key) else {
            return Known::No;
        };
        if std::mem::replace(&mut self.source_seen[row], true) {
            return Known::Again;
        }
        self.destination_seen[row].map_or(Known::CopyGone, Known::Paired)
    }

    /// Source items with a counterpart that were not seen.
    pub(super) fn unseen_sources(&self) -> u64 {
        let last_of_item =
            |row: usize| self.rows.get(row + 1).is_none_or(|next| next.0 != self.rows[row].0);
        (0..self.rows.len()).filter(|row| last_of_item(*row) && !self.source_seen[*row]).count()
            as u64
    }
}

/// What the ledger knows of a source item, once the destination was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It has no record.
    No,
    /// It has one, and the counterpart exists.
    Paired(Traits),
    /// It has one, and the counterpart does not exist.
    CopyGone,
    /// It was listed before.
    Again,
}

/// Hands every entry of the ledger to `each`.
pub(super) async fn scan(
    store: &dyn Store,
    folder: FolderRef,
    checkpoint: &Checkpoint,
    mut each: impl FnMut(Entry),
) -> Result<(), Trouble> {
    let mut reader = Reader::new(checkpoint.template.clone());
    let mut at = 0;
    while at < checkpoint.ledger_len {
        let mut piece = store.ledger(folder, at, PIECE).await?;
        // Workers may append while we read; what was committed when we began is enough.
        piece.truncate(usize::try_from(checkpoint.ledger_len - at).unwrap_or(usize::MAX));
        if piece.is_empty() {
            break;
        }
        at += piece.len() as u64;
        reader.push(&piece).map_err(|_| corrupt())?.into_iter().for_each(&mut each);
    }
    reader.finish().map_err(|_| corrupt())
}

fn corrupt() -> Trouble {
    Trouble::lasting(longhaul_core::code::STORE_FAILED, "the folder's ledger does not decode")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAITS: Traits = Traits { class: 1, date: None };

    fn key(text: &str) -> ItemKey {
        ItemKey::of(text)
    }

    fn pairs(rows: &[(&str, &str)]) -> Pairs {
        Pairs::new(rows.iter().map(|(s, d)| (key(s), key(d))).collect())
    }

    #[test]
    fn a_pair_is_whole_only_if_both_sides_were_seen() {
        let mut pairs = pairs(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert!(pairs.see_destination(key("1"), TRAITS));
        assert!(!pairs.see_destination(key("9"), TRAITS));
        assert_eq!(pairs.see_source(key("a")), Known::Paired(TRAITS));
        assert_eq!(pairs.see_source(key("a")), Known::Again);
        assert_eq!(pairs.see_source(key("b")), Known::CopyGone);
        assert_eq!(pairs.see_source(key("x")), Known::No);
        assert_eq!(pairs.unseen_sources(), 1);
    }

    #[test]
    fn of_two_records_of_an_item_the_last_counts() {
        let mut pairs = pairs(&[("a", "old"), ("b", "2"), ("a", "new")]);
        assert!(pairs.see_destination(key("new"), TRAITS));
        assert_eq!(pairs.see_source(key("a")), Known::Paired(TRAITS));
        assert_eq!(pairs.unseen_sources(), 1);
        let mut pairs = self::pairs(&[("a", "old"), ("a", "new")]);
        assert!(pairs.see_destination(key("old"), TRAITS));
        assert_eq!(pairs.see_source(key("a")), Known::CopyGone);
        assert_eq!(pairs.unseen_sources(), 0);
    }
}
