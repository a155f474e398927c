//! Waiting for a delivery, and answering it.

use std::pin::pin;
use std::sync::Arc;

use async_trait::async_trait;
use longhaul_core::Code;
use tokio::time::{Instant, sleep_until};

use super::Shared;
use super::state::{ConsumerId, Next, Tag};
use crate::queue::Settle;
use crate::{Consumer, Delivery, Error};

/// A subscription; dropping it returns what it holds.
pub(super) struct EmbeddedConsumer {
    shared: Arc<Shared>,
    id: ConsumerId,
}

impl EmbeddedConsumer {
    pub(super) const fn new(shared: Arc<Shared>, id: ConsumerId) -> Self {
        Self { shared, id }
    }
}

#[async_trait]
impl Consumer for EmbeddedConsumer {
    async fn next(&mut self) -> Result<Delivery, Error> {
        loop {
            // Registered before looking: a change in between wakes us.
            let mut changed = pin!(self.shared.changed.notified());
            changed.as_mut().enable();
            let next = self.shared.lock().next(self.id, Instant::now());
            match next {
                Next::Message { tag, lane, body, redelivered } => {
                    let answer =
                        Answer { shared: Arc::clone(&self.shared), consumer: self.id, tag };
                    return Ok(Delivery::new(lane, body, redelivered, Box::new(answer)));
                }
                Next::WaitUntil(due) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(due) => {}
                },
                Next::Wait => changed.await,
                Next::Closed => return Err(Error::Closed),
            }
        }
    }

    /// Nothing waits here: a message is a consumer's only once `next` returns it.
    async fn stop(&mut self) -> Result<(), Error> {
        self.shared.change(|state| state.stop(self.id));
        Ok(())
    }
}

impl Drop for EmbeddedConsumer {
    fn drop(&mut self) {
        self.shared.change(|state| state.unsubscribe(self.id));
    }
}

/// The way back for one delivery; dropping it without an answer returns the message.
struct Answer {
    shared: Arc<Shared>,
    consumer: ConsumerId,
    tag: Tag,
}

#[async_trait]
impl Settle for Answer {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        self.shared.change(|state| state.ack(self.consumer, self.tag))
    }

    async fn park(self: Box<Self>, reason: Code) -> Result<(), Error> {
        self.shared.change(|state| state.park(self.consumer, self.tag, reason))
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.shared.change(|state| state.give_back(self.consumer, self.tag));
    }
}
