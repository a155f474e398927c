//! The queue of a single process.
//!
//! Messages live in memory, under one lock that is never held across an await. Nothing runs in
//! the background: whoever asks for a delivery first moves what has become due, and otherwise
//! sleeps until a message arrives or the next one is due. The time is tokio's, so a paused clock
//! governs it.
//!
//! It fails only by being closed. When the process ends its messages are gone; the coordinator
//! publishes again what the store says is outstanding.

mod consumer;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::Instant;

use self::consumer::EmbeddedConsumer;
use self::state::State;
use crate::{Consumer, DeadFate, DeadId, DeadLetter, Error, Health, Lane, Queue, Rung};

/// A queue in the process's memory. Clones are handles of the same queue.
#[derive(Clone, Default)]
pub struct Embedded {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Told of every change that may let a consumer go on.
    changed: Notify,
}

impl Shared {
    /// The state. A panic elsewhere leaves it as consistent as it was: no step can fail halfway.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, then wakes the consumers.
    fn change<T>(&self, step: impl FnOnce(&mut State) -> T) -> T {
        let answer = step(&mut self.lock());
        self.changed.notify_waiters();
        answer
    }
}

impl Embedded {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the queue: nothing more is accepted or delivered, and waiting consumers return
    /// [`Error::Closed`]. What was delivered before can still be answered.
    pub fn close(&self) {
        self.shared.change(State::close);
    }
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").finish_non_exhaustive()
    }
}

#[async_trait]
impl Queue for Embedded {
    async fn publish(&self, lane: Lane, body: Bytes, delay: Option<Duration>) -> Result<(), Error> {
        let due = delay.map(|wish| Instant::now() + Rung::for_wait(wish).wait());
        self.shared.change(|state| state.publish(lane, body, due))
    }

    async fn consume(&self, prefetch: u16) -> Result<Box<dyn Consumer>, Error> {
        let id = self.shared.lock().subscribe(prefetch)?;
        Ok(Box::new(EmbeddedConsumer::new(Arc::clone(&self.shared), id)))
    }

    async fn depth(&self) -> Result<u64, Error> {
        Ok(self.shared.lock().depth(Instant::now()))
    }

    async fn dead_count(&self) -> Result<u64, Error> {
        Ok(self.shared.lock().dead_count())
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        Ok(self.shared.lock().dead(limit))
    }

    async fn settle_dead(
        &self,
        fates: BTreeMap<DeadId, DeadFate>,
    ) -> Result<BTreeSet<DeadId>, Error> {
        self.shared.change(|state| state.settle_dead(fates))
    }

    fn health(&self) -> Health {
        Health::Up
    }
}
