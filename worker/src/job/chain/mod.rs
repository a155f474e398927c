//! The chain of messages of a folder, on a real broker and a real store: it never forks and never
//! ends before the folder does (design section 3), whatever is delivered, and when.

mod fleet;
mod tripwire;

use longhaul_core::SliceNo;
use longhaul_core::code::STORE_BEHIND;
use longhaul_store::folder::Outcome;

use self::fleet::Fleet;
use self::tripwire::Tripwire;

/// Moments of the first job of a folder: before and after each call to store and broker.
async fn moments() -> usize {
    let fleet = Fleet::new(false).await;
    let folder = fleet.begin("inbox", None).await;
    let wire = Tripwire::none();
    let counted = fleet.begin("counted", Some(std::sync::Arc::clone(&wire))).await;
    assert_ne!(folder, counted);
    fleet.publish(&fleet.message(counted).await).await;
    let mut consumer = fleet.queue.consume(1).await.expect("consumes");
    fleet.handle(consumer.next().await.expect("delivers")).await;
    wire.passed()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_before_or_after_any_call_leaves_no_fork_and_no_gap() {
    let moments = moments().await;
    assert!(moments > 16, "a job of {moments} moments is none");
    let fleet = Fleet::new(false).await;
    let mut wires = Vec::new();
    for moment in 0..moments {
        let wire = Tripwire::at(moment);
        wires.push(std::sync::Arc::clone(&wire));
        let folder = fleet.begin(&format!("dies at {moment}"), Some(wire)).await;
        fleet.publish(&fleet.message(folder).await).await;
    }
    let _workers = fleet.workers(3).await;
    fleet.end().await;
    assert!(wires.iter().all(|wire| wire.was_met()), "a worker did not die");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_three_times_and_late_do_no_work_twice() {
    let fleet = Fleet::new(true).await;
    for name in ["one", "two", "three", "four"] {
        let folder = fleet.begin(name, None).await;
        let first = fleet.message(folder).await;
        for _ in 0..3 {
            fleet.publish(&first).await;
        }
    }
    let _workers = fleet.workers(3).await;
    fleet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_an_earlier_slice_changes_nothing_and_ends() {
    let fleet = Fleet::new(false).await;
    let folder = fleet.begin("inbox", None).await;
    let first = fleet.message(folder).await;
    fleet.publish(&first).await;
    let mut consumer = fleet.queue.consume(1).await.expect("consumes");
    for _ in 0..3 {
        fleet.handle(consumer.next().await.expect("delivers")).await;
    }
    let (before, uploads) = (fleet.checkpoint(folder).await, fleet.uploads(folder));
    assert_eq!(before.slice, SliceNo(3));
    // The present one first, so that the old one overtakes nothing.
    let present = consumer.next().await.expect("delivers");
    fleet.publish(&first).await;
    let mut other = fleet.queue.consume(1).await.expect("consumes");
    fleet.handle(other.next().await.expect("delivers")).await;
    assert_eq!((fleet.checkpoint(folder).await, fleet.uploads(folder)), (before, uploads));
    assert_eq!(fleet.queue.depth().await.expect("answers"), 0, "it left a message behind");
    drop(other);
    fleet.handle(present).await;
    drop(consumer);
    let _workers = fleet.workers(2).await;
    fleet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_from_after_the_stores_time_does_no_work() {
    let fleet = Fleet::new(false).await;
    let folder = fleet.begin("inbox", None).await;
    let mut ahead = fleet.message(folder).await;
    ahead.slice = ahead.slice.next();
    fleet.publish(&ahead).await;
    let mut consumer = fleet.queue.consume(1).await.expect("consumes");
    fleet.handle(consumer.next().await.expect("delivers")).await;
    let ended = fleet.checkpoint(folder).await;
    let behind = |outcome: &Outcome| matches!(outcome, Outcome::Parked { code, .. } if *code == STORE_BEHIND);
    assert!(ended.outcome.as_ref().is_some_and(behind), "{ended:#?}");
    assert!(fleet.uploads(folder).is_empty());
    assert_eq!(fleet.queue.depth().await.expect("answers"), 0);
}
