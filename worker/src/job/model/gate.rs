//! A store each of whose calls waits to be let through.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use longhaul_core::{
    BatchNo, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId, SliceNo, Timestamp,
};
use longhaul_store::folder::{
    Checkpoint, Claim, Commit, Failure, IntentItem, Lease, PassStart, Position, Receipt, Seen,
    SliceEnd,
};
use longhaul_store::{
    Checkpoints, Document, Documents, Error, Expect, Guard, Health, Store, Version,
};

/// Lets one call through at a time.
#[derive(Debug, Default)]
pub(super) struct Gate {
    open: AtomicBool,
    /// Somebody stands before it.
    waited_at: AtomicBool,
}

impl Gate {
    /// Opens it for one call.
    pub(super) fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
        self.waited_at.store(false, Ordering::SeqCst);
    }

    /// Whether a call stands before it.
    pub(super) fn is_waited_at(&self) -> bool {
        self.waited_at.load(Ordering::SeqCst)
    }

    /// A call comes. Who drives the jobs polls it again.
    pub(super) async fn pass(&self) {
        poll_fn(|_| {
            if self.open.swap(false, Ordering::SeqCst) {
                return Poll::Ready(());
            }
            self.waited_at.store(true, Ordering::SeqCst);
            Poll::Pending
        })
        .await;
    }
}

/// Passes everything on, one call at a time.
#[derive(Debug)]
pub(super) struct Gated {
    pub(super) inner: Arc<dyn Store>,
    pub(super) gate: Arc<Gate>,
}

#[async_trait]
impl Checkpoints for Gated {
    async fn now(&self) -> Result<Timestamp, Error> {
        self.inner.now().await
    }

    async fn begin(&self, folder: FolderRef, start: PassStart) -> Result<Checkpoint, Error> {
        self.gate.pass().await;
        self.inner.begin(folder, start).await
    }

    async fn checkpoint(&self, folder: FolderRef) -> Result<Option<Checkpoint>, Error> {
        self.gate.pass().await;
        self.inner.checkpoint(folder).await
    }

    async fn overview(&self, mailbox: MailboxId) -> Result<Vec<(FolderKey, Checkpoint)>, Error> {
        self.gate.pass().await;
        self.inner.overview(mailbox).await
    }

    async fn claim(
        &self,
        folder: FolderRef,
        owner: OwnerToken,
        ttl: Duration,
        seen: Seen,
    ) -> Result<Claim, Error> {
        self.gate.pass().await;
        self.inner.claim(folder, owner, ttl, seen).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, Error> {
        self.gate.pass().await;
        self.inner.renew(lease, ttl).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.gate.pass().await;
        self.inner.release(lease).await
    }

    async fn intend(
        &self,
        lease: &Lease,
        batch: BatchNo,
        items: Vec<IntentItem>,
        runtime: Duration,
    ) -> Result<Timestamp, Error> {
        self.gate.pass().await;
        self.inner.intend(lease, batch, items, runtime).await
    }

    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<Receipt, Error> {
        self.gate.pass().await;
        self.inner.commit(lease, commit).await
    }

    async fn end_slice(
        &self,
        lease: &Lease,
        end: SliceEnd,
        position: Option<Position>,
    ) -> Result<Checkpoint, Error> {
        self.gate.pass().await;
        self.inner.end_slice(lease, end, position).await
    }

    async fn mark_published(
        &self,
        folder: FolderRef,
        pass: PassId,
        slice: SliceNo,
    ) -> Result<(), Error> {
        self.gate.pass().await;
        self.inner.mark_published(folder, pass, slice).await
    }

    async fn cancel(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        self.gate.pass().await;
        self.inner.cancel(folder, pass).await
    }

    async fn ledger(&self, folder: FolderRef, from: u64, limit: usize) -> Result<Vec<u8>, Error> {
        self.gate.pass().await;
        self.inner.ledger(folder, from, limit).await
    }

    async fn failures(
        &self,
        folder: FolderRef,
        after: Option<ItemKey>,
        limit: usize,
    ) -> Result<Vec<Failure>, Error> {
        self.gate.pass().await;
        self.inner.failures(folder, after, limit).await
    }
}

#[async_trait]
impl Documents for Gated {
    async fn get(&self, key: &str) -> Result<Option<Document>, Error> {
        self.gate.pass().await;
        self.inner.get(key).await
    }

    async fn put(&self, key: &str, body: Vec<u8>, expect: Expect) -> Result<Version, Error> {
        self.gate.pass().await;
        self.inner.put(key, body, expect).await
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.gate.pass().await;
        self.inner.remove(key).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Error> {
        self.gate.pass().await;
        self.inner.list(prefix, after, limit).await
    }
}

impl Store for Gated {
    fn guarded(&self, guard: Guard) -> Arc<dyn Store> {
        self.inner.guarded(guard)
    }

    fn health(&self) -> Health {
        self.inner.health()
    }
}
