//! What a consumer is subscribed to.
//!
//! The broker's prefetch counts per subscription, not per consumer of ours, and quorum queues
//! know no common count. So both lanes may bring as many deliveries as there are slots, and wait
//! here until a slot is free: the urgent ones go first. The normal lane brings one more for each
//! eight slots, so that a slot that is done has its next job at hand: a quorum queue sends the next one only after it
//! has written the answer to the last to disk.

use std::sync::Arc;
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
/// Slots for one job at hand.
/// Ours: with five jobs a second and slot these cover the 25 ms that a disk may take to write.
const SLOTS_A_SPARE: u16 = 8;

/// One channel with both lanes; dropping it closes the channel and returns what was delivered.
pub(super) struct Subscription {
    channel: Channel,
    /// Delivered already, before any of the normal lane.
    pub(super) first: Option<Delivery>,
    pub(super) urgent: Consumer,
    pub(super) normal: Consumer,
}

impl Subscription {
    /// Ends both subscriptions, with what was given out still to be answered; what was delivered
    /// and not given out stays with the caller.
    pub(super) async fn cancel(&mut self) -> Result<Vec<Delivery>, Error> {
        let mut left = Vec::from_iter(self.first.take());
        left.extend(cancel(&self.channel, &mut self.urgent).await?);
        left.extend(cancel(&self.channel, &mut self.normal).await?);
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

/// Subscribes both lanes for `slots` slots. If urgent messages wait, the first is here when it
/// returns, before any of the normal lane can be given out. A queue that is gone is declared again.
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
    let urgent = broker.topology.lane(Lane::Urgent);
    let waiting = ready(&channel, &urgent).await?;
    let mut urgent = consume(&channel, &urgent, slots).await?;
    let first = match waiting {
        0 => None,
        _ => timeout(FIRST, urgent.next()).await.ok().flatten().and_then(Result::ok),
    };
    let at_hand = slots.saturating_add(slots / SLOTS_A_SPARE);
    let normal = consume(&channel, &broker.topology.lane(Lane::Normal), at_hand).await?;
    Ok(Subscription { channel, first, urgent, normal })
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
