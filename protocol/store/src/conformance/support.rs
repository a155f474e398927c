//! A folder under test, and short ways to say things.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::code::{COPY_CHANGED, ITEM_REFUSED};
use longhaul_core::{
    BatchNo, Bytes, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId, Timestamp,
};

use super::Setup;
use crate::folder::{
    Bounds, Checkpoint, Claim, Commit, Failure, Held, IntentItem, Lease, PassStart, Position, Seen,
    SliceEnd,
};
use crate::ledger::{Append, Appender, Entry, Reader, Record, Seal};
use crate::{Error, Store};

/// Outlasts every test.
pub(super) const LONG: Duration = Duration::from_secs(600);
/// Is waited for.
pub(super) const SHORT: Duration = Duration::from_millis(1_500);
/// How long an upload may take.
pub(super) const RUNTIME: Duration = Duration::from_secs(30);

/// A folder of its own, in a mailbox of its own.
pub(super) struct Bench<'a, S> {
    pub(super) setup: &'a S,
    pub(super) folder: FolderRef,
}

impl<'a, S: Setup> Bench<'a, S> {
    pub(super) fn new(setup: &'a S) -> Self {
        let folder = FolderRef { mailbox: MailboxId::generate(), folder: FolderKey::of("inbox") };
        Self { setup, folder }
    }

    /// A bench whose first pass has begun, with unlimited bounds.
    pub(super) async fn begun(setup: &'a S) -> Self {
        let bench = Self::new(setup);
        bench.begin(Bounds::default()).await;
        bench
    }

    pub(super) fn store(&self) -> Arc<dyn Store> {
        self.setup.store()
    }

    pub(super) async fn begin(&self, bounds: Bounds) -> Checkpoint {
        let start = PassStart { pass: PassId::generate(), bounds };
        self.store().begin(self.folder, start).await.expect("the pass begins")
    }

    pub(super) async fn checkpoint(&self) -> Checkpoint {
        let found = self.store().checkpoint(self.folder).await.expect("the store answers");
        found.expect("the folder is known")
    }

    /// What a message published now would say.
    pub(super) async fn seen(&self) -> Seen {
        let now = self.checkpoint().await;
        Seen { pass: now.pass, slice: now.slice, fence: now.fence, ledger_len: now.ledger_len }
    }

    pub(super) async fn claim(&self, owner: OwnerToken, ttl: Duration, seen: Seen) -> Claim {
        self.store().claim(self.folder, owner, ttl, seen).await.expect("the store answers")
    }

    /// A new owner takes the folder up.
    pub(super) async fn hold(&self, ttl: Duration) -> Held {
        let seen = self.seen().await;
        granted(self.claim(OwnerToken::generate(), ttl, seen).await)
    }

    pub(super) async fn intend(&self, lease: &Lease, batch: BatchNo, names: &[&str]) {
        let intended = self.store().intend(lease, batch, items(names), RUNTIME).await;
        intended.expect("the intent is noted");
    }

    /// A commit of these items, made for the ledger as it is.
    pub(super) async fn outcome(&self, batch: BatchNo, names: &[&str]) -> Commit {
        let now = self.checkpoint().await;
        let records: Vec<_> = names.iter().map(|name| record(name).into()).collect();
        let append = Appender::new(now.ledger_len, now.template).prepare(&records);
        only(batch, append)
    }

    /// Intends and commits a batch with the next number.
    pub(super) async fn copy(&self, lease: &Lease, names: &[&str]) -> BatchNo {
        let batch = self.checkpoint().await.next_batch;
        self.intend(lease, batch, names).await;
        let commit = self.outcome(batch, names).await;
        self.store().commit(lease, commit).await.expect("the commit is taken");
        batch
    }

    pub(super) async fn end(
        &self,
        lease: &Lease,
        end: SliceEnd,
        position: Option<Position>,
    ) -> Checkpoint {
        let ended = self.store().end_slice(lease, end, position).await;
        ended.expect("the slice ends")
    }

