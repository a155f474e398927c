//! What stands on both sides, and whether it is the same.

use std::collections::{BTreeMap, HashMap, HashSet};

use longhaul_core::ItemKey;
use longhaul_ews::{ItemFacts, Mailbox, Traversal};
use longhaul_store::folder::Outcome;
use longhaul_store::ledger::{Entry, Reader, Record};
use serde_json::Value;

use super::{DESTINATION, SOURCE, World, known};

impl World {
    /// Items in the destination inbox, associated ones too, by message id or, without one, by
    /// subject.
    pub(crate) async fn copies(&self) -> Vec<String> {
        names(&items(&self.destination()).await)
    }

    /// Items in the source inbox, likewise.
    pub(crate) async fn originals(&self) -> Vec<String> {
        names(&items(&self.source()).await)
    }

    /// The destination inbox holds every item of the source's once, with equal content, nothing
    /// is recorded as failed, and the ledger says so.
    pub(crate) async fn assert_copied(&self) {
        let checkpoint = self.checkpoint().await;
        assert_eq!(checkpoint.outcome, Some(Outcome::Done));
        assert_eq!(checkpoint.counters.failed, 0, "recorded as failed");
        assert_eq!(self.failures().await, []);
        self.assert_same().await;
        self.assert_ledger_is_true().await;
    }

    /// Both inboxes hold the same items, by name and by the simulator's digest of their content.
    pub(crate) async fn assert_same(&self) {
        assert_eq!(self.copies().await, self.originals().await);
        let (copy, original) = (self.digest(DESTINATION).await, self.digest(SOURCE).await);
        assert_eq!(copy, original, "same items, other content");
    }

    /// Every item of the destination inbox is in the ledger once, as the copy of the source item
    /// that it is.
    pub(crate) async fn assert_ledger_is_true(&self) {
        let records = self.ledger().await;
        let checkpoint = self.checkpoint().await;
        assert_eq!(checkpoint.counters.items, records.len() as u64);
        let keys: HashSet<_> = records.iter().map(|record| record.key).collect();
        assert_eq!(keys.len(), records.len(), "an item is in the ledger twice");
        let originals: HashMap<_, _> = items(&self.source())
            .await
            .into_iter()
            .map(|item| (ItemKey::of(&item.id.id), name(&item)))
            .collect();
        let mut copies: HashMap<_, _> = items(&self.destination())
            .await
            .into_iter()
            .map(|item| (item.id.id.clone(), name(&item)))
            .collect();
        for record in &records {
            let copy = copies.remove(&record.destination).expect("stands in the destination once");
            // An item that has gone from the source since has no name there.
            let original = originals.get(&record.key);
            assert!(original.is_none_or(|original| *original == copy), "{original:?} is {copy}");
        }
        assert!(copies.is_empty(), "not in the ledger: {copies:?}");
    }

    async fn ledger(&self) -> Vec<Record> {
        let checkpoint = self.checkpoint().await;
        let mut reader = Reader::new(checkpoint.template);
        let mut entries = Vec::new();
        let mut at = 0;
        while at < checkpoint.ledger_len {
            let piece = self.store.ledger(self.folder, at, 1 << 20).await.expect("reads");
            at += piece.len() as u64;
            entries.extend(reader.push(&piece).expect("decodes"));
        }
        reader.finish().expect("is whole");
        // Of several entries about one item the last counts.
        let mut records = BTreeMap::new();
        for entry in entries {
            match entry {
                Entry::Stands(record) => {
                    let twice = records.insert(record.key, record);
                    assert_eq!(twice, None, "an item is in the ledger twice");
                }
                Entry::Replaced { record, .. } => {
                    records.insert(record.key, record).expect("it stood before");
                }
                Entry::Gone { key, .. } => drop(records.remove(&key).expect("it stood before")),
                Entry::Left(_) | Entry::Back(_) => {}
            }
        }
        records.into_values().collect()
    }

    /// The simulator's own digest of a mailbox's inbox.
    async fn digest(&self, mailbox: &str) -> Value {
        let folders = self.control(&format!("digest/{mailbox}")).await;
        let folders = folders.as_array().expect("a list").iter();
        let inbox = Value::from(vec!["{inbox}"]);
        let mut found = folders.filter(|folder| folder["path"] == inbox);
        found.next().expect("an inbox").clone()
    }
}

async fn items(mailbox: &Mailbox) -> Vec<ItemFacts> {
    let folder = known(mailbox, "inbox").await.id;
    let mut items = Vec::new();
    for traversal in [Traversal::Shallow, Traversal::Associated] {
        let mut offset = 0;
        loop {
            let page = mailbox.find_items(&folder, traversal, offset, 1000).await;
            let page = page.expect("answers");
            items.extend(page.items);
            match page.next_offset {
                Some(next) if !page.last => offset = next,
                _ => break,
            }
        }
    }
    items
}

fn name(item: &ItemFacts) -> String {
    item.message_id.clone().or_else(|| item.subject.clone()).unwrap_or_default()
}

fn names(items: &[ItemFacts]) -> Vec<String> {
    let mut names: Vec<_> = items.iter().map(name).collect();
    names.sort();
    names
}
