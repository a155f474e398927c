//! What the embedded queue promises beyond the suite: its end, and many threads.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use longhaul_core::code::QUEUE_FAILED;
use longhaul_queue::{Embedded, Error, Lane, Queue as _};
use tokio::task::JoinSet;

#[tokio::test(start_paused = true)]
async fn a_closed_queue_takes_and_gives_nothing_more() {
    let queue = Embedded::new();
    queue.publish(Lane::Normal, Bytes::from("held"), None).await.expect("publishes");
    queue.publish(Lane::Normal, Bytes::from("left"), None).await.expect("publishes");
    let mut consumer = queue.consume(5).await.expect("consumes");
    let held = consumer.next().await.expect("a delivery");
    queue.close();
    assert!(matches!(consumer.next().await, Err(Error::Closed)));
    let late = queue.publish(Lane::Normal, Bytes::from("late"), None).await;
    assert_eq!(late.expect_err("refused").code(), QUEUE_FAILED);
    assert!(queue.consume(1).await.is_err());
    held.ack().await.expect("what was delivered before can be answered");
}

#[tokio::test(start_paused = true)]
async fn closing_wakes_a_waiting_consumer() {
    let queue = Embedded::new();
    let mut consumer = queue.consume(1).await.expect("consumes");
    let waiting = tokio::spawn(async move { consumer.next().await.map(drop) });
    tokio::task::yield_now().await;
    queue.close();
    assert!(matches!(waiting.await, Ok(Err(Error::Closed))));
}

/// Publishers, consumers that fail every third delivery and consumers that end with deliveries in
/// hand, on several threads: every message is answered for once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_message_is_lost_or_answered_twice_on_many_threads() {
    const MESSAGES: usize = 4_000;
    let queue = Embedded::new();
    let mut publishers = JoinSet::new();
    for part in 0..4 {
        let queue = queue.clone();
        publishers.spawn(async move {
            for number in (part..MESSAGES).step_by(4) {
                let lane = if number % 7 == 0 { Lane::Urgent } else { Lane::Normal };
                let body = Bytes::from(number.to_string());
                queue.publish(lane, body, None).await.expect("publishes");
            }
        });
    }
    let (done, mut answered) = tokio::sync::mpsc::unbounded_channel();
    let mut consumers = JoinSet::new();
    for _ in 0..4 {
        let (queue, done) = (queue.clone(), done.clone());
        consumers.spawn(async move {
            while let Ok(mut consumer) = queue.consume(3).await {
                for round in 0..50 {
                    let Ok(delivery) = consumer.next().await else {
                        return;
                    };
                    if round % 3 == 0 {
                        continue;
                    }
                    let body = delivery.body.clone();
                    delivery.ack().await.expect("acknowledges");
                    done.send(body).expect("the test listens");
                }
                let _in_hand = consumer.next().await;
                drop(consumer);
            }
        });
    }
    let mut seen = BTreeSet::new();
    while seen.len() < MESSAGES {
        let next = tokio::time::timeout(Duration::from_secs(30), answered.recv()).await;
        let body = next.expect("goes on").expect("consumers live");
        assert!(seen.insert(body.clone()), "{body:?} was acknowledged twice");
    }
    while publishers.join_next().await.is_some() {}
    assert_eq!(queue.depth().await.expect("answers"), 0);
    queue.close();
    while let Some(ended) = consumers.join_next().await {
        ended.expect("no consumer panicked");
    }
    assert!(answered.try_recv().is_err(), "a message was acknowledged twice");
}
