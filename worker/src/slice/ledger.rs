//! Reading what the store knows of the folder's items.

use std::collections::{HashMap, HashSet};

use longhaul_core::code::STORE_FAILED;
use longhaul_core::{FolderRef, ItemKey};
use longhaul_store::Store;
use longhaul_store::folder::Checkpoint;
use longhaul_store::ledger::{Entry, Reader, Record};

use super::error::Halt;
use super::folder::Folder;

/// Ledger bytes read at a time.
const LEDGER_PIECE: usize = 1024 * 1024;
/// Failures read at a time.
const FAILURES: usize = 500;

/// What a folder's ledger was at one moment.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) folder: FolderRef,
    pub(super) template: Vec<u8>,
    pub(super) length: u64,
}

impl Ledger {
    /// Goes through its entries up to `until`, a border between two, piece by piece.
    pub(super) async fn read(
        &self,
        store: &dyn Store,
        until: u64,
        mut each: impl FnMut(Entry),
    ) -> Result<(), Halt> {
        let corrupt = |_| Halt::Park {
            code: STORE_FAILED,
            detail: "the folder's ledger does not decode".to_owned(),
        };
        let mut reader = Reader::new(self.template.clone());
        let mut at = 0;
        let length = self.length.min(until);
        while at < length {
            // The ledger may have grown since.
            let most = usize::try_from(length - at).unwrap_or(LEDGER_PIECE).min(LEDGER_PIECE);
            let piece = store.ledger(self.folder, at, most).await;
            let piece = piece.map_err(|error| Halt::store(&error))?;
            if piece.is_empty() {
                break;
            }
            at += piece.len() as u64;
            reader.push(&piece).map_err(corrupt)?.into_iter().for_each(&mut each);
        }
        reader.finish().map_err(corrupt)
    }

    /// The records of these items, if they have any.
    pub(super) async fn records(
        &self,
        store: &dyn Store,
        keys: &HashSet<ItemKey>,
    ) -> Result<HashMap<ItemKey, Record>, Halt> {
        let mut records = HashMap::with_capacity(keys.len());
        if keys.is_empty() {
            return Ok(records);
        }
        self.read(store, u64::MAX, |entry| {
            let key = entry.key();
            if !keys.contains(&key) {
                return;
            }
            match entry {
                Entry::Stands(record) | Entry::Replaced { record, .. } => {
                    records.insert(key, record);
                }
                Entry::Gone { .. } => drop(records.remove(&key)),
                Entry::Left(_) | Entry::Back(_) => {}
            }
        })
        .await?;
        Ok(records)
    }
}

impl Folder {
    /// Reads what is copied and what has failed, so that the list can be compared with it.
    pub(crate) async fn load_index(&self, checkpoint: &Checkpoint) -> Result<(), Halt> {
        self.index().reserve(checkpoint.counters.items);
        self.read_ledger(|entry| self.index().enter(&entry)).await?;
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

    /// Goes through the ledger, as the slice found it.
    pub(super) async fn read_ledger(&self, each: impl FnMut(Entry)) -> Result<(), Halt> {
        self.ledger.read(&*self.store, u64::MAX, each).await
    }

    /// The records of these items, as the slice found them.
    pub(super) async fn records(
        &self,
        keys: HashSet<ItemKey>,
    ) -> Result<HashMap<ItemKey, Record>, Halt> {
        self.ledger.records(&*self.store, &keys).await
    }
}