    /// The whole ledger, read in small pieces.
    pub(super) async fn ledger(&self) -> Vec<Record> {
        let checkpoint = self.checkpoint().await;
        let mut reader = Reader::new(checkpoint.template);
        let (mut records, mut at) = (Vec::new(), 0);
        loop {
            let piece = self.store().ledger(self.folder, at, 100).await.expect("the store answers");
            if piece.is_empty() {
                break;
            }
            at += piece.len() as u64;
            let entries = reader.push(&piece).expect("the ledger decodes");
            records.extend(entries.into_iter().filter_map(Entry::into_record));
        }
        assert_eq!(at, checkpoint.ledger_len, "the ledger is as long as the checkpoint says");
        reader.finish().expect("the ledger ends with a record");
        records
    }

    pub(super) async fn failures(&self) -> Vec<Failure> {
        let failures = self.store().failures(self.folder, None, 10_000).await;
        failures.expect("the store answers")
    }

    /// Counters equal what they count.
    pub(super) async fn audit(&self) {
        let counters = self.checkpoint().await.counters;
        let ledger = self.ledger().await;
        assert_eq!(counters.items, ledger.len() as u64, "items counted and in the ledger");
        let bytes: Bytes = ledger.iter().map(|record| record.size).sum();
        assert_eq!(counters.bytes, bytes, "bytes counted and in the ledger");
        let failures = self.failures().await;
        assert_eq!(counters.failed, failures.len() as u64, "failures counted and recorded");
        let conflicts = failures.iter().filter(|failure| failure.code.is_conflict()).count();
        assert_eq!(counters.conflicts, conflicts as u64, "conflicts counted and recorded");
    }

    pub(super) async fn now(&self) -> Timestamp {
        self.store().now().await.expect("the store has a clock")
    }
}

#[track_caller]
pub(super) fn granted(claim: Claim) -> Held {
    match claim {
        Claim::Granted(held) => *held,
        other => panic!("the folder was not granted: {other:?}"),
    }
}

#[track_caller]
pub(super) fn expect_stale<T: std::fmt::Debug>(answer: Result<T, Error>) {
    assert!(matches!(answer, Err(Error::StaleOwner)), "not refused as stale: {answer:?}");
}

#[track_caller]
pub(super) fn expect_conflict<T: std::fmt::Debug>(answer: Result<T, Error>) {
    assert!(matches!(answer, Err(Error::Conflict(_))), "not refused as conflict: {answer:?}");
}

pub(super) fn record(name: &str) -> Record {
    Record {
        key: ItemKey::of(name),
        version: name.len() as u32,
        size: Bytes(100 + name.len() as u64),
        destination: format!("destination of {name}"),
        seal: Seal::default(),
    }
}

pub(super) fn items(names: &[&str]) -> Vec<IntentItem> {
    let item = |name: &&str| IntentItem::new(ItemKey::of(name), (*name).to_owned());
    names.iter().map(item).collect()
}

/// A commit of nothing but these records.
pub(super) fn only(batch: BatchNo, append: Append) -> Commit {
    Commit { batch, append, failures: Vec::new(), cleared: Vec::new(), vanished: 0, position: None }
}

/// Somewhere in the list.
pub(super) fn position(state: &str) -> Position {
    Position { sync_state: state.to_owned(), last: false }
}

/// The end of the list.
pub(super) fn list_end(state: &str) -> Position {
    Position { last: true, ..position(state) }
}

pub(super) const fn done() -> SliceEnd {
    SliceEnd::Done { fingerprint: None }
}

pub(super) const fn go_on() -> SliceEnd {
    SliceEnd::Continue { wait: None }
}

pub(super) fn failure(name: &str, attempts: u32) -> Failure {
    Failure {
        key: ItemKey::of(name),
        source_id: name.to_owned(),
        class: "IPM.Note".to_owned(),
        size: Bytes(9),
        received: None,
        code: ITEM_REFUSED,
        detail: "ErrorCorruptData".to_owned(),
        pass: PassId::from_bytes([7; 16]),
        attempts,
        at: Timestamp(7),
    }
}

pub(super) fn conflict(name: &str) -> Failure {
    Failure { code: COPY_CHANGED, ..failure(name, 1) }
}
