//! What is waiting, delivered and dead; plain steps, no waiting.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use longhaul_core::{Clock as _, Code, SystemClock};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{DeadFate, DeadId, DeadLetter, Error, Lane};

/// Names a consumer; never used twice.
pub(super) type ConsumerId = u64;
/// Names a delivery; never used twice.
pub(super) type Tag = u64;

/// The whole queue.
#[derive(Default)]
pub(super) struct State {
    urgent: VecDeque<Ready>,
    normal: VecDeque<Ready>,
    /// By the moment they are due, then by the order they came in.
    delayed: BTreeMap<(Instant, u64), (Lane, Bytes)>,
    consumers: BTreeMap<ConsumerId, Window>,
    dead: Vec<DeadLetter>,
    last_number: u64,
    closed: bool,
}

/// A message that can be delivered.
struct Ready {
    body: Bytes,
    redelivered: bool,
}

impl Ready {
    const fn new(body: Bytes) -> Self {
        Self { body, redelivered: false }
    }

    const fn again(body: Bytes) -> Self {
        Self { body, redelivered: true }
    }
}

/// What a consumer holds.
struct Window {
    prefetch: usize,
    stopped: bool,
    unsettled: BTreeMap<Tag, (Lane, Bytes)>,
}

/// What a consumer that asks for a delivery is told.
pub(super) enum Next {
    /// Here is one.
    Message { tag: Tag, lane: Lane, body: Bytes, redelivered: bool },
    /// None now; at this moment one becomes due.
    WaitUntil(Instant),
    /// None now.
    Wait,
    /// Never again.
    Closed,
}

/// The delivery went back to the queue before it was answered.
#[derive(Debug, thiserror::Error)]
#[error("its consumer is gone and the message was returned")]
struct Returned;

impl State {
    pub(super) fn publish(
        &mut self,
        lane: Lane,
        body: Bytes,
        due: Option<Instant>,
    ) -> Result<(), Error> {
        if self.closed {
            return Err(Error::Closed);
        }
        match due {
            Some(due) => {
                let number = self.number();
                self.delayed.insert((due, number), (lane, body));
            }
            None => self.lane(lane).push_back(Ready::new(body)),
        }
        Ok(())
    }

    pub(super) fn subscribe(&mut self, prefetch: u16) -> Result<ConsumerId, Error> {
        if self.closed {
            return Err(Error::Closed);
        }
        let id = self.number();
        let prefetch = usize::from(prefetch.max(1));
        self.consumers.insert(id, Window { prefetch, stopped: false, unsettled: BTreeMap::new() });
        Ok(id)
    }

    pub(super) fn next(&mut self, consumer: ConsumerId, now: Instant) -> Next {
        if self.closed {
            return Next::Closed;
        }
        self.release_due(now);
        let tag = self.number();
        let Some(window) = self.consumers.get_mut(&consumer) else {
            return Next::Closed;
        };
        if window.stopped {
            return Next::Closed;
        }
        if window.unsettled.len() >= window.prefetch {
            return Next::Wait;
        }
        let found = match self.urgent.pop_front() {
            Some(ready) => Some((Lane::Urgent, ready)),
            None => self.normal.pop_front().map(|ready| (Lane::Normal, ready)),
        };
        if let Some((lane, Ready { body, redelivered })) = found {
            window.unsettled.insert(tag, (lane, body.clone()));
            return Next::Message { tag, lane, body, redelivered };
        }
        match self.delayed.first_key_value() {
            Some(((due, _), _)) => Next::WaitUntil(*due),
            None => Next::Wait,
        }
    }

    /// Takes a delivery off its consumer's hands for good.
    pub(super) fn ack(&mut self, consumer: ConsumerId, tag: Tag) -> Result<(), Error> {
        self.take(consumer, tag).map(drop).ok_or_else(|| returned("acknowledge"))
    }

    pub(super) fn park(
        &mut self,
        consumer: ConsumerId,
        tag: Tag,
        reason: Code,
    ) -> Result<(), Error> {
        let (lane, body) = self.take(consumer, tag).ok_or_else(|| returned("park"))?;
        let (id, since) = (DeadId(Uuid::new_v4()), Some(SystemClock.now()));
        self.dead.push(DeadLetter { id, lane, body, reason, since });
        Ok(())
    }

    /// Puts a delivery that was not answered back; nothing if it was.
    pub(super) fn give_back(&mut self, consumer: ConsumerId, tag: Tag) {
        if let Some((lane, body)) = self.take(consumer, tag) {
            self.lane(lane).push_front(Ready::again(body));
        }
    }

    /// A consumer gets nothing more.
    pub(super) fn stop(&mut self, consumer: ConsumerId) {
        if let Some(window) = self.consumers.get_mut(&consumer) {
            window.stopped = true;
        }
    }

    /// Ends a consumer and puts back what it holds.
    pub(super) fn unsubscribe(&mut self, consumer: ConsumerId) {
        let Some(window) = self.consumers.remove(&consumer) else {
            return;
        };
        for (lane, body) in window.unsettled.into_values().rev() {
            self.lane(lane).push_front(Ready::again(body));
        }
    }

    pub(super) fn depth(&mut self, now: Instant) -> u64 {
        self.release_due(now);
        (self.urgent.len() + self.normal.len()) as u64
    }

    pub(super) const fn dead_count(&self) -> u64 {
        self.dead.len() as u64
    }

    pub(super) fn dead(&self, limit: usize) -> Vec<DeadLetter> {
        self.dead.iter().take(limit).cloned().collect()
    }

    /// Retries and drops dead letters; those there were.
    pub(super) fn settle_dead(
        &mut self,
        mut fates: BTreeMap<DeadId, DeadFate>,
    ) -> Result<BTreeSet<DeadId>, Error> {
        if self.closed {
            return Err(Error::Closed);
        }
        let mut settled = BTreeSet::new();
        for letter in std::mem::take(&mut self.dead) {
            match fates.remove(&letter.id) {
                Some(DeadFate::Retry(body)) => self.lane(letter.lane).push_back(Ready::new(body)),
                Some(DeadFate::Drop) => {}
                None => {
                    self.dead.push(letter);
                    continue;
                }
            }
            settled.insert(letter.id);
        }
        Ok(settled)
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    fn release_due(&mut self, now: Instant) {
        while let Some(first) = self.delayed.first_entry() {
            if first.key().0 > now {
                return;
            }
            let (lane, body) = first.remove();
            self.lane(lane).push_back(Ready::new(body));
        }
    }

    fn take(&mut self, consumer: ConsumerId, tag: Tag) -> Option<(Lane, Bytes)> {
        self.consumers.get_mut(&consumer)?.unsettled.remove(&tag)
    }

    fn lane(&mut self, lane: Lane) -> &mut VecDeque<Ready> {
        match lane {
            Lane::Urgent => &mut self.urgent,
            Lane::Normal => &mut self.normal,
        }
    }

    fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }
}

fn returned(action: &'static str) -> Error {
    Error::Backend { action, source: Box::new(Returned) }
}
