//! The folder, its messages and the jobs that are running.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use longhaul_core::state::PassState;
use longhaul_core::{FolderRef, ManualClock, SliceNo, Timestamp};
use longhaul_jobs::decode;
use longhaul_store::folder::{Checkpoint, Outcome};
use longhaul_store::records::{PassRecord, save};
use longhaul_store::{Embedded, Expect, Store, Wrapped};
use tokio_util::sync::CancellationToken;

use super::bag::Bag;
use super::folder::{begin, body, checkpoint, message, pass};
use super::gate::Gate;
use super::work::{ITEMS, Quick, Scene};
use super::{Event, Mishap};
use crate::Options;
use crate::job::Jobs;
use crate::stop::Stop;

/// Jobs at a time, in as many workers.
const JOBS: usize = 3;

/// A job that is running.
struct Job {
    course: Pin<Box<dyn Future<Output = ()>>>,
    slice: SliceNo,
    /// The store has told it that another owns the folder by now.
    is_stale: bool,
}

pub(super) struct World {
    /// Beside the gate.
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
    gate: Arc<Gate>,
    bag: Arc<Bag>,
    jobs: Arc<Jobs<Quick>>,
    scene: Arc<Mutex<Scene>>,
    running: Vec<Job>,
    pass: PassRecord,
    folder: FolderRef,
    /// Messages there may be: the first, and one for each thing that doubles or replaces one.
    allowed: usize,
    /// Whether the chain of messages may have an end: one was lost, or the pass was paused.
    broken: bool,
}

