//! A store whose commits take their time, or never come back.

use std::sync::Arc;
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
use tokio::sync::Notify;

/// Passes everything on; commits only after a while, or never.
#[derive(Debug)]
pub struct Stalling {
    inner: Arc<dyn Store>,
    after: Option<Duration>,
    reached: Notify,
}

impl Stalling {
    /// Commits never come back and are never written.
    pub fn over(inner: &Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(inner), after: None, reached: Notify::new() })
    }

    /// Each commit takes so long.
    pub fn slow(inner: &Arc<dyn Store>, after: Duration) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(inner), after: Some(after), reached: Notify::new() })
    }

    /// Until somebody wants to commit.
    pub async fn reached(&self) {
        let reached = tokio::time::timeout(super::PATIENCE, self.reached.notified()).await;
        reached.expect("nobody commits");
    }
}

#[async_trait]
impl Checkpoints for Stalling {
    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<Receipt, Error> {
        self.reached.notify_one();
        match self.after {
            Some(after) => tokio::time::sleep(after).await,
            None => std::future::pending().await,
        }
        self.inner.commit(lease, commit).await
    }

    async fn now(&self) -> Result<Timestamp, Error> {
        self.inner.now().await
    }

    async fn begin(&self, folder: FolderRef, start: PassStart) -> Result<Checkpoint, Error> {
        self.inner.begin(folder, start).await
    }

    async fn checkpoint(&self, folder: FolderRef) -> Result<Option<Checkpoint>, Error> {
        self.inner.checkpoint(folder).await
    }

    async fn overview(&self, mailbox: MailboxId) -> Result<Vec<(FolderKey, Checkpoint)>, Error> {
        self.inner.overview(mailbox).await
    }

    async fn claim(
        &self,
        folder: FolderRef,
        owner: OwnerToken,
        ttl: Duration,
        seen: Seen,
    ) -> Result<Claim, Error> {
        self.inner.claim(folder, owner, ttl, seen).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, Error> {
        self.inner.renew(lease, ttl).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.inner.release(lease).await
    }

    async fn intend(
        &self,
        lease: &Lease,
        batch: BatchNo,
        items: Vec<IntentItem>,
        runtime: Duration,
    ) -> Result<Timestamp, Error> {
        self.inner.intend(lease, batch, items, runtime).await
    }

    async fn end_slice(
        &self,
        lease: &Lease,
        end: SliceEnd,
        position: Option<Position>,
    ) -> Result<Checkpoint, Error> {
        self.inner.end_slice(lease, end, position).await
    }

    async fn mark_published(
        &self,
        folder: FolderRef,
        pass: PassId,
        slice: SliceNo,
    ) -> Result<(), Error> {
        self.inner.mark_published(folder, pass, slice).await
    }

    async fn cancel(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        self.inner.cancel(folder, pass).await
    }

    async fn ledger(&self, folder: FolderRef, from: u64, limit: usize) -> Result<Vec<u8>, Error> {
        self.inner.ledger(folder, from, limit).await
    }

    async fn failures(
        &self,
        folder: FolderRef,
        after: Option<ItemKey>,
        limit: usize,
    ) -> Result<Vec<Failure>, Error> {
        self.inner.failures(folder, after, limit).await
    }
}

#[async_trait]
impl Documents for Stalling {
    async fn get(&self, key: &str) -> Result<Option<Document>, Error> {
        self.inner.get(key).await
    }

    async fn put(&self, key: &str, body: Vec<u8>, expect: Expect) -> Result<Version, Error> {
        self.inner.put(key, body, expect).await
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.inner.remove(key).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Error> {
        self.inner.list(prefix, after, limit).await
    }
}

impl Store for Stalling {
    fn guarded(&self, guard: Guard) -> Arc<dyn Store> {
        self.inner.guarded(guard)
    }

    fn health(&self) -> Health {
        self.inner.health()
    }
}
