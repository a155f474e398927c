//! What a consumer is subscribed to.
//!
//! The broker's prefetch counts per subscription, not per consumer of ours, and quorum queues
//! know no common count. So the normal lane is subscribed with as many deliveries as there are
//! slots: what it holds is worked on. The urgent lane is subscribed with as many as there are
//! *free* slots, and given up while there are none: an urgent message that waits here for a slot
//! would be better off with a worker that has one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use lapin::message::Delivery;
use lapin::options::{
    BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use tokio::time::timeout;

use super::queue::Broker;
use super::refusal;
use crate::{Error, Lane};

/// How long the first urgent message may take to arrive once the broker says there is one.
const FIRST: Duration = Duration::from_secs(1);

/// One channel with both lanes; dropping it closes the channel and returns what was delivered.
pub(super) struct Subscription {
    pub(super) channel: Channel,
    pub(super) normal: Consumer,
    pub(super) urgent: UrgentSlot,
}

/// The urgent lane, while it is subscribed. Shared with the task that gives it up.
#[derive(Clone, Default)]
pub(super) struct UrgentSlot(Arc<Mutex<Option<Urgent>>>);

/// A subscription of the urgent lane.
pub(super) struct Urgent {
    channel: Channel,
    stream: Consumer,
    /// Delivered already, not given out.
    backlog: VecDeque<Delivery>,
    /// How many more the broker may deliver.
    credit: Arc<AtomicI64>,
}

impl UrgentSlot {
    pub(super) fn lock(&self) -> MutexGuard<'_, Option<Urgent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is none, or none that the broker may deliver to.
    pub(super) fn is_spent(&self) -> bool {
        self.lock().as_ref().is_none_or(|urgent| {
            urgent.backlog.is_empty() && urgent.credit.load(Ordering::SeqCst) <= 0
        })
    }

    /// The next delivery that is here already, and what to raise when it is settled.
    pub(super) fn pop(&self) -> Option<(Delivery, Arc<AtomicI64>)> {
        let mut slot = self.lock();
        let urgent = slot.as_mut()?;
        let delivery = urgent.backlog.pop_front()?;
        Some((delivery, Arc::clone(&urgent.credit)))
    }

    /// The stream of deliveries and its credit.
    pub(super) fn stream(&self) -> Option<(Consumer, Arc<AtomicI64>)> {
        self.lock().as_ref().map(|urgent| (urgent.stream.clone(), Arc::clone(&urgent.credit)))
    }
}

impl Urgent {
    /// Ends the subscription; what was delivered and not given out stays with the caller.
    pub(super) async fn cancel(mut self) -> Result<VecDeque<Delivery>, Error> {
        let mut left = self.backlog;
        left.extend(cancel(&self.channel, &mut self.stream).await?);
        Ok(left)
    }
}

impl Subscription {
    /// Ends both subscriptions, with what was given out still to be answered; what was delivered
    /// and not given out stays with the caller.
    pub(super) async fn cancel(&mut self) -> Result<Vec<Delivery>, Error> {
        let urgent = self.urgent.lock().take();
        let mut left = cancel(&self.channel, &mut self.normal).await?;
        if let Some(urgent) = urgent {
            left.extend(urgent.cancel().await?);
        }
        Ok(left)
    }
}

/// Ends a subscription. All that the broker sent before is here once it answers.
async fn cancel(channel: &Channel, stream: &mut Consumer) -> Result<Vec<Delivery>, Error> {
    channel
        .basic_cancel(stream.tag(), BasicCancelOptions::default())
        .await
        .map_err(|error| refusal::of_call("end a subscription", error))?;
    let mut left = Vec::new();
    while let Some(Some(Ok(delivery))) = stream.next().now_or_never() {
        left.push(delivery);
    }
    Ok(left)
}

/// Subscribes both lanes for `slots` free slots. A queue that is gone is declared again.
pub(super) async fn subscribe(broker: Arc<Broker>, slots: u16) -> Result<Subscription, Error> {
    match try_subscribe(&broker, slots).await {
        Err(error) if refusal::is_passing(&error) => {
            let connection = broker.consuming.connection().await?;
            let channel = connection.create_channel().await;
            let channel = channel.map_err(|error| refusal::of_call("open a channel", error))?;
            broker.topology.declare(&channel).await?;
            try_subscribe(&broker, slots).await
        }
        settled => settled,
    }
}

async fn try_subscribe(broker: &Broker, slots: u16) -> Result<Subscription, Error> {
    let connection = broker.consuming.connection().await?;
    let channel = connection.create_channel().await;
    let channel = channel.map_err(|error| refusal::of_call("open a channel", error))?;
    let urgent = UrgentSlot::default();
    renew(&broker.topology.lane(Lane::Urgent), &channel, &urgent, slots).await?;
    let normal = consume(&channel, &broker.topology.lane(Lane::Normal), slots).await?;
    Ok(Subscription { channel, normal, urgent })
}

/// Subscribes the urgent lane for `free` slots. If messages wait there, the first is here when
/// it returns, before any of the normal lane can be given out.
pub(super) async fn renew(
    queue: &str,
    channel: &Channel,
    slot: &UrgentSlot,
    free: u16,
) -> Result<(), Error> {
    let old = slot.lock().take();
    let mut backlog = match old {
        Some(urgent) => urgent.cancel().await?,
        None => VecDeque::new(),
    };
    let waiting = ready(channel, queue).await?;
    let mut stream = consume(channel, queue, free).await?;
    if waiting > 0
        && backlog.is_empty()
        && let Ok(Some(Ok(first))) = timeout(FIRST, stream.next()).await
    {
        backlog.push_back(first);
    }
    let credit = Arc::new(AtomicI64::new(free.into()));
    *slot.lock() = Some(Urgent { channel: channel.clone(), stream, backlog, credit });
    Ok(())
}

/// How many messages of a queue are ready for delivery.
pub(super) async fn ready(channel: &Channel, queue: &str) -> Result<u32, Error> {
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    channel
        .queue_declare(queue.into(), passive, FieldTable::default())
        .await
        .map(|queue| queue.message_count())
        .map_err(|error| refusal::of_call("count its messages", error))
}

async fn consume(channel: &Channel, queue: &str, prefetch: u16) -> Result<Consumer, Error> {
    let failed = |error| refusal::of_call("consume", error);
    channel.basic_qos(prefetch, BasicQosOptions::default()).await.map_err(failed)?;
    channel
        .basic_consume(
            queue.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await
        .map_err(failed)
}
