//! Brokers that restart, run out of memory, or lose patience.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use longhaul_nodes::{Rabbit as Node, RabbitOptions};
use longhaul_queue::{Health, Lane, Queue as _};
use tokio::time::timeout;

use crate::support::{blocking, connect, eventually, next, options, publish, text};

/// Killed in the middle of the work, the broker comes back with everything it confirmed;
/// publishers and consumers go on by themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_of_the_broker_loses_nothing_confirmed() {
    const MESSAGES: usize = 400;
    let node = blocking(|| Node::of_its_own("a restart")).await.expect("a node");
    let Some(node) = node.map(Arc::new) else { return };
    let queue = connect(&options(node.url())).await;
    let mut consumer = queue.consume(4).await.expect("consumes");
    let publisher = queue.clone();
    let publishing = tokio::spawn(async move {
        for number in 0..MESSAGES {
            let body = Bytes::from(number.to_string());
            while publisher.publish(Lane::Normal, body.clone(), None).await.is_err() {}
        }
    });
    let mut seen = BTreeSet::new();
    while seen.len() < 50 {
        let delivery = next(&mut consumer).await;
        seen.insert(text(&delivery));
        delivery.ack().await.expect("acknowledged");
    }
    let (restarting, restarted) = (Arc::clone(&node), queue.clone());
    let restart = tokio::spawn(async move {
        blocking(move || restarting.restart()).await.expect("restarts");
    });
    let mut down = false;
    while seen.len() < MESSAGES {
        let delivery = next(&mut consumer).await;
        seen.insert(text(&delivery));
        // An answer on the old channel may be lost; then the message comes again.
        let _lost = delivery.ack().await;
        down |= matches!(restarted.health(), Health::Down { .. });
    }
    restart.await.expect("no panic");
    publishing.await.expect("no panic");
    eventually("health", async || queue.health() == Health::Up).await;
    println!("seen to be down: {down}");
}

/// A memory alarm stops publishing, and nothing else; publishing goes on when it is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_alarm_blocks_publishing_only() {
    let node = blocking(|| Node::of_its_own("a memory alarm")).await.expect("a node");
    let Some(node) = node.map(Arc::new) else { return };
    let queue = connect(&options(node.url())).await;
    for number in 0..4 {
        publish(&queue, &number.to_string()).await;
    }
    let mut consumer = queue.consume(1).await.expect("consumes");
    let alarmed = Arc::clone(&node);
    blocking(move || alarmed.memory_alarm(true)).await.expect("an alarm");
    // The broker blocks a connection when it publishes.
    let publisher = queue.clone();
    let publishing =
        tokio::spawn(
            async move { publisher.publish(Lane::Normal, Bytes::from("late"), None).await },
        );
    eventually("the notice", async || matches!(queue.health(), Health::Blocked { .. })).await;
    for _ in 0..4 {
        next(&mut consumer).await.ack().await.expect("acknowledged while blocked");
    }
    let more = timeout(Duration::from_millis(500), consumer.next()).await;
    assert!(more.is_err(), "a message came through the alarm");
    assert!(!publishing.is_finished(), "publishing did not wait");
    let relieved = Arc::clone(&node);
    blocking(move || relieved.memory_alarm(false)).await.expect("no alarm");
    publishing.await.expect("no panic").expect("published in the end");
    assert_eq!(text(&next(&mut consumer).await), "late");
    eventually("health", async || queue.health() == Health::Up).await;
}

/// A delivery held longer than the broker allows comes again, and the consumer goes on.
#[tokio::test]
async fn a_consumer_that_takes_too_long_subscribes_again() {
    let setup = RabbitOptions {
        consumer_timeout: Some(Duration::from_secs(2)),
        ..RabbitOptions::default()
    };
    let node = blocking(|| Node::of_its_own_with("a consumer time-out", setup)).await;
    let Some(node) = node.expect("a node") else { return };
    let queue = connect(&options(node.url())).await;
    let mut consumer = queue.consume(2).await.expect("consumes");
    publish(&queue, "slow").await;
    let held = next(&mut consumer).await;
    let again = next(&mut consumer).await;
    assert_eq!((text(&held), text(&again)), ("slow".to_owned(), "slow".to_owned()));
    assert!(held.ack().await.is_err(), "a returned message was acknowledged");
    again.ack().await.expect("acknowledged");
    publish(&queue, "next").await;
    assert_eq!(text(&next(&mut consumer).await), "next");
}
