//! The dead letters' queue: looking, retrying, dropping.
//!
//! A queue has no look that leaves it alone: letters are fetched and handed back. So a look takes
//! the time of all of them, and two looks at once would hide letters from each other; within a
//! process they take turns. A letter is known by its message id; one that was parked twice
//! because an answer was lost counts as one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use lapin::message::{BasicGetMessage, Delivery};
use lapin::options::{BasicAckOptions, BasicGetOptions, BasicNackOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel};
use longhaul_core::code::{DELIVERED_TOO_OFTEN, SET_ASIDE_BY_BROKER};
use longhaul_core::{Clock as _, Code, SystemClock, Timestamp};
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;
use uuid::Uuid;

use super::queue::{Broker, marked};
use super::refusal;
use super::topology::lane_of;
use crate::{DeadFate, DeadId, DeadLetter, Error, Lane};

/// The headers of a parked message: the code it was parked for, and when, in milliseconds.
const REASON: &str = "x-longhaul-reason";
const SINCE: &str = "x-longhaul-since";

/// How often letters are looked for that another process may have in its hands.
const LOOKS: usize = 4;

/// Letters that are settled at a time: each retry waits for the broker's disk.
const AT_ONCE: usize = 16;

/// Sets a delivered message aside.
pub(super) async fn bury(
    broker: &Broker,
    lane: Lane,
    id: DeadId,
    body: &[u8],
    reason: Code,
) -> Result<(), Error> {
    let mut headers = FieldTable::default();
    headers.insert(REASON.into(), AMQPValue::LongString(reason.to_string().into()));
    headers.insert(SINCE.into(), AMQPValue::LongLongInt(SystemClock.now().0));
    let properties = marked(lane, id.0).with_headers(headers);
    broker.publisher.publish(&broker.topology.dead(), &properties, body).await
}

/// The oldest letters. All are looked at: handing letters back changes their order.
pub(super) async fn list(broker: &Broker, limit: usize) -> Result<Vec<DeadLetter>, Error> {
    let _turn = broker.at_the_dead.lock().await;
    broker
        .bounded("list its dead letters", async {
            let channel = open(broker).await?;
            let (mut seen, mut oldest) = (BTreeSet::new(), BTreeMap::new());
            while let Some(message) = fetch(broker, &channel).await? {
                let letter = read(&message.delivery);
                if seen.insert(letter.id) {
                    oldest.insert((letter.since, letter.id), letter);
                }
                if oldest.len() > limit {
                    oldest.pop_last();
                }
            }
            hand_back(&channel).await?;
            Ok(oldest.into_values().collect())
        })
        .await
}

/// Retries and drops letters; those there were. A broker may lose some of many acknowledgements
/// when their channel closes, so it is looked again until none of the letters is met.
pub(super) async fn settle(
    broker: &Broker,
    mut fates: BTreeMap<DeadId, DeadFate>,
) -> Result<BTreeSet<DeadId>, Error> {
    let _turn = broker.at_the_dead.lock().await;
    let mut settled = BTreeSet::new();
    for _ in 0..LOOKS {
        let met = sweep(broker, &fates).await?;
        if met.is_empty() && settled.len() == fates.len() {
            break;
        }
        for id in met {
            // Met again, its new message is there already.
            fates.insert(id, DeadFate::Drop);
            settled.insert(id);
        }
        sleep(Duration::from_millis(200)).await;
    }
    Ok(settled)
}

/// Goes once through all letters and settles those it meets.
async fn sweep(broker: &Broker, fates: &BTreeMap<DeadId, DeadFate>) -> Result<Vec<DeadId>, Error> {
    let fetching = async {
        let channel = open(broker).await?;
        let mut found = BTreeMap::<DeadId, Vec<Delivery>>::new();
        while let Some(message) = fetch(broker, &channel).await? {
            let id = name(&message.delivery);
            if fates.contains_key(&id) {
                found.entry(id).or_default().push(message.delivery);
            }
        }
        Ok((channel, found))
    };
    let (channel, found) = broker.bounded("read its dead letters", fetching).await?;
    let settling = stream::iter(found).map(|(id, letters)| async move {
        if let (Some(DeadFate::Retry(body)), Some(letter)) = (fates.get(&id), letters.first()) {
            // First there, then gone: a crash in between doubles the job, which is harmless.
            broker.publish(lane(&letter.properties), body, None).await?;
        }
        for letter in &letters {
            let acked = letter.acker.ack(BasicAckOptions::default()).await;
            acked.map_err(|error| refusal::of_call("take out a dead letter", error))?;
        }
        Ok::<_, Error>(id)
    });
    let settled = settling.buffer_unordered(AT_ONCE).try_collect().await?;
    broker.bounded("take its dead letters back", hand_back(&channel)).await?;
    Ok(settled)
}

async fn open(broker: &Broker) -> Result<Channel, Error> {
    let connection = broker.consuming.connection().await?;
    let channel = connection.create_channel().await;
    channel.map_err(|error| refusal::of_call("open a channel", error))
}

