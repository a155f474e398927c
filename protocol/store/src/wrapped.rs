//! A store around another one: what comes before and after each call, in one place.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use longhaul_core::{
    BatchNo, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId, SliceNo, Timestamp,
};
use longhaul_telemetry::labels::StoreCall as Call;

use crate::folder::{
    Checkpoint, Claim, Commit, Failure, IntentItem, Lease, PassStart, Position, Receipt, Seen,
    SliceEnd,
};
use crate::{Checkpoints, Document, Documents, Error, Expect, Guard, Health, Store, Version};

/// What is done with each call of a [`Wrapped`] store: count it, delay it, let it fail.
pub trait Around: Send + Sync + std::fmt::Debug {
    /// Carries `inner`, the call itself, out, or does not. Dropped, it is a cancelled call.
    fn call<T: Send>(
        &self,
        call: Call,
        inner: impl Future<Output = Result<T, Error>> + Send,
    ) -> impl Future<Output = Result<T, Error>> + Send;
}

impl<A: Around> Around for Arc<A> {
    fn call<T: Send>(
        &self,
        call: Call,
        inner: impl Future<Output = Result<T, Error>> + Send,
    ) -> impl Future<Output = Result<T, Error>> + Send {
        A::call(self, call, inner)
    }
}

/// A store whose calls go through an [`Around`]; the calls of its guarded handles do too.
#[derive(Clone, Debug)]
pub struct Wrapped<A> {
    inner: Arc<dyn Store>,
    around: A,
}

impl<A: Around> Wrapped<A> {
    /// Wraps `inner`.
    pub const fn new(inner: Arc<dyn Store>, around: A) -> Self {
        Self { inner, around }
    }
}

impl<A: Around + Clone + 'static> Store for Wrapped<A> {
    fn guarded(&self, guard: Guard) -> Arc<dyn Store> {
        let (inner, around) = (self.inner.guarded(guard), self.around.clone());
        Arc::new(Self { inner, around })
    }

    fn health(&self) -> Health {
        self.inner.health()
    }
}

#[async_trait]
impl<A: Around + Clone + 'static> Checkpoints for Wrapped<A> {
    async fn now(&self) -> Result<Timestamp, Error> {
        self.around.call(Call::Now, self.inner.now()).await
    }

    async fn begin(&self, folder: FolderRef, start: PassStart) -> Result<Checkpoint, Error> {
        self.around.call(Call::Begin, self.inner.begin(folder, start)).await
    }

    async fn checkpoint(&self, folder: FolderRef) -> Result<Option<Checkpoint>, Error> {
        self.around.call(Call::Checkpoint, self.inner.checkpoint(folder)).await
    }

    async fn overview(&self, mailbox: MailboxId) -> Result<Vec<(FolderKey, Checkpoint)>, Error> {
        self.around.call(Call::Overview, self.inner.overview(mailbox)).await
    }

    async fn claim(
        &self,
        folder: FolderRef,
        owner: OwnerToken,
        ttl: Duration,
        seen: Seen,
    ) -> Result<Claim, Error> {
        self.around.call(Call::Claim, self.inner.claim(folder, owner, ttl, seen)).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, Error> {
        self.around.call(Call::Renew, self.inner.renew(lease, ttl)).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.around.call(Call::Release, self.inner.release(lease)).await
    }

    async fn intend(
        &self,
        lease: &Lease,
        batch: BatchNo,
        items: Vec<IntentItem>,
        runtime: Duration,
    ) -> Result<Timestamp, Error> {
        self.around.call(Call::Intend, self.inner.intend(lease, batch, items, runtime)).await
    }

    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<Receipt, Error> {
        self.around.call(Call::Commit, self.inner.commit(lease, commit)).await
    }

    async fn end_slice(
        &self,
        lease: &Lease,
        end: SliceEnd,
        position: Option<Position>,
    ) -> Result<Checkpoint, Error> {
        self.around.call(Call::EndSlice, self.inner.end_slice(lease, end, position)).await
    }

    async fn mark_published(
        &self,
        folder: FolderRef,
        pass: PassId,
        slice: SliceNo,
    ) -> Result<(), Error> {
        self.around.call(Call::MarkPublished, self.inner.mark_published(folder, pass, slice)).await
    }

    async fn cancel(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        self.around.call(Call::Cancel, self.inner.cancel(folder, pass)).await
    }

    async fn reopen(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        self.around.call(Call::Reopen, self.inner.reopen(folder, pass)).await
    }

    async fn ledger(&self, folder: FolderRef, from: u64, limit: usize) -> Result<Vec<u8>, Error> {
        self.around.call(Call::Ledger, self.inner.ledger(folder, from, limit)).await
    }

    async fn failures(
        &self,
        folder: FolderRef,
        after: Option<ItemKey>,
        limit: usize,
    ) -> Result<Vec<Failure>, Error> {
        self.around.call(Call::Failures, self.inner.failures(folder, after, limit)).await
    }
}

#[async_trait]
impl<A: Around + Clone + 'static> Documents for Wrapped<A> {
    async fn get(&self, key: &str) -> Result<Option<Document>, Error> {
        self.around.call(Call::Get, self.inner.get(key)).await
    }

    async fn put(&self, key: &str, body: Vec<u8>, expect: Expect) -> Result<Version, Error> {
        self.around.call(Call::Put, self.inner.put(key, body, expect)).await
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.around.call(Call::Remove, self.inner.remove(key)).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Error> {
        self.around.call(Call::List, self.inner.list(prefix, after, limit)).await
    }
}
