//! What is to be done about a page of changes.

use std::collections::HashMap;

use longhaul_core::ItemKey;
use longhaul_ews::ItemChange;
use longhaul_store::folder::Bounds;
use longhaul_store::ledger::Entry;

use super::index::Index;
use super::item::{Item, in_bounds};

/// A page of changes by what is to be done.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// Items without a copy.
    pub(super) new: Vec<Item>,
    /// Items of the ledger that are not what was copied.
    pub(super) changed: Vec<Item>,
    /// Items of the ledger that were only marked: whether they are read, and their version now.
    pub(super) read: Vec<(ItemKey, bool, u32)>,
    /// What left the folder or came back.
    pub(super) marks: Vec<Entry>,
}

/// Sorts a page. `None` if it says something of an item that this slice has begun with.
pub(super) fn sort(changes: Vec<ItemChange>, index: &mut Index, bounds: &Bounds) -> Option<Sorted> {
    let changes = last_words(changes);
    if changes.iter().any(|change| is_in_work(change, index)) {
        return None;
    }
    let mut sorted = Sorted::default();
    for change in changes {
        match change {
            ItemChange::Create(listed) | ItemChange::Update(listed) => {
                let item = Item::listed(listed);
                sort_item(item, index, bounds, &mut sorted);
            }
            ItemChange::ReadFlag { id, read } => {
                let item = Item::unlisted(id);
                let known = index.version(item.key);
                // A change that was not carried over would count as carried over with the mark.
                let is_open = index.has_failed(item.key);
                if !is_open && known.is_some_and(|version| version != item.version()) {
                    index.begin(item.key, item.version());
                    sorted.read.push((item.key, read, item.version()));
                }
            }
            ItemChange::Delete { id } => {
                let key = ItemKey::of(&id.id);
                if index.version(key).is_some() && !index.is_held(key) {
                    index.begin(key, 0);
                    sorted.marks.push(Entry::Left(key));
                }
            }
        }
    }
    Some(sorted)
}

fn sort_item(item: Item, index: &mut Index, bounds: &Bounds, sorted: &mut Sorted) {
    let key = item.key;
    if index.begun(key).is_some() {
        return;
    }
    let known = index.version(key);
    if known.is_some() && index.is_held(key) {
        sorted.marks.push(Entry::Back(key));
    }
    let asked_for = !bounds.failed_only || index.has_failed(key);
    if !asked_for || known == Some(item.version()) || index.given_up(key) {
        return;
    }
    if known.is_some() {
        index.begin(key, item.version());
        sorted.changed.push(item);
    } else if in_bounds(&item, bounds) {
        index.begin(key, item.version());
        sorted.new.push(item);
    }
}

/// Whether the slice has begun with the item at another version, or has to know first what comes
/// of it.
fn is_in_work(change: &ItemChange, index: &Index) -> bool {
    match change {
        ItemChange::Create(listed) | ItemChange::Update(listed) => {
            let item = Item::unlisted(listed.id.clone());
            index.begun(item.key).is_some_and(|version| version != item.version())
        }
        ItemChange::ReadFlag { id, .. } | ItemChange::Delete { id } => {
            index.begun(ItemKey::of(&id.id)).is_some()
        }
    }
}

