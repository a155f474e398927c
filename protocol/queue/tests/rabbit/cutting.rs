//! Connections that break at the worst moments.

use bytes::Bytes;
use longhaul_nodes::{Direction, Flow};
use longhaul_queue::{Health, Lane, Queue as _};
use tokio::time::{Duration, timeout};

use crate::support::{
    Direct, connect, eventually, next, options, proxied, publish, shared_url, text,
};

/// The broker has the message and we do not know it: it is published again, and none is lost.
#[tokio::test]
async fn a_cut_between_publication_and_confirm_is_survived() {
    let url = shared_url().await;
    let (proxy, through) = proxied(&url).await;
    let options = options(through);
    let queue = connect(&options).await;
    let direct = Direct::to(&url).await;
    let lane = format!("{}.normal", options.prefix);
    publish(&queue, "warm").await;
    eventually("one message", async || direct.look(&lane).await.0 == 1).await;

    proxy.set(Direction::ToClient, Flow::Held);
    let publishing = queue.publish(Lane::Normal, Bytes::from("doubtful"), None);
    tokio::pin!(publishing);
    let cut = async {
        eventually("the message at the broker", async || direct.look(&lane).await.0 == 2).await;
        proxy.cut();
        proxy.set(Direction::ToClient, Flow::Open);
    };
    tokio::select! {
        early = &mut publishing => panic!("confirmed without a confirm: {early:?}"),
        () = cut => {}
    }
    publishing.await.expect("published after all");
    let ready = direct.look(&lane).await.0;
    assert!((2..=3).contains(&ready), "{ready} messages for two");
}

/// An answer on a lost channel is an error, and the message comes again.
#[tokio::test]
async fn a_cut_between_delivery_and_answer_returns_the_message() {
    let (proxy, through) = proxied(&shared_url().await).await;
    let queue = connect(&options(through)).await;
    let mut consumer = queue.consume(2).await.expect("consumes");
    publish(&queue, "twice").await;
    let first = next(&mut consumer).await;
    proxy.cut();
    let again = next(&mut consumer).await;
    assert_eq!((text(&first), text(&again)), ("twice".to_owned(), "twice".to_owned()));
    assert!(again.redelivered, "it does not say that it was delivered before");
    assert!(first.ack().await.is_err(), "a returned message was acknowledged");
    again.ack().await.expect("acknowledged");
    publish(&queue, "end").await;
    assert_eq!(text(&next(&mut consumer).await), "end");
}

/// A connection that is open and dead is noticed by its heartbeats.
#[tokio::test]
async fn a_half_open_connection_is_noticed_and_replaced() {
    let (proxy, through) = proxied(&shared_url().await).await;
    let queue = connect(&options(through)).await;
    let mut consumer = queue.consume(1).await.expect("consumes");
    proxy.set(Direction::ToClient, Flow::Lost);
    eventually("notice", async || matches!(queue.health(), Health::Down { .. })).await;
    proxy.set(Direction::ToClient, Flow::Open);
    let (delivery, ()) = tokio::join!(next(&mut consumer), publish(&queue, "through"));
    assert_eq!(text(&delivery), "through");
    assert_eq!(queue.health(), Health::Up);
}

/// Nobody is kept waiting for ever.
#[tokio::test]
async fn publishing_without_a_broker_ends_with_an_error_in_time() {
    let (proxy, through) = proxied(&shared_url().await).await;
    let queue = connect(&options(through)).await;
    proxy.refuse(true);
    proxy.cut();
    let publishing = queue.publish(Lane::Normal, Bytes::from("x"), None);
    let error = timeout(Duration::from_secs(45), publishing).await.expect("in time");
    assert_eq!(error.expect_err("no broker").code(), longhaul_core::code::QUEUE_UNANSWERED);
    proxy.refuse(false);
    publish(&queue, "again").await;
}
