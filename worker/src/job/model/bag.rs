//! A queue without any order, whose deliveries the model chooses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use longhaul_core::{Clock as _, Code, ManualClock, SliceNo, Timestamp};
use longhaul_jobs::decode;
use longhaul_queue::{
    Consumer, DeadFate, DeadId, DeadLetter, Delivery, Error, Health, Lane, Queue, Settle,
};

use super::gate::Gate;

/// Messages that wait, each until its time.
#[derive(Debug)]
pub(super) struct Bag {
    waiting: Arc<Mutex<Vec<Message>>>,
    clock: Arc<ManualClock>,
    gate: Arc<Gate>,
    published: Mutex<Option<SliceNo>>,
    /// It takes no messages for so many calls.
    blocked: AtomicUsize,
}

#[derive(Clone, Debug)]
struct Message {
    body: Bytes,
    due: Timestamp,
    /// How often it was delivered and handed back: a broker sets it aside after some.
    returned: usize,
}

impl Bag {
    pub(super) fn new(clock: Arc<ManualClock>, gate: Arc<Gate>) -> Self {
        let (waiting, published, blocked) = Default::default();
        Self { waiting, clock, gate, published, blocked }
    }

    /// Messages that wait, also those that are not due.
    pub(super) fn len(&self) -> usize {
        lock(&self.waiting).len()
    }

    /// The most often a message that waits was handed back.
    pub(super) fn most_returned(&self) -> usize {
        lock(&self.waiting).iter().map(|message| message.returned).max().unwrap_or_default()
    }

    /// The next publications fail: the broker is short of memory.
    pub(super) fn block_for(&self, calls: usize) {
        self.blocked.store(calls, Ordering::SeqCst);
    }

    /// Delivers one of the messages that are due.
    pub(super) fn deliver(&self, choice: usize) -> Option<Delivery> {
        let mut waiting = lock(&self.waiting);
        let now = self.clock.now();
        let due: Vec<_> = (0..waiting.len()).filter(|at| waiting[*at].due <= now).collect();
        let message = waiting.remove(*due.get(choice % due.len().max(1))?);
        let (queue, gate) = (Arc::clone(&self.waiting), Arc::clone(&self.gate));
        let body = message.body.clone();
        let answer = Answer { message: Some(message), queue, gate };
        Some(Delivery::new(Lane::Normal, body, false, Box::new(answer)))
    }

    /// Doubles a message; whether there was one.
    pub(super) fn duplicate(&self, choice: usize) -> bool {
        let mut waiting = lock(&self.waiting);
        let copy = waiting.get(choice % waiting.len().max(1)).cloned();
        let was = copy.is_some();
        waiting.extend(copy);
        was
    }

    pub(super) fn lose(&self, choice: usize) {
        let mut waiting = lock(&self.waiting);
        if !waiting.is_empty() {
            let at = choice % waiting.len();
            waiting.remove(at);
        }
    }

    /// The slice of the message that a job has published since this was last asked.
    pub(super) fn take_published(&self) -> Option<SliceNo> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn put(&self, body: Bytes) {
        lock(&self.waiting).push(Message { body, due: Timestamp(0), returned: 0 });
    }
}

fn lock(messages: &Mutex<Vec<Message>>) -> MutexGuard<'_, Vec<Message>> {
    messages.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the message if it is dropped.
struct Answer {
    message: Option<Message>,
    queue: Arc<Mutex<Vec<Message>>>,
    gate: Arc<Gate>,
}

#[async_trait]
impl Settle for Answer {
    async fn ack(mut self: Box<Self>) -> Result<(), Error> {
        self.gate.pass().await;
        self.message = None;
        Ok(())
    }

    async fn park(self: Box<Self>, reason: Code) -> Result<(), Error> {
        panic!("a message of the model was parked: {reason}");
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let message = self.message.take();
        let returned = message.map(|it| Message { returned: it.returned + 1, ..it });
        lock(&self.queue).extend(returned);
    }
}

#[async_trait]
impl Queue for Bag {
    async fn publish(&self, _: Lane, body: Bytes, delay: Option<Duration>) -> Result<(), Error> {
        self.gate.pass().await;
        let less = |left: usize| left.checked_sub(1);
        if self.blocked.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return Err(Error::Unanswered { action: "take a message", health: self.health() });
        }
        let slice = decode(&body).expect("a job").slice;
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = Some(slice);
        let due = self.clock.now().after(delay.unwrap_or_default());
        lock(&self.waiting).push(Message { body, due, returned: 0 });
        Ok(())
    }

    async fn consume(&self, _: u16) -> Result<Box<dyn Consumer>, Error> {
        Err(Error::Closed)
    }

    async fn depth(&self) -> Result<u64, Error> {
        Ok(self.len() as u64)
    }

    async fn dead_count(&self) -> Result<u64, Error> {
        Ok(0)
    }

    async fn dead(&self, _: usize) -> Result<Vec<DeadLetter>, Error> {
        Ok(Vec::new())
    }

    async fn settle_dead(&self, _: BTreeMap<DeadId, DeadFate>) -> Result<BTreeSet<DeadId>, Error> {
        Ok(BTreeSet::new())
    }

    fn health(&self) -> Health {
        match self.blocked.load(Ordering::SeqCst) {
            0 => Health::Up,
            _ => Health::Blocked { reason: "memory".to_owned(), since: Timestamp(0) },
        }
    }
}
