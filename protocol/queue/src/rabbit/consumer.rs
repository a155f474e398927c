//! A consumer that subscribes again by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use lapin::message::Delivery as Message;
use longhaul_core::Ladder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::dead;
use super::queue::Broker;
use super::returns::{Returns, requeue};
use super::settle::Answer;
use super::subscription::{Subscription, subscribe};
use crate::{Consumer, Delivery, Error, Lane};

/// Urgent deliveries in a row before a normal one that is at hand, so that none waits here until
/// the broker's time for an answer is over.
const URGENT_IN_A_ROW: u8 = 3;

/// A subscription to both lanes; dropping it returns what it holds.
pub(super) struct RabbitConsumer {
    broker: Arc<Broker>,
    slots: u16,
    free: Arc<Semaphore>,
    gone: Arc<AtomicBool>,
    returns: Returns,
    returning: JoinHandle<()>,
    subscription: Option<Subscription>,
    /// Work that a cancelled `next` leaves for the next one.
    subscribing: Option<BoxFuture<'static, Result<Subscription, Error>>>,
    ladder: Ladder,
    urgent_in_a_row: u8,
    /// Not to subscribe before this.
    not_before: Option<Instant>,
    /// It takes no more.
    stopped: bool,
}

impl RabbitConsumer {
    /// Subscribes; without a connection it does so as soon as there is one.
    ///
    /// # Errors
    ///
    /// [`Error`] if the broker refuses.
    pub(super) async fn begin(broker: Arc<Broker>, prefetch: u16) -> Result<Self, Error> {
        let slots = prefetch.max(1);
        let (returns, work) = Returns::new();
        let mut consumer = Self {
            slots,
            free: Arc::new(Semaphore::new(slots.into())),
            gone: Arc::default(),
            returns,
            returning: tokio::spawn(work),
            subscription: None,
            subscribing: None,
            ladder: Ladder::of_connections(),
            urgent_in_a_row: 0,
            not_before: None,
            stopped: false,
            broker: Arc::clone(&broker),
        };
        if broker.consuming.is_up() {
            broker.bounded("consume", consumer.ready()).await?;
        }
        Ok(consumer)
    }

    /// Sees to it that both lanes are subscribed. Cancel safe.
    async fn ready(&mut self) -> Result<(), Error> {
        if self.subscription.is_none() {
            if let Some(not_before) = self.not_before {
                sleep_until(not_before).await;
            }
            let (broker, slots) = (Arc::clone(&self.broker), self.slots);
            let subscribing =
                self.subscribing.get_or_insert_with(|| subscribe(broker, slots).boxed());
            let result = subscribing.as_mut().await;
            self.subscribing = None;
            match result {
                Ok(subscription) => self.subscription = Some(subscription),
                Err(error) => return Err(self.lost(error)),
            }
        }
        Ok(())
    }

    /// Gives the subscription up, to begin a new one after a wait.
    fn lost(&mut self, error: Error) -> Error {
        self.subscription = None;
        self.not_before = Some(Instant::now() + self.ladder.next(None));
        error
    }

    fn give_out(&mut self, lane: Lane, message: Message, slot: OwnedSemaphorePermit) -> Delivery {
        self.ladder = Ladder::of_connections();
        self.not_before = None;
        self.urgent_in_a_row = match lane {
            Lane::Urgent => self.urgent_in_a_row.saturating_add(1),
            Lane::Normal => 0,
        };
        let id = dead::name(&message);
        let redelivered = message.redelivered;
        let body = Bytes::from(message.data);
        let answer = Answer {
            broker: Arc::clone(&self.broker),
            returns: self.returns.clone(),
            gone: Arc::clone(&self.gone),
            id,
            lane,
            body: body.clone(),
            open: Some((message.acker, slot)),
        };
        Delivery::new(lane, body, redelivered, Box::new(answer))
    }
}

#[async_trait]
impl Consumer for RabbitConsumer {
    async fn next(&mut self) -> Result<Delivery, Error> {
        if self.stopped {
            return Err(Error::Closed);
        }
        let free = Arc::clone(&self.free);
        let permit = free.acquire_owned().await.map_err(|_| Error::Closed)?;
        loop {
            self.ready().await?;
            let Some(subscription) = &mut self.subscription else {
                continue;
            };
            if let Some(message) = subscription.first.take() {
                return Ok(self.give_out(Lane::Urgent, message, permit));
            }
            let urgent = subscription.urgent.next().map(|next| (Lane::Urgent, next));
            let normal = subscription.normal.next().map(|next| (Lane::Normal, next));
            let (lane, next) = if self.urgent_in_a_row < URGENT_IN_A_ROW {
                tokio::select! { biased; next = urgent => next, next = normal => next }
            } else {
                tokio::select! { biased; next = normal => next, next = urgent => next }
            };
            match next {
                Some(Ok(message)) => return Ok(self.give_out(lane, message, permit)),
                Some(Err(error)) => {
                    tracing::info!(%error, "subscription lost; subscribing again");
                    let _waits = self.lost(Error::Closed);
                }
                None => {
                    tracing::info!("the broker ended the subscription; subscribing again");
                    let _waits = self.lost(Error::Closed);
                }
            }
        }
    }

    async fn stop(&mut self) -> Result<(), Error> {
        self.stopped = true;
        // Its channel goes with it, and what came that way returns.
        self.subscribing = None;
        if let Some(subscription) = &mut self.subscription {
            for delivery in subscription.cancel().await? {
                requeue(&delivery.acker).await;
            }
        }
        Ok(())
    }
}

impl Drop for RabbitConsumer {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::SeqCst);
        self.returning.abort();
    }
}
