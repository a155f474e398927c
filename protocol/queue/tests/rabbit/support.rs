//! Queues under names of their own, a direct look at the broker, bounded waits.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use longhaul_nodes::Proxy;
use longhaul_queue::{Consumer, Delivery, Lane, Options, Queue, Rabbit};
use tokio::time::timeout;
use url::Url;
use uuid::Uuid;

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// The URL of the broker all tests share.
pub(crate) async fn shared_url() -> String {
    blocking(longhaul_nodes::amqp_url).await
}

/// Runs what blocks, while other tasks go on.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// Options for queues nobody else has.
pub(crate) fn options(url: impl Into<String>) -> Options {
    let prefix = format!("longhaul.test.{}", Uuid::new_v4());
    Options { url: url.into(), prefix, ..Options::default() }
}

pub(crate) async fn connect(options: &Options) -> Rabbit {
    Rabbit::connect(options).await.expect("connects")
}

/// A proxy in front of the broker of `url`, and the URL through it. Heartbeats are short, so that
/// a silent connection is noticed soon.
pub(crate) async fn proxied(url: &str) -> (Proxy, String) {
    let mut url = Url::parse(url).expect("a URL");
    let host = url.host_str().expect("a host");
    let broker = (host.to_owned(), url.port().unwrap_or(5672));
    let broker: SocketAddr =
        tokio::net::lookup_host(broker).await.expect("resolves").next().expect("an address");
    let proxy = Proxy::start(broker).await.expect("starts");
    url.set_host(Some(&proxy.address().ip().to_string())).expect("a host");
    url.set_port(Some(proxy.address().port())).expect("a port");
    url.set_query(Some("heartbeat=2"));
    (proxy, url.into())
}

pub(crate) async fn publish(queue: &impl Queue, text: &str) {
    publish_to(queue, Lane::Normal, text).await;
}

pub(crate) async fn publish_to(queue: &impl Queue, lane: Lane, text: &str) {
    let body = Bytes::copy_from_slice(text.as_bytes());
    queue.publish(lane, body, None).await.expect("the queue takes a message");
}

/// The next delivery, which has to come.
pub(crate) async fn next(consumer: &mut Box<dyn Consumer>) -> Delivery {
    timeout(PATIENCE, consumer.next()).await.expect("in time").expect("the consumer goes on")
}

pub(crate) fn text(delivery: &Delivery) -> String {
    String::from_utf8(delivery.body.to_vec()).expect("text")
}

/// Looks until `condition` holds.
pub(crate) async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let looking = async {
        let mut pause = tokio::time::interval(Duration::from_millis(50));
        while !condition().await {
            pause.tick().await;
        }
    };
    assert!(timeout(PATIENCE, looking).await.is_ok(), "{what} did not come about");
}

/// A connection of the test's own.
pub(crate) struct Direct {
    _connection: Connection,
    pub(crate) channel: Channel,
}

impl Direct {
    pub(crate) async fn to(url: &str) -> Self {
        let properties = ConnectionProperties::default();
        let connection = Connection::connect(url, properties).await.expect("connects");
        let channel = connection.create_channel().await.expect("opens");
        Self { _connection: connection, channel }
    }

    /// Ready messages and consumers of a queue.
    pub(crate) async fn look(&self, queue: &str) -> (u32, u32) {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let queue = self
            .channel
            .queue_declare(queue.into(), passive, FieldTable::default())
            .await
            .expect("the queue is there");
        (queue.message_count(), queue.consumer_count())
    }

    /// Whether there is such a queue; if not, the channel is closed.
    pub(crate) async fn exists(&self, queue: &str) -> bool {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        self.channel.queue_declare(queue.into(), passive, FieldTable::default()).await.is_ok()
    }

    pub(crate) async fn delete(&self, queue: &str) {
        let options = lapin::options::QueueDeleteOptions::default();
        self.channel.queue_delete(queue.into(), options).await.expect("deletes");
    }
}
