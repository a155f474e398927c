//! Dead letters of the broker's making, and of several processes.

use lapin::options::{BasicGetOptions, BasicRejectOptions};
use longhaul_core::code::{ATTEMPTS_USED_UP, DELIVERED_TOO_OFTEN};
use longhaul_queue::{Lane, Queue as _};

use crate::support::{Direct, connect, eventually, next, options, publish_to, shared_url, text};

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

    assert!(queue.retry_dead(letter.id, letter.body).await.expect("retries"));
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
            let body = letter.body.clone();
            while !one.retry_dead(letter.id, body.clone()).await.expect("answers") {}
        }
    };
    let drop = async {
        for letter in dropped {
            while !other.drop_dead(letter.id).await.expect("answers") {}
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
