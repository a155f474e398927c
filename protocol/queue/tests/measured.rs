//! What the metrics say of a queue. A binary of its own: nothing else uses one meanwhile.

use std::sync::Arc;

use bytes::Bytes;
use longhaul_core::code::MESSAGE_UNREADABLE;
use longhaul_queue::{Lane, Options, Queue, open};
use longhaul_telemetry::exposition;

/// The value of a series, by everything before its value.
fn value(series: &str) -> Option<u64> {
    let text = exposition();
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map(|count| count.parse().expect("a number"))
}

fn answers(answer: &str) -> Option<u64> {
    value(&format!("longhaul_queue_answers_total{{answer=\"{answer}\"}}"))
}

#[tokio::test]
async fn messages_are_counted_from_publishing_to_their_answer() {
    let queue: Arc<dyn Queue> = open(&Options::default()).await.expect("opened");
    for _ in 0..3 {
        queue.publish(Lane::Normal, Bytes::from_static(b"job"), None).await.expect("published");
    }
    let confirmed = "longhaul_queue_publish_duration_seconds_count{outcome=\"confirmed\"}";
    assert_eq!(value(confirmed), Some(3));

    let mut consumer = queue.consume(3).await.expect("a consumer");
    consumer.next().await.expect("one").ack().await.expect("acknowledged");
    consumer.next().await.expect("two").park(MESSAGE_UNREADABLE).await.expect("parked");
    drop(consumer.next().await.expect("three"));
    consumer.next().await.expect("three again").ack().await.expect("acknowledged");
    let delivered =
        |again: &str| value(&format!("longhaul_queue_deliveries_total{{redelivered=\"{again}\"}}"));
    assert_eq!((delivered("no"), delivered("yes")), (Some(3), Some(1)));
    assert_eq!(answers("acknowledged"), Some(2));
    assert_eq!((answers("parked"), answers("returned")), (Some(1), Some(1)));

    let state = |state: &str| value(&format!("longhaul_queue_state{{state=\"{state}\"}}"));
    assert_eq!((state("up"), state("blocked"), state("down")), (Some(1), Some(0), Some(0)));
    drop((consumer, queue));
    assert_eq!(state("up"), None, "there is none any more");
}
