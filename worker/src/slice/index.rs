//! What is known of a folder's items.

use std::collections::{HashMap, HashSet};

use longhaul_core::code::{AMBIGUOUS_UPLOAD, UPLOAD_UNANSWERED};
use longhaul_core::{Code, ItemKey, PassId};
use longhaul_store::folder::Failure;
use longhaul_store::ledger::Entry;

use super::keys::Keys;

/// Tries of an item in a pass whose uploads end without a clear answer.
const UNANSWERED_TRIES: u32 = 3;

/// What is known of a folder's items: what the ledger says, what failed before, and what this
/// slice has begun with.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The version each item of the ledger was copied at.
    ledger: Keys,
    /// Items of the ledger that left the folder.
    held: HashSet<ItemKey>,
    /// Items of `ledger` that no longer are the folder's.
    gone: HashSet<ItemKey>,
    /// What this slice has listed and does something about, at which version.
    begun: Keys,
    failed: HashMap<ItemKey, Failed>,
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    code: Code,
    /// Tries in the present pass.
    attempts: u32,
}

impl Index {
    /// Makes room for the keys of so many items.
    pub(crate) fn reserve(&mut self, items: u64) {
        self.ledger.reserve(usize::try_from(items).unwrap_or(0));
    }

    /// Takes in an entry of the ledger, in the ledger's order.
    pub(crate) fn enter(&mut self, entry: &Entry) {
        let key = entry.key();
        match entry {
            Entry::Stands(record) | Entry::Replaced { record, .. } => {
                self.gone.remove(&key);
                self.ledger.insert(key, record.version);
            }
            Entry::Left(_) => drop(self.held.insert(key)),
            Entry::Back(_) => drop(self.held.remove(&key)),
            Entry::Gone { .. } => {
                self.held.remove(&key);
                self.gone.insert(key);
            }
        }
    }

    /// Notes that this slice does something about an item of that version.
    pub(crate) fn begin(&mut self, key: ItemKey, version: u32) {
        self.begun.insert(key, version);
    }

    /// The version at which this slice does something about the item, if it does.
    pub(crate) fn begun(&self, key: ItemKey) -> Option<u32> {
        self.begun.get(&key)
    }

    /// The version of an item that the ledger had when the slice began.
    pub(crate) fn version(&self, key: ItemKey) -> Option<u32> {
        self.ledger.get(&key).filter(|_| !self.gone.contains(&key))
    }

    /// Whether the item left the folder and its copy is held.
    pub(crate) fn is_held(&self, key: ItemKey) -> bool {
        self.held.contains(&key)
    }

    /// The items that are held.
    pub(crate) fn held(&self) -> HashSet<ItemKey> {
        self.held.clone()
    }

    /// The items that the ledger has in the folder.
    pub(crate) fn present(&self) -> impl Iterator<Item = ItemKey> {
        self.ledger.keys().filter(|key| !self.gone.contains(key) && !self.held.contains(key))
    }

    /// The items that are recorded as failed.
    pub(crate) fn failures(&self) -> impl Iterator<Item = ItemKey> {
        self.failed.keys().copied()
    }

    /// Notes a recorded failure; what an earlier pass tried counts for nothing in `pass`.
    pub(crate) fn failed(&mut self, failure: &Failure, pass: PassId) {
        let attempts = if failure.pass == pass { failure.attempts } else { 0 };
        self.failed.insert(failure.key, Failed { code: failure.code, attempts });
    }

    /// Whether the item is recorded as failed.
    pub(crate) fn has_failed(&self, key: ItemKey) -> bool {
        self.failed.contains_key(&key)
    }

    /// Tries of the item in this pass that failed.
    pub(crate) fn attempts(&self, key: ItemKey) -> u32 {
        self.failed.get(&key).map_or(0, |failed| failed.attempts)
    }

