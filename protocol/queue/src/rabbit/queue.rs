//! The queue as its users see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lapin::BasicProperties;
use longhaul_core::{Clock as _, SystemClock};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::consumer::RabbitConsumer;
use super::dead;
use super::dial::Dialler;
use super::link::{Link, Maker};
use super::publisher::Publisher;
use super::refusal;
use super::subscription::ready;
use super::topology::{Topology, lane_name};
use crate::{Consumer, DeadFate, DeadId, DeadLetter, Error, Health, Lane, Options, Queue, Rung};

/// The queue on RabbitMQ. Clones are handles of the same two connections.
#[derive(Clone, Debug)]
pub struct Rabbit {
    broker: Arc<Broker>,
}

/// What queue and consumers share.
#[derive(Debug)]
pub(super) struct Broker {
    pub(super) publisher: Publisher,
    /// The connection that consumes; it never publishes.
    pub(super) consuming: Link,
    pub(super) topology: Topology,
    /// Whoever looks at the dead letters holds them meanwhile: one at a time.
    pub(super) at_the_dead: Mutex<()>,
}

impl Rabbit {
    /// Connects and declares the queues.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] if the options cannot be used, else what keeps us from the broker:
    /// [`Error::Unreachable`], [`Error::Tls`], [`Error::Login`], [`Error::VirtualHost`],
    /// [`Error::Conflict`], [`Error::Forbidden`].
    pub async fn connect(options: &Options) -> Result<Self, Error> {
        let topology = Topology::new(&options.prefix);
        let dialler = Arc::new(Dialler::new(options)?);
        let maker =
            |role| Maker { dialler: Arc::clone(&dialler), topology: topology.clone(), role };
        let publishing = Link::open(maker("publish")).await?;
        let consuming = Link::open(maker("consume")).await?;
        let publisher = Publisher::new(publishing, topology.clone());
        let at_the_dead = Mutex::new(());
        Ok(Self { broker: Arc::new(Broker { publisher, consuming, topology, at_the_dead }) })
    }
}

#[async_trait]
impl Queue for Rabbit {
    async fn publish(&self, lane: Lane, body: Bytes, delay: Option<Duration>) -> Result<(), Error> {
        self.broker.publish(lane, &body, delay).await
    }

    async fn consume(&self, prefetch: u16) -> Result<Box<dyn Consumer>, Error> {
        Ok(Box::new(RabbitConsumer::begin(Arc::clone(&self.broker), prefetch).await?))
    }

    async fn depth(&self) -> Result<u64, Error> {
        let topology = &self.broker.topology;
        self.broker.count(&[topology.lane(Lane::Urgent), topology.lane(Lane::Normal)]).await
    }

    async fn dead_count(&self) -> Result<u64, Error> {
        self.broker.count(&[self.broker.topology.dead()]).await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, Error> {
        dead::list(&self.broker, limit).await
    }

    async fn settle_dead(
        &self,
        fates: BTreeMap<DeadId, DeadFate>,
    ) -> Result<BTreeSet<DeadId>, Error> {
        dead::settle(&self.broker, fates).await
    }

    fn health(&self) -> Health {
        match self.broker.publisher.health() {
            Health::Up => self.broker.consuming.health(),
            worse => worse,
        }
    }
}

impl Broker {
    /// How long a question to the broker may take.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// Publishes a job.
    pub(super) async fn publish(
        &self,
        lane: Lane,
        body: &[u8],
        delay: Option<Duration>,
    ) -> Result<(), Error> {
        let queue = match delay {
            Some(wish) => self.topology.rung(lane, Rung::for_wait(wish)),
            None => self.topology.lane(lane),
        };
        self.publisher.publish(&queue, &marked(lane, Uuid::new_v4()), body).await
    }

    /// How many messages of these queues are ready for delivery, all together.
    async fn count(&self, queues: &[String]) -> Result<u64, Error> {
        self.bounded("count its messages", async {
            let connection = self.consuming.connection().await?;
            let channel = connection.create_channel().await;
            let channel = channel.map_err(|error| refusal::of_call("open a channel", error))?;
            let mut count = 0;
            for queue in queues {
                count += u64::from(ready(&channel, queue).await?);
            }
            Ok(count)
        })
        .await
    }

    /// Carries out a call that must not take for ever.
    pub(super) async fn bounded<T>(
        &self,
        action: &'static str,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::time::timeout(Self::PATIENCE, call).await.unwrap_or_else(|_| {
            let health = self.consuming.health();
            Err(Error::Unanswered { action, health })
        })
    }
}

/// The properties of a message: kept on disk, with its name and its lane.
pub(super) fn marked(lane: Lane, id: Uuid) -> BasicProperties {
    let seconds = u64::try_from(SystemClock.now().0 / 1000).unwrap_or_default();
    BasicProperties::default()
        .with_delivery_mode(2)
        .with_content_type("application/msgpack".into())
        .with_message_id(id.to_string().into())
        .with_type(lane_name(lane).into())
        .with_timestamp(seconds)
}
