//! The queues on the broker: their names and arguments.
//!
//! | queue | holds | its messages leave by |
//! |---|---|---|
//! | `<prefix>.normal`, `<prefix>.urgent` | jobs of a lane | acknowledgement; [`DELIVERIES`] without one: to `<prefix>.dead` |
//! | `<prefix>.<lane>.delay.<seconds>s` | what waits for a rung | the rung's time: to the lane |
//! | `<prefix>.dead` | dead letters of both lanes | an operator |
//!
//! All are durable quorum queues. Messages move between them *at least once*, which the broker
//! does for quorum queues that refuse messages when full instead of dropping the oldest
//! (RabbitMQ documentation, "Quorum Queues", "Dead Lettering"). They go through the default
//! exchange, so there is nothing but queues to declare.
//!
//! Arguments say what must not depend on the broker's version: RabbitMQ 4 gives a quorum queue
//! without a delivery limit one of 20, and a limit on the dead letters would drop them after as
//! many looks.

use lapin::Channel;
use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable};

use super::refusal;
use crate::{Error, Lane, Rung};

/// How often a message may come back before the broker sets it aside. Only crashes count, plus
/// deliveries handed back, which RabbitMQ counts before version 4.3; failed attempts do not, they
/// are counted in the message.
const DELIVERIES: u32 = 20;

/// As good as no limit, in every version.
const NO_LIMIT: u32 = i32::MAX as u32;

/// The names, under one prefix.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    prefix: String,
}

impl Topology {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// The queue of a lane's jobs.
    pub(super) fn lane(&self, lane: Lane) -> String {
        format!("{}.{}", self.prefix, lane_name(lane))
    }

    /// The queue of what waits on a rung.
    pub(super) fn rung(&self, lane: Lane, rung: Rung) -> String {
        format!("{}.delay.{}s", self.lane(lane), rung.wait().as_secs())
    }

    /// The queue of the dead letters.
    pub(super) fn dead(&self) -> String {
        format!("{}.dead", self.prefix)
    }

    /// Declares every queue; those that are there with these arguments stay as they are.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] for a queue with other arguments, [`Error::Forbidden`] without the
    /// permission. The channel is of no use then.
    pub(super) async fn declare(&self, channel: &Channel) -> Result<(), Error> {
        let dead = self.dead();
        declare(channel, &dead, limited(NO_LIMIT)).await?;
        for lane in [Lane::Normal, Lane::Urgent] {
            let home = self.lane(lane);
            declare(channel, &home, leading_to(&dead, limited(DELIVERIES))).await?;
            for rung in Rung::LADDER {
                let mut arguments = leading_to(&home, FieldTable::default());
                let millis = i64::try_from(rung.wait().as_millis()).unwrap_or(i64::MAX);
                insert(&mut arguments, "x-message-ttl", AMQPValue::LongLongInt(millis));
                declare(channel, &self.rung(lane, rung), arguments).await?;
            }
        }
        Ok(())
    }
}

/// The lane's part of its queue's name, and its mark on a message.
pub(super) const fn lane_name(lane: Lane) -> &'static str {
    match lane {
        Lane::Urgent => "urgent",
        Lane::Normal => "normal",
    }
}

/// The lane of a mark.
pub(super) fn lane_of(name: &str) -> Option<Lane> {
    [Lane::Urgent, Lane::Normal].into_iter().find(|lane| lane_name(*lane) == name)
}

fn limited(deliveries: u32) -> FieldTable {
    let mut arguments = FieldTable::default();
    insert(&mut arguments, "x-delivery-limit", AMQPValue::LongLongInt(deliveries.into()));
    arguments
}

fn leading_to(queue: &str, mut arguments: FieldTable) -> FieldTable {
    let text = |text: &str| AMQPValue::LongString(text.into());
    insert(&mut arguments, "x-dead-letter-exchange", text(""));
    insert(&mut arguments, "x-dead-letter-routing-key", text(queue));
    insert(&mut arguments, "x-dead-letter-strategy", text("at-least-once"));
    insert(&mut arguments, "x-overflow", text("reject-publish"));
    arguments
}

fn insert(arguments: &mut FieldTable, key: &str, value: AMQPValue) {
    arguments.insert(key.into(), value);
}

async fn declare(channel: &Channel, name: &str, mut arguments: FieldTable) -> Result<(), Error> {
    insert(&mut arguments, "x-queue-type", AMQPValue::LongString("quorum".into()));
    channel
        .queue_declare(name.into(), QueueDeclareOptions::durable(), arguments)
        .await
        .map(drop)
        .map_err(|error| refusal::of_declaration(name, error))
}
