//! Messages reach consumers: whole, at least once, the urgent ones first.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::support::{
    consume, eventually, expect_nothing, next, publish, publish_to, settle, take, text,
};
use crate::{Lane, Queue};

/// Every byte of a message arrives, and the lane is told.
pub async fn a_published_message_is_delivered_as_it_was(queue: &impl Queue) {
    let bodies = [Bytes::new(), Bytes::from((0..=255).collect::<Vec<u8>>())];
    for (lane, body) in [Lane::Normal, Lane::Urgent].into_iter().zip(&bodies) {
        queue.publish(lane, body.clone(), None).await.expect("the queue takes a message");
        let mut consumer = consume(queue, 1).await;
        let delivery = next(&mut consumer).await;
        assert_eq!((delivery.lane, &delivery.body), (lane, body));
        delivery.ack().await.expect("the queue takes the answer");
    }
}

/// A consumer that waits already gets what is published later.
pub async fn a_waiting_consumer_is_woken(queue: &impl Queue) {
    let mut consumer = consume(queue, 1).await;
    for round in 0..20 {
        let word = round.to_string();
        let (taken, ()) = tokio::join!(take(&mut consumer), async {
            tokio::task::yield_now().await;
            publish(queue, &word).await;
        });
        assert_eq!(taken, word);
    }
}

/// What waits on the urgent lane is delivered before what waits on the other.
pub async fn urgent_messages_go_first(queue: &impl Queue) {
    for word in ["one", "two", "three"] {
        publish(queue, word).await;
    }
    publish_to(queue, Lane::Urgent, "urgent", None).await;
    let mut consumer = consume(queue, 1).await;
    assert_eq!(take(&mut consumer).await, "urgent");
    let rest: BTreeSet<_> =
        [take(&mut consumer).await, take(&mut consumer).await, take(&mut consumer).await].into();
    assert_eq!(rest, ["one", "two", "three"].map(str::to_owned).into());
}

/// A message in one consumer's hands is not given to another.
pub async fn two_consumers_share_the_messages(queue: &impl Queue) {
    let mut one = consume(queue, 1).await;
    let mut other = consume(queue, 1).await;
    for number in 0..40 {
        publish(queue, &number.to_string()).await;
    }
    let mut seen = BTreeSet::new();
    while seen.len() < 40 {
        let word = tokio::select! {
            delivery = next(&mut one) => settle(delivery).await,
            delivery = next(&mut other) => settle(delivery).await,
        };
        assert!(seen.insert(word.clone()), "{word} was delivered to both");
    }
    expect_nothing(&mut one, "every message was taken").await;
    expect_nothing(&mut other, "every message was taken").await;
}

/// A call to `next` that is given up keeps no message.
pub async fn a_cancelled_wait_loses_nothing(queue: &impl Queue) {
    let mut consumer = consume(queue, 4).await;
    let mut seen = BTreeSet::new();
    for number in 0..50 {
        let word = number.to_string();
        let (taken, ()) = tokio::join!(
            timeout(Duration::from_micros(number * 40), consumer.next()),
            publish(queue, &word)
        );
        if let Ok(delivery) = taken {
            let delivery = delivery.expect("the consumer goes on");
            seen.insert(text(&delivery.body));
            delivery.ack().await.expect("the queue takes the answer");
        }
    }
    while seen.len() < 50 {
        seen.insert(take(&mut consumer).await);
    }
    expect_nothing(&mut consumer, "every message was taken").await;
}

/// Depth counts both lanes, and neither delayed nor delivered messages.
pub async fn depth_counts_what_is_ready(queue: &impl Queue) {
    publish(queue, "one").await;
    publish_to(queue, Lane::Urgent, "two", None).await;
    publish_to(queue, Lane::Normal, "late", Some(Duration::from_secs(3600))).await;
    let depth = async || queue.depth().await.expect("the queue answers");
    eventually("a depth of two", async || depth().await == 2).await;
    let mut consumer = consume(queue, 2).await;
    let (_one, _two) = (next(&mut consumer).await, next(&mut consumer).await);
    eventually("a depth of none", async || depth().await == 0).await;
}
