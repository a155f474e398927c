//! What is where in the file.
//!
//! A checkpoint is stored in three places, so that a step writes what it changed and an overview
//! reads no more than it shows: its head, its sync state, the items of its intents.

use longhaul_core::{BatchNo, FolderRef, ItemKey};
use redb::{
    Database, ReadTransaction, ReadableTable, Table, TableDefinition, TableError, WriteTransaction,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::folder::{Checkpoint, IntentItem};
use crate::{Error, Guard};

/// Raised with every change an older longhaul would misread.
pub(super) const FORMAT: u32 = 1;

type Definition<K, V> = TableDefinition<'static, K, V>;

/// Single numbers.
const NUMBERS: Definition<&str, u64> = TableDefinition::new("numbers");
/// Folder → checkpoint without sync state and intents' items, as MessagePack.
pub(super) const HEADS: Definition<&str, &[u8]> = TableDefinition::new("checkpoints");
/// Folder → sync state.
const SYNC_STATES: Definition<&str, &str> = TableDefinition::new("sync-states");
/// Folder and batch → items of an intent, as MessagePack.
const INTENTS: Definition<(&str, u64), &[u8]> = TableDefinition::new("intents");
/// Folder and item → failure, as MessagePack.
pub(super) const FAILURES: Definition<FailureKey<'static>, &[u8]> =
    TableDefinition::new("failures");
/// Folder and offset → ledger bytes from there to the next offset.
pub(super) const LEDGER: Definition<(&str, u64), &[u8]> = TableDefinition::new("ledger");
/// Key → version and body.
pub(super) const DOCUMENTS: Definition<&str, (u64, &[u8])> = TableDefinition::new("documents");

/// Where a failure is kept.
pub(super) type FailureKey<'a> = (&'a str, &'a [u8; ItemKey::LEN]);

const FORMAT_NUMBER: &str = "format";
const LAST_VERSION: &str = "last document version";

/// All tables, within a transaction of the writer.
pub(super) struct Tables<'t> {
    numbers: Table<'t, &'static str, u64>,
    heads: Table<'t, &'static str, &'static [u8]>,
    sync_states: Table<'t, &'static str, &'static str>,
    intents: Table<'t, (&'static str, u64), &'static [u8]>,
    pub(super) failures: Table<'t, FailureKey<'static>, &'static [u8]>,
    pub(super) ledger: Table<'t, (&'static str, u64), &'static [u8]>,
    pub(super) documents: Table<'t, &'static str, (u64, &'static [u8])>,
    /// Whether there is anything to commit.
    pub(super) changed: bool,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, Error> {
        let open = || -> Result<Self, TableError> {
            Ok(Self {
                numbers: transaction.open_table(NUMBERS)?,
                heads: transaction.open_table(HEADS)?,
                sync_states: transaction.open_table(SYNC_STATES)?,
                intents: transaction.open_table(INTENTS)?,
                failures: transaction.open_table(FAILURES)?,
                ledger: transaction.open_table(LEDGER)?,
                documents: transaction.open_table(DOCUMENTS)?,
                changed: false,
            })
        };
        open().map_err(failed("open a table"))
    }

    pub(super) fn checkpoint(&self, key: &str) -> Result<Option<Checkpoint>, Error> {
        load(&self.heads, &self.sync_states, &self.intents, key)
    }

    /// Stores what differs between `before` and `after`.
    pub(super) fn store(
        &mut self,
        key: &str,
        before: Option<&Checkpoint>,
        after: &Checkpoint,
    ) -> Result<(), Error> {
        if before == Some(after) {
            return Ok(());
        }
        self.changed = true;
        let head = encode(key, &after.head())?;
        self.heads.insert(key, head.as_slice()).map_err(failed("write"))?;

        if before.map(sync_state) != Some(sync_state(after)) {
            match sync_state(after) {
                Some(state) => self.sync_states.insert(key, state),
                None => self.sync_states.remove(key),
            }
            .map_err(failed("write"))?;
        }
        let none = std::collections::BTreeMap::new();
        let known = before.map_or(&none, |before| &before.intents);
        for batch in known.keys().filter(|batch| !after.intents.contains_key(batch)) {
            self.intents.remove((key, batch.0)).map_err(failed("write"))?;
        }
        for (batch, intent) in &after.intents {
            if known.get(batch).is_none_or(|known| known.items != intent.items) {
                let items = encode(key, &intent.items)?;
                self.intents.insert((key, batch.0), items.as_slice()).map_err(failed("write"))?;
            }
        }
        Ok(())
    }

    /// Refuses what depends on a record that changed.
    pub(super) fn check(&self, guard: Guard) -> Result<(), Error> {
        let found = self.documents.get(guard.key.as_str()).map_err(failed("read"))?;
        if found.is_some_and(|found| found.value().0 == guard.version.0) {
            return Ok(());
        }
        Err(Error::Fenced { key: guard.key })
    }

    /// A document version that was never used before.
    pub(super) fn next_version(&mut self) -> Result<u64, Error> {
        let last = self.number(LAST_VERSION)?.unwrap_or(0);
        self.numbers.insert(LAST_VERSION, last + 1).map_err(failed("write"))?;
        Ok(last + 1)
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Error> {
        Ok(self.numbers.get(name).map_err(failed("read"))?.map(|number| number.value()))
    }
}

fn sync_state(checkpoint: &Checkpoint) -> Option<&str> {
    checkpoint.position.as_ref().map(|position| position.sync_state.as_str())
}

/// Where a folder's checkpoint is kept; the others begin with it.
pub(super) fn folder_key(folder: FolderRef) -> String {
    folder.to_string()
}

/// Reads a folder's whole checkpoint in the reader's snapshot.
pub(super) fn read_checkpoint(
    snapshot: &ReadTransaction,
    key: &str,
) -> Result<Option<Checkpoint>, Error> {
    let open = "open a table";
    load(
        &snapshot.open_table(HEADS).map_err(failed(open))?,
        &snapshot.open_table(SYNC_STATES).map_err(failed(open))?,
        &snapshot.open_table(INTENTS).map_err(failed(open))?,
        key,
    )
}

/// Reads a folder's checkpoint without sync state and intents' items.
pub(super) fn read_head(
    heads: &impl ReadableTable<&'static str, &'static [u8]>,
    key: &str,
) -> Result<Option<Checkpoint>, Error> {
    let head = heads.get(key).map_err(failed("read"))?;
    head.map(|head| decode(key, head.value())).transpose()
}

fn load(
    heads: &impl ReadableTable<&'static str, &'static [u8]>,
    sync_states: &impl ReadableTable<&'static str, &'static str>,
    intents: &impl ReadableTable<(&'static str, u64), &'static [u8]>,
    key: &str,
) -> Result<Option<Checkpoint>, Error> {
    let Some(mut checkpoint) = read_head(heads, key)? else {
        return Ok(None);
    };
    if let Some(position) = &mut checkpoint.position
        && let Some(state) = sync_states.get(key).map_err(failed("read"))?
    {
        state.value().clone_into(&mut position.sync_state);
    }
    for (BatchNo(batch), intent) in &mut checkpoint.intents {
        if let Some(items) = intents.get((key, *batch)).map_err(failed("read"))? {
            intent.items = decode::<Vec<IntentItem>>(key, items.value())?;
        }
    }
    Ok(Some(checkpoint))
}

/// Makes a new file ready, and an old one: checks the format, breaks the leases found.
pub(super) fn prepare(database: &Database) -> Result<(), Error> {
    let transaction = database.begin_write().map_err(failed("begin a transaction"))?;
    {
        let mut tables = Tables::open(&transaction)?;
        let found = tables.number(FORMAT_NUMBER)?;
        match found {
            Some(found) if found != u64::from(FORMAT) => {
                let found = u32::try_from(found).unwrap_or(u32::MAX);
                return Err(Error::Format { found, known: FORMAT });
            }
            Some(_) => break_leases(&mut tables)?,
            None => {
                tables.numbers.insert(FORMAT_NUMBER, u64::from(FORMAT)).map_err(failed("write"))?;
            }
        }
    }
    transaction.commit().map_err(failed("commit"))
}

fn break_leases(tables: &mut Tables<'_>) -> Result<(), Error> {
    let mut leased = Vec::new();
    for entry in tables.heads.iter().map_err(failed("read"))? {
        let (key, head) = entry.map_err(failed("read"))?;
        let head: Checkpoint = decode(key.value(), head.value())?;
        if head.lease.is_some() {
            leased.push((key.value().to_owned(), head));
        }
    }
    for (key, mut head) in leased {
        head.lease = None;
        let head = encode(&key, &head)?;
        tables.heads.insert(key.as_str(), head.as_slice()).map_err(failed("write"))?;
    }
    Ok(())
}

pub(super) fn encode(key: &str, value: &impl Serialize) -> Result<Vec<u8>, Error> {
    rmp_serde::to_vec_named(value)
        .map_err(|error| Error::Corrupt { key: key.to_owned(), source: error.into() })
}

pub(super) fn decode<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, Error> {
    rmp_serde::from_slice(bytes)
        .map_err(|error| Error::Corrupt { key: key.to_owned(), source: error.into() })
}

/// What a failing call of the backend becomes.
pub(super) fn failed<E>(action: &'static str) -> impl Fn(E) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |source| Error::Backend { action, source: Box::new(source) }
}
