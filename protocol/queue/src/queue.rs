//! The queue as coordinator and workers see it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use longhaul_core::{Code, Timestamp};

use crate::{DeadFate, DeadId, DeadLetter, Error};

/// Which of the job queues: a lane is a queue of its own, because quorum queues have no
/// message priorities by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// What people are waiting for.
    Urgent,
    /// Everything else.
    Normal,
}

/// A job queue. Cheap to share: one per process.
#[async_trait]
pub trait Queue: Send + Sync + std::fmt::Debug {
    /// Hands a message over. It returns once the queue answers for it: from then on it is
    /// delivered at least once. With a `delay` it is not delivered before that time, rounded up
    /// to a [`Rung`](crate::Rung).
    ///
    /// Cancel safe in this sense: a cancelled call may or may not have published.
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue did not answer for the message; it may have been published.
    async fn publish(&self, lane: Lane, body: Bytes, delay: Option<Duration>) -> Result<(), Error>;

    /// Begins to consume both lanes, the urgent one first. At most `prefetch` deliveries are
    /// unsettled at a time.
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue refuses.
    async fn consume(&self, prefetch: u16) -> Result<Box<dyn Consumer>, Error>;

    /// Messages ready for delivery, not counting delayed ones.
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue does not answer.
    async fn depth(&self) -> Result<u64, Error>;

    /// How many dead letters there are, without looking at any. Letters that somebody looks at
    /// meanwhile are not counted.
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue does not answer.
    async fn dead_count(&self) -> Result<u64, Error>;

    /// The dead letters, oldest first, at most `limit`: messages set aside by [`Delivery::park`],
    /// and those the broker gave up on.
    ///
    /// It is a look, not a lock: while somebody else looks or acts, letters in their hands are
    /// missing.
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue does not answer.
    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, Error>;

    /// Retries and drops dead letters, and answers which of them there were. All are looked
    /// through together, however many are named. A retried letter's new message is there before the
    /// old one is gone: a crash in between doubles it and loses none.
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue did not answer; for some of the letters it may have been carried
    /// out.
    async fn settle_dead(
        &self,
        fates: BTreeMap<DeadId, DeadFate>,
    ) -> Result<BTreeSet<DeadId>, Error>;

    /// Whether the queue can be used now. Never waits.
    fn health(&self) -> Health;
}

/// Whether a queue can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It can.
    Up,
    /// The broker takes no messages until it has memory or disk space again; what is in the
    /// queue is delivered.
    Blocked {
        /// The broker's words.
        reason: String,
        /// Since when.
        since: Timestamp,
    },
    /// There is no connection; it is being made anew for ever.
    Down {
        /// Why.
        code: Code,
        /// A sentence for the operator; no secrets.
        error: String,
        /// Since when.
        since: Timestamp,
    },
}

impl std::fmt::Display for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Up => f.write_str("it is connected"),
            Self::Blocked { reason, .. } => write!(f, "the broker takes no messages ({reason})"),
            Self::Down { error, .. } => write!(f, "there is no connection ({error})"),
        }
    }
}

/// A stream of deliveries. Dropping it returns what was delivered and not settled.
#[async_trait]
pub trait Consumer: Send {
    /// The next delivery. Cancel safe: a delivery is never lost by cancelling.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] when no more will come; otherwise the consumer has already begun to
    /// subscribe again, and the next call goes on.
    async fn next(&mut self) -> Result<Delivery, Error>;

    /// Takes no more deliveries: what waits here for [`next`](Self::next) goes back at once, for
    /// others. What was given out can still be answered, until the consumer is dropped. From then
    /// on `next` is [`Error::Closed`].
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue does not answer; then what waits goes back when the consumer is
    /// dropped.
    async fn stop(&mut self) -> Result<(), Error>;
}

/// How a delivery is answered. A backend implements it; callers use [`Delivery`].
#[async_trait]
pub trait Settle: Send + Sync {
    /// The message is done with.
    async fn ack(self: Box<Self>) -> Result<(), Error>;
    /// The message goes to the dead letters, with the reason.
    async fn park(self: Box<Self>, reason: Code) -> Result<(), Error>;
}

/// One delivered message. Dropped without an answer it is delivered again.
pub struct Delivery {
    /// The message.
    pub body: Bytes,
    /// Where it came from.
    pub lane: Lane,
    /// Whether it may have been delivered before, as far as the queue knows.
    pub redelivered: bool,
    settle: Box<dyn Settle>,
}

impl Delivery {
    /// A delivery of `body` that is answered through `settle`.
    #[must_use]
    pub fn new(lane: Lane, body: Bytes, redelivered: bool, settle: Box<dyn Settle>) -> Self {
        Self { body, lane, redelivered, settle }
    }

    /// The same delivery, answered through what `by` makes of the present way.
    pub(crate) fn settled_by(self, by: impl FnOnce(Box<dyn Settle>) -> Box<dyn Settle>) -> Self {
        Self { settle: by(self.settle), ..self }
    }

    /// Done: the message is gone.
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue did not take the answer; the message may come again.
    pub async fn ack(self) -> Result<(), Error> {
        self.settle.ack().await
    }

    /// Set aside among the dead letters, with the reason, for an operator to look at.
    ///
    /// # Errors
    ///
    /// [`Error`] if the queue did not take the answer; the message may come again.
    pub async fn park(self, reason: Code) -> Result<(), Error> {
        self.settle.park(reason).await
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").field("lane", &self.lane).finish_non_exhaustive()
    }
}
