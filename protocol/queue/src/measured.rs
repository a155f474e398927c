//! A queue whose messages are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use longhaul_core::Code;
use longhaul_telemetry::labels::{Answer, PublishOutcome, QueueState, Redelivered};
use longhaul_telemetry::metrics;

use crate::{Consumer, DeadFate, DeadId, DeadLetter, Delivery, Error, Health, Lane, Queue, Settle};

/// Passes every call on and counts messages. A cancelled publication is not counted.
#[derive(Debug)]
pub(crate) struct Measured(Arc<dyn Queue>);

impl Measured {
    /// Counts for `queue` and shows its health.
    pub(crate) fn new(queue: Arc<dyn Queue>) -> Self {
        let seen = Arc::downgrade(&queue);
        metrics().queue_state.by(move || {
            seen.upgrade().map(|queue| match queue.health() {
                Health::Up => QueueState::Up,
                Health::Blocked { .. } => QueueState::Blocked,
                Health::Down { .. } => QueueState::Down,
            })
        });
        Self(queue)
    }
}

#[async_trait]
impl Queue for Measured {
    async fn publish(&self, lane: Lane, body: Bytes, delay: Option<Duration>) -> Result<(), Error> {
        let begun = Instant::now();
        let published = self.0.publish(lane, body, delay).await;
        let outcome = match published {
            Ok(()) => PublishOutcome::Confirmed,
            Err(_) => PublishOutcome::Failed,
        };
        metrics().publishes.record(begun.elapsed(), outcome);
        published
    }

    async fn consume(&self, prefetch: u16) -> Result<Box<dyn Consumer>, Error> {
        Ok(Box::new(Counted(self.0.consume(prefetch).await?)))
    }

    async fn depth(&self) -> Result<u64, Error> {
        self.0.depth().await
    }

    async fn dead_count(&self) -> Result<u64, Error> {
        self.0.dead_count().await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        self.0.dead(limit).await
    }

    async fn settle_dead(
        &self,
        fates: BTreeMap<DeadId, DeadFate>,
    ) -> Result<BTreeSet<DeadId>, Error> {
        self.0.settle_dead(fates).await
    }

    fn health(&self) -> Health {
        self.0.health()
    }
}

/// Counts deliveries.
struct Counted(Box<dyn Consumer>);

#[async_trait]
impl Consumer for Counted {
    async fn next(&mut self) -> Result<Delivery, Error> {
        let delivery = self.0.next().await?;
        let redelivered = if delivery.redelivered { Redelivered::Yes } else { Redelivered::No };
        metrics().deliveries.add(1, redelivered);
        Ok(delivery.settled_by(|settle| Box::new(CountedAnswer(Some(settle)))))
    }

    async fn stop(&mut self) -> Result<(), Error> {
        self.0.stop().await
    }
}

/// Counts the answer; dropped without one the message is returned.
struct CountedAnswer(Option<Box<dyn Settle>>);

impl CountedAnswer {
    /// The way back, once.
    fn taken(&mut self) -> Result<Box<dyn Settle>, Error> {
        self.0.take().ok_or(Error::Closed)
    }
}

/// Counts `answer`, if the queue took it.
fn count(answer: Answer, answered: Result<(), Error>) -> Result<(), Error> {
    metrics().answers.add(1, if answered.is_ok() { answer } else { Answer::Returned });
    answered
}

#[async_trait]
impl Settle for CountedAnswer {
    async fn ack(mut self: Box<Self>) -> Result<(), Error> {
        count(Answer::Acknowledged, self.taken()?.ack().await)
    }

    async fn park(mut self: Box<Self>, reason: Code) -> Result<(), Error> {
        count(Answer::Parked, self.taken()?.park(reason).await)
    }
}

impl Drop for CountedAnswer {
    fn drop(&mut self) {
        if self.0.is_some() {
            metrics().answers.add(1, Answer::Returned);
        }
    }
}
