//! Delays under load.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};
use longhaul_queue::{Lane, Queue as _};
use tokio::time::{Instant, timeout};

use crate::support::{Direct, PATIENCE, connect, options, shared_url};

const MESSAGES: usize = 10_000;

/// Ten thousand deferred jobs come back, each once, none early; deferred again they do not drag
/// the account of their earlier deferrals along.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_deferred_jobs_return_without_their_history() {
    let url = shared_url().await;
    let options = options(&url);
    let queue = connect(&options).await;
    let defer = async |bodies: Vec<Bytes>| {
        stream::iter(bodies)
            .map(|body| queue.publish(Lane::Normal, body, Some(Duration::from_secs(1))))
            .buffer_unordered(64)
            .try_collect::<()>()
            .await
            .expect("deferred");
    };
    let begun = Instant::now();
    defer((0..MESSAGES).map(|number| Bytes::from(number.to_string())).collect()).await;
    println!("{MESSAGES} deferred in {:?}", begun.elapsed());

    let mut consumer = queue.consume(200).await.expect("consumes");
    for _ in 0..MESSAGES / 200 {
        let mut held = Vec::new();
        while held.len() < 100 {
            let next = timeout(PATIENCE, consumer.next()).await.expect("in time");
            held.push(next.expect("goes on"));
        }
        defer(held.iter().map(|delivery| delivery.body.clone()).collect()).await;
        for delivery in held {
            delivery.ack().await.expect("acknowledged");
        }
    }
    drop(consumer);
    println!("half of them deferred again after {:?}", begun.elapsed());

    let direct = Direct::to(&url).await;
    let qos = BasicQosOptions::default();
    direct.channel.basic_qos(500, qos).await.expect("prefetch");
    let mut raw = direct
        .channel
        .basic_consume(
            format!("{}.normal", options.prefix).into(),
            "".into(),
            BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() },
            FieldTable::default(),
        )
        .await
        .expect("consumes");
    let mut seen = BTreeMap::<Vec<u8>, usize>::new();
    while seen.len() < MESSAGES {
        let next = timeout(PATIENCE, raw.next()).await.expect("in time");
        let message = next.expect("goes on").expect("a message");
        let headers = message.properties.headers().as_ref().expect("the broker's account");
        let Some(AMQPValue::FieldArray(deaths)) = headers.inner().get("x-death") else {
            panic!("no account of the wait: {headers:?}");
        };
        assert_eq!(deaths.as_slice().len(), 1, "it drags its history along: {deaths:?}");
        let AMQPValue::FieldTable(death) = &deaths.as_slice()[0] else { panic!("{deaths:?}") };
        assert_eq!(death.inner().get("count"), Some(&AMQPValue::LongLongInt(1)));
        *seen.entry(message.data).or_default() += 1;
    }
    println!("all back after {:?}", begun.elapsed());
    assert_eq!(queue.dead(1).await.expect("lists"), []);
}
