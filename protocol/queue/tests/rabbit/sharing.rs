//! Several processes on the same queues.

use std::collections::BTreeSet;
use std::time::Duration;

use longhaul_queue::{Lane, Queue as _};
use tokio::time::{Instant, timeout};

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

/// A worker whose slots are all taken keeps no urgent job from a worker that has a free one, and
/// takes urgent jobs first as soon as it has.
#[tokio::test]
async fn a_busy_worker_holds_no_urgent_jobs() {
    let url = shared_url().await;
    let options = options(&url);
    let queue = connect(&options).await;
    let mut busy = queue.consume(1).await.expect("consumes");
    publish(&queue, "long").await;
    let long = next(&mut busy).await;
    let direct = Direct::to(&url).await;
    let urgent = format!("{}.urgent", options.prefix);
    eventually("the busy one's end", async || direct.look(&urgent).await.1 == 0).await;

    let mut idle = queue.consume(1).await.expect("consumes");
    for number in 0..10 {
        publish_to(&queue, Lane::Urgent, &number.to_string()).await;
    }
    let begun = Instant::now();
    for _ in 0..9 {
        let delivery = next(&mut idle).await;
        assert_eq!(delivery.lane, Lane::Urgent);
        delivery.ack().await.expect("acknowledged");
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "they waited for the busy one");
    drop(idle);
    publish(&queue, "normal").await;
    eventually("the last urgent job", async || direct.look(&urgent).await.0 == 1).await;
    long.ack().await.expect("acknowledged");
    let first = next(&mut busy).await;
    assert_eq!((first.lane, text(&first)), (Lane::Urgent, "9".to_owned()));
    first.ack().await.expect("acknowledged");
    let then = next(&mut busy).await;
    assert_eq!(text(&then), "normal");
    then.ack().await.expect("acknowledged");
    let more = timeout(Duration::from_millis(500), busy.next()).await;
    assert!(more.is_err(), "there is no more");
}