/// One change of each item: the last, except that a mark says nothing that the item's own change
/// does not.
fn last_words(changes: Vec<ItemChange>) -> Vec<ItemChange> {
    let mut places: HashMap<ItemKey, usize> = HashMap::with_capacity(changes.len());
    let mut kept: Vec<ItemChange> = Vec::with_capacity(changes.len());
    for change in changes {
        let id = match &change {
            ItemChange::Create(listed) | ItemChange::Update(listed) => &listed.id,
            ItemChange::ReadFlag { id, .. } | ItemChange::Delete { id } => id,
        };
        let key = ItemKey::of(&id.id);
        match places.get(&key) {
            None => {
                places.insert(key, kept.len());
                kept.push(change);
            }
            Some(at) => {
                let whole = matches!(kept[*at], ItemChange::Create(_) | ItemChange::Update(_));
                if !(whole && matches!(change, ItemChange::ReadFlag { .. })) {
                    kept[*at] = change;
                }
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use longhaul_core::{Bytes, PassId};
    use longhaul_ews::{ItemId, Listed};
    use longhaul_store::folder::Failure;
    use longhaul_store::ledger::{Record, Seal};

    use super::*;

    fn id(name: &str, version: &str) -> ItemId {
        ItemId { id: name.to_owned(), change_key: Some(version.to_owned()) }
    }

    fn listed(name: &str, version: &str) -> Listed {
        Listed {
            id: id(name, version),
            class: Some("IPM.Note".to_owned()),
            size: Some(Bytes(1)),
            received: None,
            associated: false,
        }
    }

    /// The ledger has `a` at version 1.
    fn index() -> Index {
        let item = Item::listed(listed("a", "1"));
        let record = Record {
            key: item.key,
            version: item.version(),
            size: Bytes(1),
            destination: "copy".to_owned(),
            seal: Seal::default(),
        };
        let mut index = Index::default();
        index.enter(&Entry::Stands(record));
        index
    }

    fn sorted(changes: Vec<ItemChange>, index: &mut Index) -> Option<[usize; 4]> {
        let sorted = sort(changes, index, &Bounds::default())?;
        let Sorted { new, changed, read, marks } = sorted;
        Some([new.len(), changed.len(), read.len(), marks.len()])
    }

    #[test]
    fn an_item_is_new_changed_marked_or_gone() {
        let page = |change| sorted(vec![change], &mut index());
        assert_eq!(page(ItemChange::Create(listed("b", "1"))), Some([1, 0, 0, 0]));
        assert_eq!(page(ItemChange::Create(listed("a", "1"))), Some([0; 4]), "listed anew");
        assert_eq!(page(ItemChange::Create(listed("a", "2"))), Some([0, 1, 0, 0]));
        assert_eq!(page(ItemChange::Update(listed("a", "2"))), Some([0, 1, 0, 0]));
        let read = |id| ItemChange::ReadFlag { id, read: true };
        assert_eq!(page(read(id("a", "2"))), Some([0, 0, 1, 0]));
        assert_eq!(page(read(id("a", "1"))), Some([0; 4]), "carried over before");
        assert_eq!(page(read(id("b", "2"))), Some([0; 4]));
        let gone = |name: &str| ItemChange::Delete { id: id(name, "2") };
        assert_eq!(page(gone("a")), Some([0, 0, 0, 1]));
        assert_eq!(page(gone("b")), Some([0; 4]));
    }

    #[test]
    fn a_mark_hides_no_change_that_is_still_to_be_carried_over() {
        let mut index = index();
        let failure = Failure {
            key: ItemKey::of("a"),
            source_id: "a".to_owned(),
            class: String::new(),
            size: Bytes(1),
            received: None,
            code: longhaul_core::code::COPY_CHANGED,
            detail: String::new(),
            pass: PassId::generate(),
            attempts: 1,
            at: longhaul_core::Timestamp(0),
        };
        index.failed(&failure, PassId::generate());
        let read = ItemChange::ReadFlag { id: id("a", "2"), read: true };
        assert_eq!(sorted(vec![read], &mut index), Some([0; 4]));
        let changed = ItemChange::Update(listed("a", "2"));
        assert_eq!(sorted(vec![changed], &mut index), Some([0, 1, 0, 0]));
    }

    #[test]
    fn a_change_of_an_item_in_work_waits_for_the_next_slice() {
        let mut index = index();
        assert_eq!(
            sorted(vec![ItemChange::Create(listed("b", "1"))], &mut index),
            Some([1, 0, 0, 0])
        );
        assert_eq!(sorted(vec![ItemChange::Create(listed("b", "1"))], &mut index), Some([0; 4]));
        assert_eq!(sorted(vec![ItemChange::Update(listed("b", "2"))], &mut index), None);
        let read = ItemChange::ReadFlag { id: id("b", "2"), read: true };
        assert_eq!(sorted(vec![read], &mut index), None);
        assert_eq!(sorted(vec![ItemChange::Delete { id: id("b", "2") }], &mut index), None);
    }

    #[test]
    fn of_several_changes_of_an_item_on_a_page_the_telling_one_counts() {
        let read = || ItemChange::ReadFlag { id: id("a", "3"), read: true };
        let update = || ItemChange::Update(listed("a", "2"));
        assert_eq!(sorted(vec![update(), read()], &mut index()), Some([0, 1, 0, 0]));
        assert_eq!(sorted(vec![read(), update()], &mut index()), Some([0, 1, 0, 0]));
        let gone = ItemChange::Delete { id: id("a", "2") };
        assert_eq!(sorted(vec![update(), gone], &mut index()), Some([0, 0, 0, 1]));
    }

    #[test]
    fn an_item_that_was_held_and_is_listed_is_back() {
        let mut index = index();
        index.enter(&Entry::Left(ItemKey::of("a")));
        assert_eq!(
            sorted(vec![ItemChange::Create(listed("a", "1"))], &mut index),
            Some([0, 0, 0, 1])
        );
        let mut index = self::index();
        index.enter(&Entry::Left(ItemKey::of("a")));
        assert_eq!(
            sorted(vec![ItemChange::Create(listed("a", "2"))], &mut index),
            Some([0, 1, 0, 1])
        );
    }
}