async fn fetch(broker: &Broker, channel: &Channel) -> Result<Option<BasicGetMessage>, Error> {
    channel
        .basic_get(broker.topology.dead().into(), BasicGetOptions::default())
        .await
        .map_err(|error| refusal::of_call("read its dead letters", error))
}

/// Gives back what was fetched and not taken, and waits until the broker has it.
async fn hand_back(channel: &Channel) -> Result<(), Error> {
    let failed = |error| refusal::of_call("hand dead letters back", error);
    // Tag 0 is every delivery of the channel that is not settled.
    let every = BasicNackOptions { multiple: true, requeue: true };
    channel.basic_nack(0, every).await.map_err(failed)?;
    channel.close(200, "OK".into()).await.map_err(failed)
}

fn read(delivery: &Delivery) -> DeadLetter {
    let (reason, since) = cause(&delivery.properties);
    DeadLetter {
        id: name(delivery),
        lane: lane(&delivery.properties),
        body: Bytes::copy_from_slice(&delivery.data),
        reason,
        since,
    }
}

/// The name a message carries; what was not published by longhaul gets one from its content.
pub(super) fn name(delivery: &Delivery) -> DeadId {
    let carried = delivery.properties.message_id().as_ref();
    let id = carried.and_then(|id| id.as_str().parse().ok()).unwrap_or_else(|| {
        let mut first = [0; 16];
        let digest = Sha256::digest(&delivery.data);
        first.copy_from_slice(&digest[..16]);
        Uuid::from_bytes(first)
    });
    DeadId(id)
}

fn lane(properties: &BasicProperties) -> Lane {
    properties.kind().as_ref().and_then(|name| lane_of(name.as_str())).unwrap_or(Lane::Normal)
}

/// Why and when: our own headers, or the broker's account of its latest step.
fn cause(properties: &BasicProperties) -> (Code, Option<Timestamp>) {
    let Some(headers) = properties.headers().as_ref().map(FieldTable::inner) else {
        return (SET_ASIDE_BY_BROKER, None);
    };
    if let Some(AMQPValue::LongString(reason)) = headers.get(REASON) {
        let since = match headers.get(SINCE) {
            Some(AMQPValue::LongLongInt(millis)) => Some(Timestamp(*millis)),
            _ => None,
        };
        return (reason.to_string().parse().unwrap_or(SET_ASIDE_BY_BROKER), since);
    }
    let Some(AMQPValue::FieldArray(deaths)) = headers.get("x-death") else {
        return (SET_ASIDE_BY_BROKER, None);
    };
    let Some(AMQPValue::FieldTable(latest)) = deaths.as_slice().first() else {
        return (SET_ASIDE_BY_BROKER, None);
    };
    let since = match latest.inner().get("time") {
        Some(AMQPValue::Timestamp(seconds)) => {
            i64::try_from(seconds.saturating_mul(1000)).ok().map(Timestamp)
        }
        _ => None,
    };
    match latest.inner().get("reason") {
        Some(AMQPValue::LongString(reason)) if reason.as_bytes() == b"delivery_limit" => {
            (DELIVERED_TOO_OFTEN, since)
        }
        _ => (SET_ASIDE_BY_BROKER, since),
    }
}

#[cfg(test)]
mod tests {
    use super::super::topology::lane_name;
    use super::*;

    fn died(reason: &str) -> BasicProperties {
        let mut death = FieldTable::default();
        death.insert("reason".into(), AMQPValue::LongString(reason.into()));
        death.insert("time".into(), AMQPValue::Timestamp(17));
        let mut headers = FieldTable::default();
        let deaths = vec![AMQPValue::FieldTable(death)];
        headers.insert("x-death".into(), AMQPValue::FieldArray(deaths.into()));
        BasicProperties::default().with_headers(headers)
    }

    #[test]
    fn the_brokers_reasons_have_codes() {
        assert_eq!(cause(&died("delivery_limit")), (DELIVERED_TOO_OFTEN, Some(Timestamp(17_000))));
        assert_eq!(cause(&died("rejected")), (SET_ASIDE_BY_BROKER, Some(Timestamp(17_000))));
        assert_eq!(cause(&BasicProperties::default()), (SET_ASIDE_BY_BROKER, None));
    }

    #[test]
    fn a_message_that_is_not_ours_has_a_lane_and_a_lasting_name() {
        assert_eq!(lane(&BasicProperties::default()), Lane::Normal);
        let strange = BasicProperties::default().with_type(lane_name(Lane::Urgent).into());
        assert_eq!(lane(&strange), Lane::Urgent);
        let delivery =
            |body: &str| Delivery::mock(1, "".into(), "q".into(), false, body.as_bytes().to_vec());
        assert_eq!(name(&delivery("one")), name(&delivery("one")));
        assert_ne!(name(&delivery("one")), name(&delivery("two")));
    }
}
