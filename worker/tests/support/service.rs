//! A worker that runs, and a queue that remembers what was published.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use longhaul_jobs::{FolderSlice, decode, encode};
use longhaul_queue::{
    Consumer, DeadFate, DeadId, DeadLetter, Embedded, Error, Health, Lane, Queue,
};
use longhaul_store::Store;
use longhaul_worker::{Endpoints, Options, Worker};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A queue that notes every message.
#[derive(Debug)]
pub(crate) struct Spy {
    inner: Arc<dyn Queue>,
    published: Mutex<Vec<FolderSlice>>,
}

impl Default for Spy {
    fn default() -> Self {
        Self::on(Arc::new(Embedded::new()))
    }
}

impl Spy {
    /// One before a queue.
    pub(crate) fn on(inner: Arc<dyn Queue>) -> Self {
        Self { inner, published: Mutex::default() }
    }

    /// Everything published so far, in order.
    pub(crate) fn published(&self) -> Vec<FolderSlice> {
        self.published.lock().expect("not poisoned").clone()
    }
}

#[async_trait::async_trait]
impl Queue for Spy {
    async fn publish(&self, lane: Lane, body: Bytes, delay: Option<Duration>) -> Result<(), Error> {
        let message = decode(&body).expect("a job");
        self.published.lock().expect("not poisoned").push(message);
        self.inner.publish(lane, body, delay).await
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

/// A running worker.
pub(crate) struct Service {
    pub(crate) queue: Arc<Spy>,
    stop: CancellationToken,
    running: JoinHandle<Result<(), longhaul_worker::Error>>,
}

impl Service {
    pub(crate) fn start(
        options: Options,
        store: Arc<dyn Store>,
        queue: &Arc<Spy>,
        endpoints: &Arc<Endpoints>,
    ) -> Self {
        let stop = CancellationToken::new();
        let shared: Arc<dyn Queue> = Arc::<Spy>::clone(queue);
        let worker = Worker::new(options, store, shared, Arc::clone(endpoints));
        let running = tokio::spawn(worker.run(stop.clone()));
        Self { queue: Arc::clone(queue), stop, running }
    }

    pub(crate) async fn publish(&self, message: &FolderSlice) {
        let body = encode(message).expect("encodes").into();
        self.queue.publish(Lane::Normal, body, None).await.expect("published");
    }

    /// Stops it as an operator does.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.running.await.expect("no panic").expect("stops");
    }

    /// Ends it as a power cut does.
    pub(crate) async fn kill(self) {
        self.running.abort();
        let ended = self.running.await.expect_err("it was still running");
        assert!(ended.is_cancelled(), "the worker panicked");
    }
}
