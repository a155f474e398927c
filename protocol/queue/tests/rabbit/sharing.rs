//! Several processes on the same queues.

use std::collections::BTreeSet;
use std::time::Duration;

use longhaul_queue::{Lane, Queue as _};
use tokio::time::timeout;

use crate::support::{
    Direct, connect, eventually, next, options, publish, publish_to, shared_url, text,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_jobs() {
    let options = options(shared_url().await);
    let (one, other) = (connect(&options).await, connect(&options).await);
    let (mut first, mut second) =
        (one.consume(4).await.expect("consumes"), other.consume(4).await.expect("consumes"));
    let publishing = async {
        for number in 0..200 {
            publish(if number % 2 == 0 { &one } else { &other }, &number.to_string()).await;
        }
    };
    let consuming = async {
        let mut seen = BTreeSet::new();
        let mut share = [0, 0];
        while seen.len() < 200 {
            let (who, delivery) = tokio::select! {
                delivery = next(&mut first) => (0, delivery),
                delivery = next(&mut second) => (1, delivery),
            };
            assert!(seen.insert(text(&delivery)), "{} came twice", text(&delivery));
            share[who] += 1;
            delivery.ack().await.expect("acknowledged");
        }
        share
    };
    let ((), share) = tokio::join!(publishing, consuming);
    assert!(share.iter().all(|count| *count > 0), "one got nothing: {share:?}");
}

/// An urgent job waits for no more than one slot, whatever the worker has at hand.
#[tokio::test]
async fn an_urgent_job_takes_the_next_slot_that_is_free() {
    let url = shared_url().await;
    let options = options(&url);
    let queue = connect(&options).await;
    let mut busy = queue.consume(1).await.expect("consumes");
    publish(&queue, "long").await;
    let long = next(&mut busy).await;
    publish(&queue, "normal").await;
    publish_to(&queue, Lane::Urgent, "urgent").await;
    let direct = Direct::to(&url).await;
    for lane in ["normal", "urgent"] {
        let waiting = format!("{}.{lane}", options.prefix);
        eventually("that it waits", async || {
            // The normal one stays with the broker: a worker of one slot has none at hand.
            direct.look(&waiting).await.0 == u32::from(lane == "normal")
        })
        .await;
    }
    long.ack().await.expect("acknowledged");
    for (lane, expected) in [(Lane::Urgent, "urgent"), (Lane::Normal, "normal")] {
        let job = next(&mut busy).await;
        assert_eq!((job.lane, text(&job)), (lane, expected.to_owned()));
        job.ack().await.expect("acknowledged");
    }
}

/// Urgent jobs take turns with what is at hand, so that no job waits for ever behind them.
#[tokio::test]
async fn a_normal_job_at_hand_has_its_turn_among_urgent_ones() {
    let url = shared_url().await;
    let options = options(&url);
    let queue = connect(&options).await;
    let mut worker = queue.consume(8).await.expect("consumes");
    publish(&queue, "normal").await;
    let direct = Direct::to(&url).await;
    let normal = format!("{}.normal", options.prefix);
    eventually("it is at hand", async || direct.look(&normal).await.0 == 0).await;
    for number in 0..8 {
        publish_to(&queue, Lane::Urgent, &number.to_string()).await;
    }
    let urgent = format!("{}.urgent", options.prefix);
    eventually("they are at hand", async || direct.look(&urgent).await.0 == 0).await;
    let mut held = Vec::new();
    while held.iter().all(|job: &longhaul_queue::Delivery| job.lane == Lane::Urgent) {
        held.push(next(&mut worker).await);
    }
    assert_eq!(held.len(), 4, "three urgent ones before it");
}

/// A quorum queue sends the next job only when it has written the last answer: a slot would wait
/// for that if the worker had no job at hand.
#[tokio::test]
async fn a_busy_worker_has_a_job_at_hand_for_each_eight_slots() {
    let url = shared_url().await;
    let options = options(&url);
    let queue = connect(&options).await;
    for number in 0..20 {
        publish(&queue, &number.to_string()).await;
    }
    let mut busy = queue.consume(16).await.expect("consumes");
    let mut held = Vec::new();
    for _ in 0..16 {
        held.push(next(&mut busy).await);
    }
    let direct = Direct::to(&url).await;
    let normal = format!("{}.normal", options.prefix);
    eventually("two more at the worker", async || direct.look(&normal).await.0 == 2).await;
    let more = timeout(Duration::from_millis(200), busy.next()).await;
    assert!(more.is_err(), "more than {} are given out", held.len());
}
