//! Workers on a real broker and a real store, with folders that copy in no time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use longhaul_core::{FolderKey, FolderRef, MailboxId};
use longhaul_jobs::{FolderSlice, decode};
use longhaul_queue::{Delivery, Lane, Queue};
use longhaul_store::folder::{Checkpoint, Outcome};
use longhaul_store::records::PassRecord;
use longhaul_store::{Store, Wrapped};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::tripwire::{Tripwire, Wired, wired};
use crate::Options;
use crate::job::Jobs;
use crate::job::model::folder::{begin, body, checkpoint, message, pass};
use crate::job::model::work::{ITEMS, Quick, Scene};
use crate::stop::Stop;

/// Jobs of a worker at a time.
const SLOTS: u16 = 4;
/// Outlasts the intents of the quick work.
const LEASE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(90);

/// A folder, what happens in it, and where its first job's worker dies.
struct Place {
    folder: FolderRef,
    scene: Arc<Mutex<Scene>>,
    wire: Option<Arc<Tripwire>>,
}

/// Store, broker, and the folders of a pass.
pub(super) struct Fleet {
    pub(super) store: Arc<dyn Store>,
    pub(super) queue: Arc<dyn Queue>,
    pass: PassRecord,
    places: Mutex<HashMap<FolderKey, Place>>,
    doubles: bool,
}

impl Fleet {
    /// On the broker and the store that all tests share, under names of its own. With `doubles`,
    /// each message is published three times.
    pub(super) async fn new(doubles: bool) -> Arc<Self> {
        let urls = || (longhaul_nodes::redis_url(), longhaul_nodes::amqp_url());
        let (redis, amqp) = tokio::task::spawn_blocking(urls).await.expect("no panic");
        let prefix = format!("longhaul.test.{}", MailboxId::generate());
        let options = longhaul_store::Options {
            url: redis,
            prefix: prefix.clone(),
            ..longhaul_store::Options::default()
        };
        let store = longhaul_store::open(&options).await.expect("a store");
        let options =
            longhaul_queue::Options { url: amqp, prefix, ..longhaul_queue::Options::default() };
        let queue = longhaul_queue::open(&options).await.expect("a broker");
        let places = Mutex::default();
        Arc::new(Self { store, queue, pass: pass(), places, doubles })
    }

    /// Begins the pass with a folder, and publishes its first message. The worker that gets it
    /// first dies at `wire`.
    pub(super) async fn begin(&self, name: &str, wire: Option<Arc<Tripwire>>) -> FolderRef {
        let folder = begin(&*self.store, &self.pass, name).await;
        let place = Place { folder, scene: Arc::default(), wire };
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.insert(folder.folder, place);
        drop(places);
        folder
    }

    /// The message for the slice the store is at.
    pub(super) async fn message(&self, folder: FolderRef) -> FolderSlice {
        message(&self.pass, folder, &self.checkpoint(folder).await)
    }

    pub(super) async fn publish(&self, message: &FolderSlice) {
        self.queue.publish(Lane::Normal, body(message), None).await.expect("published");
    }

    pub(super) async fn checkpoint(&self, folder: FolderRef) -> Checkpoint {
        checkpoint(&*self.store, folder).await
    }

    /// Uploads to a folder so far.
    pub(super) fn uploads(&self, folder: FolderRef) -> Vec<usize> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let scene = &places[&folder.folder].scene;
        scene.lock().unwrap_or_else(PoisonError::into_inner).uploads.clone()
    }

    /// Workers, which end with the value.
    pub(super) async fn workers(self: &Arc<Self>, count: usize) -> JoinSet<()> {
        let mut workers = JoinSet::new();
        for _ in 0..count {
            let mut consumer = self.queue.consume(SLOTS).await.expect("consumes");
            let fleet = Arc::clone(self);
            workers.spawn(async move {
                let mut jobs = JoinSet::new();
                loop {
                    let delivery = consumer.next().await.expect("delivers");
                    let fleet = Arc::clone(&fleet);
                    jobs.spawn(async move { fleet.handle(delivery).await });
                    while let Some(ended) = jobs.try_join_next() {
                        ended.expect("no job panics");
                    }
                }
            });
        }
        workers
    }

    /// Lets the production code answer a delivery, up to the wire if there is one.
    pub(super) async fn handle(&self, delivery: Delivery) {
        let job = decode(&delivery.body).expect("a job");
        let (scene, wire) = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            let place = places.get_mut(&job.folder).expect("a folder of ours");
            (Arc::clone(&place.scene), place.wire.take().unwrap_or_else(Tripwire::none))
        };
        let store: Arc<dyn Store> =
            Arc::new(Wrapped::new(Arc::clone(&self.store), Arc::clone(&wire)));
        let (inner, doubles) = (Arc::clone(&self.queue), self.doubles);
        let queue = Arc::new(Wired { inner, wire: Arc::clone(&wire), doubles });
        let options = Arc::new(Options { lease: LEASE, ..Options::default() });
        let work = Quick { store: Arc::clone(&store), options: Arc::clone(&options), scene };
        let jobs = Jobs::new(store, queue, options, work);
        let stop = Stop::new(CancellationToken::new());
        let delivery = wired(delivery, &wire);
        tokio::select! {
            () = jobs.handle(delivery, &stop) => {}
            () = wire.tripped() => {}
        }
    }

    /// Waits until every folder is done: each item uploaded once and in its turn, by one worker at
    /// a time, and no message left.
    pub(super) async fn end(&self) {
        let folders: Vec<_> = {
            let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.values().map(|place| place.folder).collect()
        };
        for folder in folders {
            self.until("the folder ends", async || self.checkpoint(folder).await.is_over()).await;
            let ended = self.checkpoint(folder).await;
            assert_eq!(ended.outcome, Some(Outcome::Done), "{ended:#?}");
            assert_eq!(ended.counters.items, ITEMS as u64);
            assert_eq!(self.uploads(folder), (0..ITEMS).collect::<Vec<_>>());
        }
        self.until("no message is left", async || self.queue.depth().await.expect("answers") == 0)
            .await;
        assert_eq!(self.queue.dead_count().await.expect("answers"), 0);
    }

    async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !is_so().await {
            assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
