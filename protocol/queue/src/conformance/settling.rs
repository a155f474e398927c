//! Answers: done, parked, or none.

use std::collections::BTreeSet;

use longhaul_core::code::ATTEMPTS_USED_UP;

use super::support::{consume, expect_nothing, next, publish, take, text};
use crate::{Error, Queue};

/// What was acknowledged does not come again, to anybody.
pub async fn an_acknowledged_message_is_gone(queue: &impl Queue) {
    publish(queue, "once").await;
    let mut consumer = consume(queue, 1).await;
    assert_eq!(take(&mut consumer).await, "once");
    drop(consumer);
    let mut consumer = consume(queue, 1).await;
    expect_nothing(&mut consumer, "the message was acknowledged").await;
}

/// A delivery that is dropped without an answer is delivered again.
pub async fn a_dropped_delivery_comes_back(queue: &impl Queue) {
    publish(queue, "again").await;
    let mut consumer = consume(queue, 1).await;
    for _ in 0..3 {
        let delivery = next(&mut consumer).await;
        assert_eq!(text(&delivery.body), "again");
        drop(delivery);
    }
    assert_eq!(take(&mut consumer).await, "again");
    expect_nothing(&mut consumer, "the message was acknowledged").await;
}

/// A consumer's end returns what it was given, even while the deliveries live on; an answer that
/// comes after that is refused.
pub async fn a_consumer_that_is_gone_returns_its_deliveries(queue: &impl Queue) {
    for word in ["one", "two", "three"] {
        publish(queue, word).await;
    }
    let mut gone = consume(queue, 3).await;
    let held = [next(&mut gone).await, next(&mut gone).await, next(&mut gone).await];
    drop(gone);
    let mut consumer = consume(queue, 1).await;
    let words: BTreeSet<_> =
        [take(&mut consumer).await, take(&mut consumer).await, take(&mut consumer).await].into();
    assert_eq!(words, ["one", "two", "three"].map(str::to_owned).into());
    for delivery in held {
        assert!(delivery.ack().await.is_err(), "a returned message was acknowledged");
    }
    expect_nothing(&mut consumer, "every message was taken").await;
}

/// Prefetch bounds what a consumer holds, and each answer frees a place.
pub async fn no_more_than_prefetch_are_unsettled(queue: &impl Queue) {
    for number in 0..4 {
        publish(queue, &number.to_string()).await;
    }
    let mut consumer = consume(queue, 2).await;
    let (first, second) = (next(&mut consumer).await, next(&mut consumer).await);
    expect_nothing(&mut consumer, "two deliveries are unsettled").await;
    first.ack().await.expect("the queue takes the answer");
    let third = next(&mut consumer).await;
    expect_nothing(&mut consumer, "two deliveries are unsettled again").await;
    second.park(ATTEMPTS_USED_UP).await.expect("the queue takes the answer");
    third.ack().await.expect("the queue takes the answer");
    take(&mut consumer).await;
}

/// A consumer that stops takes nothing more: what waits goes to others while it still works on
/// what it was given, and its answers count.
pub async fn a_consumer_that_stops_hands_on_what_waits_and_answers_what_it_has(queue: &impl Queue) {
    for word in ["one", "two", "three", "four"] {
        publish(queue, word).await;
    }
    let mut stopping = consume(queue, 4).await;
    let held = [next(&mut stopping).await, next(&mut stopping).await];
    stopping.stop().await.expect("the queue answers");
    assert!(matches!(stopping.next().await, Err(Error::Closed)), "it goes on");
    publish(queue, "five").await;
    let mut other = consume(queue, 8).await;
    let mut seen: BTreeSet<_> = held.iter().map(|delivery| text(&delivery.body)).collect();
    for _ in 0..3 {
        seen.insert(take(&mut other).await);
    }
    assert_eq!(seen, ["one", "two", "three", "four", "five"].map(str::to_owned).into());
    let [done, dropped] = held;
    done.ack().await.expect("the queue takes the answer");
    let word = text(&dropped.body);
    drop(dropped);
    assert_eq!(take(&mut other).await, word);
    drop(stopping);
    expect_nothing(&mut other, "every message was answered").await;
}
