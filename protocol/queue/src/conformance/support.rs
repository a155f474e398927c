//! Waiting with a bound, and short ways to say things.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use crate::{Consumer, Delivery, Lane, Queue};

/// How long a delivery may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing has to come for there to be nothing.
const QUIET: Duration = Duration::from_millis(500);

pub(super) async fn publish(queue: &impl Queue, text: &str) {
    publish_to(queue, Lane::Normal, text, None).await;
}

pub(super) async fn publish_to(
    queue: &impl Queue,
    lane: Lane,
    text: &str,
    delay: Option<Duration>,
) {
    let body = Bytes::copy_from_slice(text.as_bytes());
    queue.publish(lane, body, delay).await.expect("the queue takes a message");
}

pub(super) async fn consume(queue: &impl Queue, prefetch: u16) -> Box<dyn Consumer> {
    queue.consume(prefetch).await.expect("the queue can be consumed")
}

/// The next delivery, which has to come.
pub(super) async fn next(consumer: &mut Box<dyn Consumer>) -> Delivery {
    timeout(PATIENCE, consumer.next())
        .await
        .expect("a delivery comes in time")
        .expect("the consumer goes on")
}

/// The next delivery's text; the message is then done with.
pub(super) async fn take(consumer: &mut Box<dyn Consumer>) -> String {
    settle(next(consumer).await).await
}

/// Acknowledges a delivery and returns its text.
pub(super) async fn settle(delivery: Delivery) -> String {
    let text = text(&delivery.body);
    delivery.ack().await.expect("the queue takes the answer");
    text
}

/// Nothing is delivered for a while.
pub(super) async fn expect_nothing(consumer: &mut Box<dyn Consumer>, why: &str) {
    if let Ok(delivery) = timeout(QUIET, consumer.next()).await {
        panic!("{why}, but this came: {delivery:?}");
    }
}

/// Looks until `condition` holds.
pub(super) async fn eventually<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let looking = async {
        let mut pause = tokio::time::interval(Duration::from_millis(50));
        while !condition().await {
            pause.tick().await;
        }
    };
    assert!(timeout(PATIENCE, looking).await.is_ok(), "{what} did not come about");
}

pub(super) fn text(body: &Bytes) -> String {
    String::from_utf8(body.to_vec()).expect("the suite's messages are text")
}