    /// Whether uploads of the item ended without a clear answer so often in this pass that the
    /// last try goes alone: what breaks them must not take its neighbours with it.
    pub(crate) fn goes_alone(&self, key: ItemKey) -> bool {
        let failed = self.failed.get(&key);
        failed.is_some_and(|failed| {
            failed.code == UPLOAD_UNANSWERED && failed.attempts + 1 >= UNANSWERED_TRIES
        })
    }

    /// Whether this pass tries the item no more: nobody can say whether it is copied, or it was
    /// tried often enough.
    pub(crate) fn given_up(&self, key: ItemKey) -> bool {
        let given_up = |failed: &Failed| match failed.code {
            AMBIGUOUS_UPLOAD => true,
            UPLOAD_UNANSWERED => failed.attempts >= UNANSWERED_TRIES,
            _ => failed.attempts > 0,
        };
        self.failed.get(&key).is_some_and(given_up)
    }
}

#[cfg(test)]
mod tests {
    use longhaul_core::code::BLOB_BROKEN;
    use longhaul_core::{Bytes, Timestamp};
    use longhaul_store::ledger::{Record, Seal};

    use super::*;

    fn failure(name: &str, code: Code, pass: PassId, attempts: u32) -> Failure {
        Failure {
            key: ItemKey::of(name),
            source_id: name.to_owned(),
            class: String::new(),
            size: Bytes(0),
            received: None,
            code,
            detail: String::new(),
            pass,
            attempts,
            at: Timestamp(0),
        }
    }

    #[test]
    fn an_upload_in_doubt_is_never_tried_again_and_other_failures_are_by_the_next_pass() {
        let (before, now) = (PassId::generate(), PassId::generate());
        let mut index = Index::default();
        let doubt = failure("doubt", AMBIGUOUS_UPLOAD, before, 1);
        let broken = failure("broken", BLOB_BROKEN, before, 1);
        let tried = failure("tried", BLOB_BROKEN, now, 1);
        for failure in [&doubt, &broken, &tried] {
            index.failed(failure, now);
        }
        assert!(index.given_up(doubt.key));
        assert!(!index.given_up(broken.key));
        assert!(index.given_up(tried.key));
    }

    #[test]
    fn an_unanswered_upload_is_tried_alone_and_not_for_ever() {
        let now = PassId::generate();
        let mut index = Index::default();
        let mut poison = failure("poison", UPLOAD_UNANSWERED, now, 1);
        index.failed(&poison, now);
        assert!(!index.goes_alone(poison.key) && !index.given_up(poison.key));
        poison.attempts = UNANSWERED_TRIES - 1;
        index.failed(&poison, now);
        assert!(index.goes_alone(poison.key) && !index.given_up(poison.key));
        poison.attempts = UNANSWERED_TRIES;
        index.failed(&poison, now);
        assert!(index.given_up(poison.key));
    }

    #[test]
    fn of_an_item_the_ledgers_last_entry_counts() {
        let key = ItemKey::of("a");
        let record = |version| Record {
            key,
            version,
            size: Bytes(1),
            destination: "copy".to_owned(),
            seal: Seal::default(),
        };
        let mut index = Index::default();
        index.enter(&Entry::Stands(record(1)));
        index.enter(&Entry::Replaced { record: record(2), was: Bytes(1) });
        assert_eq!((index.version(key), index.is_held(key)), (Some(2), false));
        index.enter(&Entry::Left(key));
        assert_eq!((index.version(key), index.is_held(key)), (Some(2), true));
        assert_eq!(index.present().count(), 0);
        index.enter(&Entry::Back(key));
        assert_eq!((index.version(key), index.is_held(key)), (Some(2), false));
        index.enter(&Entry::Left(key));
        index.enter(&Entry::Gone { key, was: Bytes(1) });
        assert_eq!((index.version(key), index.is_held(key)), (None, false));
        index.enter(&Entry::Stands(record(3)));
        assert_eq!(index.version(key), Some(3));
        assert_eq!(index.present().collect::<Vec<_>>(), [key]);
    }
}
