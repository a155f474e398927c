//! Items that came from other folders: a new item here whose copy is held there was moved.

use std::collections::{HashMap, HashSet};

use longhaul_core::{Bytes, FolderRef};
use longhaul_ews::limits::GET_ITEMS;
use longhaul_ews::{Class, ItemFacts, ItemId};
use longhaul_store::ledger::{Entry, Record};
use tokio::sync::Mutex;

use super::error::{Halt, item_detail};
use super::folder::{Folder, Peer};
use super::item::{Aim, Item};
use super::ledger::Ledger;

/// Copies that are held in the mailbox's folders, by the size of their items.
#[derive(Debug, Default)]
pub(super) struct HeldCopies(HashMap<Bytes, Vec<HeldCopy>>);

/// A copy that is held.
#[derive(Clone, Debug)]
struct HeldCopy {
    record: Record,
    /// Whether it stands in this folder.
    here: bool,
}

/// What a move does not change.
type Trait = (Vec<u8>, Option<String>, Bytes);

/// Items and held copies that have it.
#[derive(Default)]
struct Alike {
    items: Vec<Item>,
    copies: Vec<(HeldCopy, ItemFacts)>,
}

impl Folder {
    /// Takes out of `new` what was moved here: an item that has search key, class and size of
    /// exactly one held copy, and is the only one that has. Its aim says which copy is its own.
    pub(super) async fn find_moves(&self, new: &mut Vec<Item>) -> Result<Vec<Item>, Halt> {
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let held = self.held.get_or_try_init(|| self.held_copies()).await?;
        let mut held = held.lock().await;
        let (likely, rest) =
            std::mem::take(new).into_iter().partition(|item| held.0.contains_key(&item.size));
        *new = rest;
        let likely: Vec<Item> = likely;
        let mut alike: HashMap<Trait, Alike> = HashMap::new();
        let ids: Vec<_> = likely.iter().map(|item| item.id.clone()).collect();
        let facts = self.facts(&self.source, &ids).await?;
        let sizes: HashSet<_> = likely.iter().map(|item| item.size).collect();
        for (item, facts) in likely.into_iter().zip(facts) {
            match facts.and_then(|facts| Some((facts.search_key?, facts.class, item.size))) {
                Some(key) => alike.entry(key).or_default().items.push(item),
                None => new.push(item),
            }
        }
        let copies: Vec<_> = sizes.iter().filter_map(|size| held.0.get(size)).flatten().collect();
        let ids: Vec<_> = copies.iter().map(|copy| ItemId::new(&copy.record.destination)).collect();
        for (copy, facts) in copies.into_iter().zip(self.facts(&self.destination, &ids).await?) {
            if let Some(facts) = facts
                && let Some(key) = facts.search_key.clone()
                && let Some(alike) = alike.get_mut(&(key, facts.class.clone(), copy.record.size))
            {
                alike.copies.push((copy.clone(), facts));
            }
        }
        let mut moved = Vec::new();
        for Alike { mut items, mut copies } in alike.into_values() {
            if items.len() != 1 || copies.len() != 1 {
                new.append(&mut items);
                continue;
            }
            if let (Some(mut item), Some((copy, facts))) = (items.pop(), copies.pop()) {
                let HeldCopy { record, here } = copy;
                if let Some(others) = held.0.get_mut(&record.size) {
                    others.retain(|other| other.record.destination != record.destination);
                }
                item.aim = match here {
                    true => Aim::Return(Box::new(record)),
                    false => Aim::Move(Box::new(record), facts.created),
                };
                moved.push(item);
            }
        }
        Ok(moved)
    }

    async fn held_copies(&self) -> Result<Mutex<HeldCopies>, Halt> {
        let FolderRef { mailbox, folder: own } = self.ledger.folder;
        let overview = self.store.overview(mailbox).await.map_err(|error| Halt::store(&error))?;
        let mut copies = HeldCopies::default();
        for (folder, checkpoint) in overview {
            if checkpoint.counters.held == 0 {
                continue;
            }
            let ledger = Ledger {
                folder: FolderRef { mailbox, folder },
                template: checkpoint.template,
                length: checkpoint.ledger_len,
            };
            let held = ledger.held(&*self.store, u64::MAX).await?;
            for record in ledger.records(&*self.store, &held).await?.into_values() {
                let copy = HeldCopy { record, here: folder == own };
                copies.0.entry(copy.record.size).or_default().push(copy);
            }
        }
        Ok(Mutex::new(copies))
    }

    /// What items look like on one side; `None` for one that is gone.
    pub(super) async fn facts(
        &self,
        peer: &Peer,
        ids: &[ItemId],
    ) -> Result<Vec<Option<ItemFacts>>, Halt> {
        let mut found = Vec::with_capacity(ids.len());
        for group in ids.chunks(GET_ITEMS) {
            let answers = peer.lane.call(&self.stop, || peer.mailbox.get_items(group)).await?;
            for answer in answers {
                found.push(match answer {
                    Ok(facts) => Some(facts),
                    Err(error) if error.class() == Class::Vanished => None,
                    Err(error) => {
                        let detail = item_detail(&error);
                        return Err(Halt::Trouble { code: error.code(), detail });
                    }
                });
            }
        }
        Ok(found)
    }
}

impl Ledger {
    /// The items that are held by entries up to `until`, a border between two.
    pub(super) async fn held(
        &self,
        store: &dyn longhaul_store::Store,
        until: u64,
    ) -> Result<HashSet<longhaul_core::ItemKey>, Halt> {
        let mut held = HashSet::new();
        self.read(store, until, |entry| match entry {
            Entry::Left(key) => drop(held.insert(key)),
            Entry::Back(key) | Entry::Gone { key, .. } => drop(held.remove(&key)),
            Entry::Stands(_) | Entry::Replaced { .. } => {}
        })
        .await?;
        Ok(held)
    }
}
