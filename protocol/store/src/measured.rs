//! A store whose calls are timed and counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use longhaul_core::{
    BatchNo, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId, SliceNo, Timestamp,
};
use longhaul_telemetry::labels::{StoreCall as Call, StoreOutcome, StoreState};
use longhaul_telemetry::metrics;

use crate::folder::{
    Checkpoint, Claim, Commit, Failure, IntentItem, Lease, PassStart, Position, Receipt, Seen,
    SliceEnd,
};
use crate::{Checkpoints, Document, Documents, Error, Expect, Guard, Health, Store, Version};

/// Passes every call on and notes how long it took and how it ended. A cancelled call is not
/// noted.
#[derive(Debug)]
pub(crate) struct Measured(Arc<dyn Store>);

impl Measured {
    /// Counts for `store` and shows its health.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        let seen = Arc::downgrade(&store);
        metrics().store_state.by(move || {
            seen.upgrade().map(|store| match store.health() {
                Health::Up => StoreState::Up,
                Health::Down { .. } => StoreState::Down,
            })
        });
        Self(store)
    }
}

async fn measured<T>(
    call: Call,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let begun = Instant::now();
    let answer = answer.await;
    let outcome = match &answer {
        Ok(_) => StoreOutcome::Done,
        Err(error) => ended(error),
    };
    metrics().store_calls.record(begun.elapsed(), (call, outcome));
    answer
}

const fn ended(error: &Error) -> StoreOutcome {
    match error {
        Error::StaleOwner
        | Error::Conflict(_)
        | Error::Changed { .. }
        | Error::Fenced { .. }
        | Error::NotFound(_) => StoreOutcome::Refused,
        _ => StoreOutcome::Failed,
    }
}

impl Store for Measured {
    fn guarded(&self, guard: Guard) -> Arc<dyn Store> {
        Arc::new(Self(self.0.guarded(guard)))
    }

    fn health(&self) -> Health {
        self.0.health()
    }
}

#[async_trait]
impl Checkpoints for Measured {
    async fn now(&self) -> Result<Timestamp, Error> {
        measured(Call::Now, self.0.now()).await
    }

    async fn begin(&self, folder: FolderRef, start: PassStart) -> Result<Checkpoint, Error> {
        measured(Call::Begin, self.0.begin(folder, start)).await
    }

    async fn checkpoint(&self, folder: FolderRef) -> Result<Option<Checkpoint>, Error> {
        measured(Call::Checkpoint, self.0.checkpoint(folder)).await
    }

    async fn overview(&self, mailbox: MailboxId) -> Result<Vec<(FolderKey, Checkpoint)>, Error> {
        measured(Call::Overview, self.0.overview(mailbox)).await
    }

    async fn claim(
        &self,
        folder: FolderRef,
        owner: OwnerToken,
        ttl: Duration,
        seen: Seen,
    ) -> Result<Claim, Error> {
        measured(Call::Claim, self.0.claim(folder, owner, ttl, seen)).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, Error> {
        measured(Call::Renew, self.0.renew(lease, ttl)).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        measured(Call::Release, self.0.release(lease)).await
    }

    async fn intend(
        &self,
        lease: &Lease,
        batch: BatchNo,
        items: Vec<IntentItem>,
        runtime: Duration,
    ) -> Result<Timestamp, Error> {
        measured(Call::Intend, self.0.intend(lease, batch, items, runtime)).await
    }

    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<Receipt, Error> {
        measured(Call::Commit, self.0.commit(lease, commit)).await
    }

    async fn end_slice(
        &self,
        lease: &Lease,
        end: SliceEnd,
        position: Option<Position>,
    ) -> Result<Checkpoint, Error> {
        measured(Call::EndSlice, self.0.end_slice(lease, end, position)).await
    }

    async fn mark_published(
        &self,
        folder: FolderRef,
        pass: PassId,
        slice: SliceNo,
    ) -> Result<(), Error> {
        measured(Call::MarkPublished, self.0.mark_published(folder, pass, slice)).await
    }

    async fn cancel(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        measured(Call::Cancel, self.0.cancel(folder, pass)).await
    }

    async fn ledger(&self, folder: FolderRef, from: u64, limit: usize) -> Result<Vec<u8>, Error> {
        measured(Call::Ledger, self.0.ledger(folder, from, limit)).await
    }

    async fn failures(
        &self,
        folder: FolderRef,
        after: Option<ItemKey>,
        limit: usize,
    ) -> Result<Vec<Failure>, Error> {
        measured(Call::Failures, self.0.failures(folder, after, limit)).await
    }
}

#[async_trait]
impl Documents for Measured {
    async fn get(&self, key: &str) -> Result<Option<Document>, Error> {
        measured(Call::Get, self.0.get(key)).await
    }

    async fn put(&self, key: &str, body: Vec<u8>, expect: Expect) -> Result<Version, Error> {
        measured(Call::Put, self.0.put(key, body, expect)).await
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        measured(Call::Remove, self.0.remove(key)).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Error> {
        measured(Call::List, self.0.list(prefix, after, limit)).await
    }
}
