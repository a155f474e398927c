//! Where a job's worker dies: before or after one of the job's calls to store and broker.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use longhaul_core::Code;
use longhaul_queue::{
    Consumer, DeadFate, DeadId, DeadLetter, Delivery, Error, Health, Lane, Queue, Settle,
};
use longhaul_store::Around;
use longhaul_telemetry::labels::StoreCall;
use tokio::sync::Notify;

/// Counts the moments before and after a job's calls; at one of them the job gets no further.
#[derive(Debug)]
pub(super) struct Tripwire {
    passed: AtomicUsize,
    at: usize,
    tripped: Notify,
}

impl Tripwire {
    /// A wire across moment `at`.
    pub(super) fn at(at: usize) -> Arc<Self> {
        Arc::new(Self { passed: AtomicUsize::new(0), at, tripped: Notify::new() })
    }

    /// No wire: it only counts.
    pub(super) fn none() -> Arc<Self> {
        Self::at(usize::MAX)
    }

    /// Moments so far.
    pub(super) fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }

    /// Whether the job came as far as the wire.
    pub(super) fn was_met(&self) -> bool {
        self.passed() > self.at
    }

    /// Until the job has met the wire: drop it then.
    pub(super) async fn tripped(&self) {
        self.tripped.notified().await;
    }

    async fn pass(&self) {
        if self.passed.fetch_add(1, Ordering::SeqCst) == self.at {
            self.tripped.notify_one();
            std::future::pending().await
        }
    }

    async fn across<T>(&self, call: impl Future<Output = T>) -> T {
        self.pass().await;
        let answer = call.await;
        self.pass().await;
        answer
    }
}

impl Around for Tripwire {
    async fn call<T: Send>(
        &self,
        _: StoreCall,
        inner: impl Future<Output = Result<T, longhaul_store::Error>> + Send,
    ) -> Result<T, longhaul_store::Error> {
        self.across(inner).await
    }
}

/// A queue whose publications meet the wire, and are noted.
#[derive(Debug)]
pub(super) struct Wired {
    pub(super) inner: Arc<dyn Queue>,
    pub(super) wire: Arc<Tripwire>,
    /// Whether each message is published twice, the second time a moment later.
    pub(super) doubles: bool,
}

#[async_trait]
impl Queue for Wired {
    async fn publish(&self, lane: Lane, body: Bytes, delay: Option<Duration>) -> Result<(), Error> {
        if self.doubles && delay.is_none() {
            self.inner.publish(lane, body.clone(), Some(Duration::from_secs(1))).await?;
            self.inner.publish(lane, body.clone(), None).await?;
        }
        self.wire.across(self.inner.publish(lane, body, delay)).await
    }

    async fn consume(&self, prefetch: u16) -> Result<Box<dyn Consumer>, Error> {
        self.inner.consume(prefetch).await
    }

    async fn depth(&self) -> Result<u64, Error> {
        self.inner.depth().await
    }

    async fn dead_count(&self) -> Result<u64, Error> {
        self.inner.dead_count().await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        self.inner.dead(limit).await
    }

    async fn settle_dead(
        &self,
        fates: BTreeMap<DeadId, DeadFate>,
    ) -> Result<BTreeSet<DeadId>, Error> {
        self.inner.settle_dead(fates).await
    }

    fn health(&self) -> Health {
        self.inner.health()
    }
}

/// The delivery with a wire across its answer. Dropped, it goes back to the broker.
pub(super) fn wired(delivery: Delivery, wire: &Arc<Tripwire>) -> Delivery {
    let (lane, body, redelivered) = (delivery.lane, delivery.body.clone(), delivery.redelivered);
    let answer = Answer { delivery, wire: Arc::clone(wire) };
    Delivery::new(lane, body, redelivered, Box::new(answer))
}

struct Answer {
    delivery: Delivery,
    wire: Arc<Tripwire>,
}

#[async_trait]
impl Settle for Answer {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        self.wire.pass().await;
        self.delivery.ack().await
    }

    async fn park(self: Box<Self>, reason: Code) -> Result<(), Error> {
        panic!("a message was parked: {reason}");
    }
}
