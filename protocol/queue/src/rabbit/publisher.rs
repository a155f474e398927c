//! Messages to the broker, each answered for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, Connection};
use longhaul_core::Ladder;
use tokio::time::{sleep, timeout};

use super::link::Link;
use super::refusal;
use super::topology::Topology;
use crate::{Error, Health};

/// How long a caller is kept waiting, through lost connections and alarms.
const PATIENCE: Duration = Duration::from_secs(30);

/// Channels kept for the next messages.
const IDLE: usize = 32;

/// Publishes with confirms. A channel carries one message at a time: what the broker returns as
/// undeliverable names no message, only the channel.
#[derive(Debug)]
pub(super) struct Publisher {
    link: Link,
    topology: Topology,
    idle: Mutex<Vec<Channel>>,
}

/// The broker's answer to a message it could route.
enum Answer {
    Taken,
    Refused,
}

impl Publisher {
    pub(super) const fn new(link: Link, topology: Topology) -> Self {
        Self { link, topology, idle: Mutex::new(Vec::new()) }
    }

    pub(super) fn health(&self) -> Health {
        self.link.health()
    }

    /// Returns once the broker answers for the message. A lost connection is waited for and the
    /// message sent again, so it may come twice; likewise one the broker does not take for now.
    ///
    /// # Errors
    ///
    /// [`Error::Unanswered`] if that takes too long, [`Error::Unroutable`] if the queue is gone
    /// and cannot be had again, else the broker's refusal.
    pub(super) async fn publish(
        &self,
        queue: &str,
        properties: &BasicProperties,
        body: &[u8],
    ) -> Result<(), Error> {
        let trying = async {
            let mut ladder = Ladder::of_connections();
            let mut declared = false;
            loop {
                match self.attempt(queue, properties, body).await {
                    Ok(Answer::Taken) => return Ok(()),
                    // For now: a queue that was just made may have no leader yet.
                    Ok(Answer::Refused) => sleep(ladder.next(None)).await,
                    Err(Error::Unroutable { .. }) if !declared => {
                        declared = true;
                        self.declare().await?;
                    }
                    Err(error) if refusal::is_passing(&error) => sleep(ladder.next(None)).await,
                    Err(error) => return Err(error),
                }
            }
        };
        timeout(PATIENCE, trying).await.unwrap_or_else(|_| {
            let health = self.health();
            Err(Error::Unanswered { action: "take a message", health })
        })
    }

    async fn attempt(
        &self,
        queue: &str,
        properties: &BasicProperties,
        body: &[u8],
    ) -> Result<Answer, Error> {
        let failed = |error| refusal::of_call("publish", error);
        let connection = self.link.unblocked().await?;
        let channel = match self.reuse() {
            Some(channel) => channel,
            None => confirming(&connection).await?,
        };
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let confirm = channel
            .basic_publish("".into(), queue.into(), options, body, properties.clone())
            .await
            .map_err(failed)?;
        let answer = match confirm.await.map_err(failed)? {
            Confirmation::Ack(None) => Answer::Taken,
            Confirmation::Nack(None) => Answer::Refused,
            Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)) => {
                return Err(Error::Unroutable { queue: queue.to_owned() });
            }
            Confirmation::NotRequested => {
                let source = "the channel does not confirm".into();
                return Err(Error::Backend { action: "publish", source });
            }
        };
        self.keep(channel);
        Ok(answer)
    }

    /// Makes the queues again that somebody deleted.
    async fn declare(&self) -> Result<(), Error> {
        let connection = self.link.unblocked().await?;
        let channel = connection.create_channel().await;
        let channel = channel.map_err(|error| refusal::of_call("open a channel", error))?;
        self.topology.declare(&channel).await
    }

    fn reuse(&self) -> Option<Channel> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // Those of a lost connection are dropped on the way.
        std::iter::from_fn(|| idle.pop()).find(|channel| channel.status().connected())
    }

    fn keep(&self, channel: Channel) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(channel);
        }
    }
}

async fn confirming(connection: &Arc<Connection>) -> Result<Channel, Error> {
    let failed = |error| refusal::of_call("open a channel", error);
    let channel = connection.create_channel().await.map_err(failed)?;
    channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(failed)?;
    Ok(channel)
}
