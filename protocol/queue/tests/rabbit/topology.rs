//! Queues that are there already, otherwise, or no longer.

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use longhaul_core::code::QUEUE_CONFLICT;
use longhaul_queue::{Lane, Queue as _, Rabbit};

use crate::support::{
    Direct, connect, eventually, next, options, publish, publish_to, shared_url, text,
};

#[tokio::test]
async fn a_queue_with_other_arguments_is_named_and_left_alone() {
    let url = shared_url().await;
    let options = options(&url);
    let direct = Direct::to(&url).await;
    let name = format!("{}.normal", options.prefix);
    direct
        .channel
        .queue_declare(name.clone().into(), QueueDeclareOptions::durable(), FieldTable::default())
        .await
        .expect("a classic queue");
    let error = Rabbit::connect(&options).await.expect_err("in the way");
    assert_eq!(error.code(), QUEUE_CONFLICT);
    assert!(error.to_string().contains(&name), "{error}");
    assert_eq!(direct.look(&name).await, (0, 0));
}

#[tokio::test]
async fn connecting_again_keeps_what_is_in_the_queues() {
    let options = options(shared_url().await);
    let first = connect(&options).await;
    publish(&first, "kept").await;
    drop(first);
    let again = connect(&options).await;
    let mut consumer = again.consume(1).await.expect("consumes");
    assert_eq!(text(&next(&mut consumer).await), "kept");
}

/// A message for a queue that is gone is returned by the broker; it is not lost.
#[tokio::test]
async fn a_message_for_a_deleted_queue_is_published_to_a_new_one() {
    let url = shared_url().await;
    let options = options(&url);
    let queue = connect(&options).await;
    publish(&queue, "lost with the queue").await;
    let direct = Direct::to(&url).await;
    direct.delete(&format!("{}.normal", options.prefix)).await;
    publish(&queue, "kept").await;
    let mut consumer = queue.consume(1).await.expect("consumes");
    assert_eq!(text(&next(&mut consumer).await), "kept");
}

/// The broker cancels the subscription; the consumer declares the queue and subscribes again.
#[tokio::test]
async fn a_consumer_whose_queue_is_deleted_subscribes_to_a_new_one() {
    let url = shared_url().await;
    let options = options(&url);
    let queue = connect(&options).await;
    let mut consumer = queue.consume(2).await.expect("consumes");
    let direct = Direct::to(&url).await;
    for (lane, name) in [(Lane::Normal, "normal"), (Lane::Urgent, "urgent")] {
        publish_to(&queue, lane, "held").await;
        let held = next(&mut consumer).await;
        let name = format!("{}.{name}", options.prefix);
        direct.delete(&name).await;
        // Not before: RabbitMQ 3.10 can take the old subscription for one of a queue that is made
        // again at once, and drops its first messages as delivered before.
        let after = async {
            eventually("a new queue", async || Direct::to(&url).await.exists(&name).await).await;
            publish_to(&queue, lane, "after").await;
        };
        let (delivery, ()) = tokio::join!(next(&mut consumer), after);
        assert_eq!((text(&delivery), delivery.lane), ("after".to_owned(), lane));
        delivery.ack().await.expect("acknowledged");
        assert!(held.ack().await.is_err(), "a delivery of a deleted queue was acknowledged");
    }
}
