//! A consumer that subscribes again by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

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
use super::settle::{Answer, Slot};
use super::subscription::{Subscription, renew, subscribe};
use crate::{Consumer, Delivery, Error, Lane};

/// A subscription to both lanes; dropping it returns what it holds.
pub(super) struct RabbitConsumer {
    broker: Arc<Broker>,
    slots: u16,
    free: Arc<Semaphore>,
    given_out: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
    returns: Returns,
    returning: JoinHandle<()>,
    subscription: Option<Subscription>,
    /// Work that a cancelled `next` leaves for the next one.
    subscribing: Option<BoxFuture<'static, Result<Subscription, Error>>>,
    renewing: Option<BoxFuture<'static, Result<(), Error>>>,
    ladder: Ladder,
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
        let given_out = Arc::new(AtomicUsize::new(0));
        let (returns, work) = Returns::new(slots.into(), Arc::clone(&given_out));
        let mut consumer = Self {
            slots,
            free: Arc::new(Semaphore::new(slots.into())),
            given_out,
            gone: Arc::default(),
            returns,
            returning: tokio::spawn(work),
            subscription: None,
            subscribing: None,
            renewing: None,
            ladder: Ladder::of_connections(),
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
        let Some(subscription) = &self.subscription else {
            return Ok(());
        };
        if self.renewing.is_some() || subscription.urgent.is_spent() {
            let given_out = u16::try_from(self.given_out.load(Ordering::SeqCst));
            let free = self.slots.saturating_sub(given_out.unwrap_or(u16::MAX)).max(1);
            let queue = self.broker.topology.lane(Lane::Urgent);
            let (channel, urgent) = (subscription.channel.clone(), subscription.urgent.clone());
            let renewing = self.renewing.get_or_insert_with(|| {
                async move { renew(&queue, &channel, &urgent, free).await }.boxed()
            });
            let result = renewing.as_mut().await;
            self.renewing = None;
            if let Err(error) = result {
                return Err(self.lost(error));
            }
        }
        Ok(())
    }

    /// Gives the subscription up, to begin a new one after a wait.
    fn lost(&mut self, error: Error) -> Error {
        self.subscription = None;
        self.renewing = None;
        self.not_before = Some(Instant::now() + self.ladder.next(None));
        error
    }

    fn give_out(
        &mut self,
        lane: Lane,
        message: Message,
        permit: OwnedSemaphorePermit,
        credit: Option<Arc<AtomicI64>>,
    ) -> Delivery {
        self.ladder = Ladder::of_connections();
        self.not_before = None;
        let slot = Slot::take(permit, Arc::clone(&self.given_out), credit);
        if let Some(subscription) = &self.subscription
            && self.given_out.load(Ordering::SeqCst) >= self.slots.into()
        {
            self.returns.full(&subscription.urgent);
        }
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
            if let Some((message, credit)) = subscription.urgent.pop() {
                return Ok(self.give_out(Lane::Urgent, message, permit, Some(credit)));
            }
            // Given up only while every slot is taken, and we have one.
            let Some((mut urgent, credit)) = subscription.urgent.stream() else {
                continue;
            };
            let (lane, next) = tokio::select! {
                biased;
                next = urgent.next() => (Lane::Urgent, next),
                next = subscription.normal.next() => (Lane::Normal, next),
            };
            match next {
                Some(Ok(message)) => {
                    let credit = (lane == Lane::Urgent).then_some(credit);
                    return Ok(self.give_out(lane, message, permit, credit));
                }
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
        if let Some(renewing) = self.renewing.take() {
            renewing.await?;
        }
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
