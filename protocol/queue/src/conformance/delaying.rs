//! Delays: never shorter than wished.

use std::time::Duration;

use tokio::time::Instant;

use super::support::{consume, publish, publish_to, take};
use crate::{Lane, Queue, Rung};

/// A delayed message comes after its delay, rounded up to a rung, and keeps its lane.
pub async fn a_delayed_message_is_never_early(queue: &impl Queue) {
    let mut consumer = consume(queue, 1).await;
    for wish in [Duration::from_millis(300), Duration::from_millis(1_400)] {
        let from = Instant::now();
        publish_to(queue, Lane::Urgent, "late", Some(wish)).await;
        publish(queue, "now").await;
        assert_eq!(take(&mut consumer).await, "now");
        assert_eq!(take(&mut consumer).await, "late");
        let waited = from.elapsed();
        assert!(waited >= Rung::for_wait(wish).wait(), "it was held back for {waited:?} only");
    }
}

/// Delays of different length do not wait for each other.
pub async fn a_long_delay_does_not_hold_up_a_short_one(queue: &impl Queue) {
    let from = Instant::now();
    publish_to(queue, Lane::Normal, "long", Some(Duration::from_secs(5))).await;
    publish_to(queue, Lane::Normal, "short", Some(Duration::from_secs(1))).await;
    let mut consumer = consume(queue, 1).await;
    assert_eq!(take(&mut consumer).await, "short");
    assert!(from.elapsed() < Duration::from_secs(5), "the short one waited for the long one");
    assert_eq!(take(&mut consumer).await, "long");
    assert!(from.elapsed() >= Duration::from_secs(5), "the long one was early");
}
