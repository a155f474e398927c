//! Dead letters of the broker's making, and of several processes.

use std::collections::BTreeMap;

use lapin::BasicProperties;
use lapin::options::{BasicGetOptions, BasicPublishOptions, BasicRejectOptions};
use longhaul_core::code::{ATTEMPTS_USED_UP, DELIVERED_TOO_OFTEN};
use longhaul_nodes::Direction;
use longhaul_queue::{DeadFate, Lane, Queue as _};

use crate::support::{
    Direct, connect, eventually, next, options, proxied, publish_to, shared_url, text,
};

/// What brings its workers down again and again ends among the dead letters, and can be retried.
#[tokio::test]
async fn a_message_delivered_too_often_is_set_aside_with_the_reason() {
    let url = shared_url().await;
    let options = options(&url);
    let queue = connect(&options).await;
    publish_to(&queue, Lane::Urgent, "poison").await;
    let direct = Direct::to(&url).await;
    let name = format!("{}.urgent", options.prefix);
    let mut deliveries = 0;
    eventually("the end of its deliveries", async || {
        let got = direct.channel.basic_get(name.clone().into(), BasicGetOptions::default()).await;
        if let Some(message) = got.expect("the queue answers") {
            deliveries += 1;
            assert!(deliveries < 50, "it is delivered for ever");
            let requeue = BasicRejectOptions { requeue: true };
            message.acker.reject(requeue).await.expect("rejects");
        }
        queue.dead(1).await.expect("lists").len() == 1
    })
    .await;
    assert!(deliveries > 10, "a few restarts are no reason");
    let letter = queue.dead(1).await.expect("lists").remove(0);
    assert_eq!((letter.reason, letter.lane), (DELIVERED_TOO_OFTEN, Lane::Urgent));
    assert_eq!(&letter.body[..], b"poison");
    assert!(letter.since.is_some());

    let fate = [(letter.id, DeadFate::Retry(letter.body))].into();
    assert_eq!(queue.settle_dead(fate).await.expect("retries"), [letter.id].into());
    let mut consumer = queue.consume(1).await.expect("consumes");
    let delivery = next(&mut consumer).await;
    assert_eq!((text(&delivery), delivery.lane), ("poison".to_owned(), Lane::Urgent));
    delivery.ack().await.expect("acknowledged");
    assert_eq!(queue.dead(1).await.expect("lists"), []);
}

/// Looking is free: RabbitMQ 4 drops what was handed back 20 times, unless told otherwise.
#[tokio::test]
async fn looking_many_times_loses_no_letter() {
    let queue = connect(&options(shared_url().await)).await;
    let mut consumer = queue.consume(1).await.expect("consumes");
    for word in ["one", "two", "three"] {
        publish_to(&queue, Lane::Normal, word).await;
        next(&mut consumer).await.park(ATTEMPTS_USED_UP).await.expect("parks");
    }
    let letters = queue.dead(10).await.expect("lists");
    for _ in 0..60 {
        assert_eq!(queue.dead(10).await.expect("lists"), letters);
    }
}

/// Two processes look and act at once: every letter is retried or dropped by exactly one answer.
#[tokio::test]
async fn two_processes_act_on_the_letters_at_once() {
    let options = options(shared_url().await);
    let (one, other) = (connect(&options).await, connect(&options).await);
    let mut consumer = one.consume(1).await.expect("consumes");
    for number in 0..10 {
        publish_to(&one, Lane::Normal, &number.to_string()).await;
        next(&mut consumer).await.park(ATTEMPTS_USED_UP).await.expect("parks");
    }
    let letters = one.dead(100).await.expect("lists");
    assert_eq!(letters.len(), 10);
    let (retried, dropped) = letters.split_at(5);
    let retry = async {
        for letter in retried {
            let fate = BTreeMap::from([(letter.id, DeadFate::Retry(letter.body.clone()))]);
            while one.settle_dead(fate.clone()).await.expect("answers").is_empty() {}
        }
    };
    let drop = async {
        for letter in dropped {
            let fate = BTreeMap::from([(letter.id, DeadFate::Drop)]);
            while other.settle_dead(fate.clone()).await.expect("answers").is_empty() {}
        }
    };
    tokio::join!(retry, drop);
    eventually("no letters", async || other.dead(100).await.expect("lists").is_empty()).await;
    let mut back = Vec::new();
    for _ in retried {
        let delivery = next(&mut consumer).await;
        back.push(delivery.body.clone());
        delivery.ack().await.expect("acknowledged");
    }
    back.sort();
    let mut expected: Vec<_> = retried.iter().map(|letter| letter.body.clone()).collect();
    expected.sort();
    assert_eq!(back, expected);
}

/// The letters are fetched once for all that are to be settled: a look for each would take the
/// square of their number.
#[tokio::test]
async fn settling_many_letters_costs_a_few_looks_at_them() {
    const LETTERS: usize = 200;
    let url = shared_url().await;
    let (proxy, through) = proxied(&url).await;
    let options = options(through);
    let queue = connect(&options).await;
    let direct = Direct::to(&url).await;
    for number in 0..LETTERS {
        let (name, body) = (format!("{}.dead", options.prefix), number.to_string());
        let publish = BasicPublishOptions::default();
        let plain = BasicProperties::default();
        let sent =
            direct.channel.basic_publish("".into(), name.into(), publish, body.as_bytes(), plain);
        sent.await.expect("published");
    }
    eventually("all letters", async || queue.dead_count().await.expect("counts") == LETTERS as u64)
        .await;
    let begun = proxy.passed(Direction::ToServer);
    let letters = queue.dead(LETTERS).await.expect("lists");
    let look = proxy.passed(Direction::ToServer) - begun;
    let fates: BTreeMap<_, _> = letters.iter().map(|letter| (letter.id, DeadFate::Drop)).collect();
    assert_eq!(queue.settle_dead(fates).await.expect("settles").len(), LETTERS);
    let settling = proxy.passed(Direction::ToServer) - begun - look;
    println!("a look sends {look} bytes, settling {LETTERS} letters {settling}");
    assert!(settling < 5 * look, "{settling} bytes, where a look takes {look}");
    assert_eq!(queue.dead(1).await.expect("lists"), []);
}