impl World {
    pub(super) async fn new(mishaps: Vec<Mishap>) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
        let store = Embedded::in_memory(Arc::<ManualClock>::clone(&clock)).expect("a store");
        let store: Arc<dyn Store> = Arc::new(store);
        let gate = Arc::new(Gate::default());
        let bag = Arc::new(Bag::new(Arc::clone(&clock), Arc::clone(&gate)));
        let scene = Scene { uploads: Vec::new(), mishaps: mishaps.into() };
        let scene = Arc::new(Mutex::new(scene));
        let gated: Arc<dyn Store> = Arc::new(Wrapped::new(Arc::clone(&store), Arc::clone(&gate)));
        let options = Arc::new(Options::default());
        let work = Quick {
            store: Arc::clone(&gated),
            options: Arc::clone(&options),
            scene: Arc::clone(&scene),
        };
        let queue: Arc<dyn longhaul_queue::Queue> = Arc::<Bag>::clone(&bag);
        let jobs = Arc::new(Jobs::new(gated, queue, options, work));
        let pass = pass();
        let folder = begin(&*store, &pass, "inbox").await;
        let running = Vec::new();
        let mut world = Self {
            store,
            clock,
            gate,
            bag,
            jobs,
            scene,
            running,
            pass,
            folder,
            allowed: 0,
            broken: false,
        };
        world.publish().await;
        world
    }

    /// The most often a message that waits was delivered and handed back.
    pub(super) fn most_returned(&self) -> usize {
        self.bag.most_returned()
    }

    /// The broker is short of memory for so many publications.
    pub(super) fn block_broker_for(&self, calls: usize) {
        self.bag.block_for(calls);
    }

    pub(super) fn running(&self) -> usize {
        self.running.len()
    }

    pub(super) async fn happen(&mut self, event: Event) {
        match event {
            Event::Deliver(choice) if self.running.len() < JOBS => {
                if let Some(delivery) = self.bag.deliver(choice) {
                    let jobs = Arc::clone(&self.jobs);
                    let slice = decode(&delivery.body).expect("a job").slice;
                    let course = Box::pin(async move {
                        let stop = Stop::new(CancellationToken::new());
                        jobs.handle(delivery, &stop).await;
                    });
                    self.running.push(Job { course, slice, is_stale: false });
                }
            }
            Event::Step(choice) if !self.running.is_empty() => {
                self.step(choice % self.running.len()).await;
            }
            Event::Crash(choice) if !self.running.is_empty() => {
                let at = choice % self.running.len();
                // Its message comes again, and what it published stays.
                self.allowed += 1;
                drop(self.running.remove(at));
            }
            Event::Deliver(_) | Event::Step(_) | Event::Crash(_) => {}
            Event::Duplicate(choice) => self.allowed += usize::from(self.bag.duplicate(choice)),
            Event::Lose(choice) => {
                self.broken = true;
                self.bag.lose(choice);
            }
            Event::Outage(calls) => self.gate.close_store_for(calls),
            Event::Wait(seconds) => self.wait(Duration::from_secs(seconds)).await,
            Event::Pause => {
                self.broken = true;
                self.set_pass(PassState::Paused).await;
            }
            Event::Resume => self.set_pass(PassState::Running).await,
            Event::Republish => self.republish().await,
        }
    }

    /// Lets a job make one call, and go on to the next.
    async fn step(&mut self, at: usize) {
        self.gate.open();
        let (gate, job) = (Arc::clone(&self.gate), &mut self.running[at]);
        let ended = poll_fn(|context| match job.course.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(true),
            Poll::Pending if gate.is_waited_at() => Poll::Ready(false),
            // The store is at work.
            Poll::Pending => Poll::Pending,
        })
        .await;
        // It may put its own message off; the chain is another's.
        let published = self.bag.take_published();
        let goes_on = published.is_some_and(|slice| slice != job.slice);
        assert!(!(job.is_stale && goes_on), "a stale owner published {published:?}");
        job.is_stale |= gate.take_refusal();
        // The store failed it: its message comes again, and what it published stays.
        self.allowed += usize::from(gate.take_failure());
        if ended {
            drop(self.running.remove(at));
        }
    }

    async fn wait(&self, time: Duration) {
        self.clock.advance(time);
        tokio::time::advance(time).await;
    }

    async fn set_pass(&mut self, state: PassState) {
        self.pass.state = state;
        save(&*self.store, &self.pass, Expect::Any).await.expect("saved");
    }

    async fn checkpoint(&self) -> Checkpoint {
        checkpoint(&*self.store, self.folder).await
    }

    /// As the coordinator does: a job that nobody holds and that is not put off.
    async fn republish(&mut self) {
        let now = self.store.now().await.expect("a clock");
        let checkpoint = self.checkpoint().await;
        let is_held = checkpoint.lease.is_some_and(|lease| lease.expires > now);
        let is_deferred = checkpoint.not_before.is_some_and(|until| until > now);
        let runs = self.pass.state == PassState::Running;
        if runs && !checkpoint.is_over() && !is_held && !is_deferred {
            self.publish().await;
        }
    }

    async fn publish(&mut self) {
        let checkpoint = self.checkpoint().await;
        self.allowed += 1;
        self.bag.put(body(&message(&self.pass, self.folder, &checkpoint)));
        let published = self.store.mark_published(self.folder, self.pass.id, checkpoint.slice);
        published.await.expect("marked");
    }

    /// What holds at every moment.
    pub(super) fn assert_sound(&self) {
        let scene = self.scene.lock().unwrap_or_else(PoisonError::into_inner);
        let uploads = &scene.uploads;
        assert!(uploads.iter().enumerate().all(|(at, item)| at == *item), "{uploads:?}");
        // A job may have published the next message before it acknowledges its own.
        let messages = self.bag.len() + self.running.len();
        let most = self.allowed + self.running.len();
        assert!(messages <= most, "{messages} messages where {most} can be");
    }

    /// From now on nothing goes wrong; the folder has to end, and every message with it.
    pub(super) async fn end_fairly(&mut self) {
        self.gate.close_store_for(0);
        self.set_pass(PassState::Running).await;
        let mut rounds = 0;
        while !self.checkpoint().await.is_over() || self.bag.len() + self.running.len() > 0 {
            rounds += 1;
            assert!(rounds < 300, "it stalls: {:#?}", self.checkpoint().await);
            while !self.running.is_empty() {
                self.step(0).await;
                self.assert_sound();
            }
            self.happen(Event::Deliver(0)).await;
            if self.running.is_empty() {
                self.wait(Duration::from_secs(60)).await;
                if self.bag.len() == 0 && !self.checkpoint().await.is_over() {
                    assert!(self.broken, "nobody published what comes next");
                    self.republish().await;
                }
            }
        }
        let ended = self.checkpoint().await;
        assert_eq!(ended.outcome, Some(Outcome::Done));
        assert_eq!(ended.counters.items, ITEMS as u64);
        let scene = self.scene.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(scene.uploads, (0..ITEMS).collect::<Vec<_>>());
    }
}
