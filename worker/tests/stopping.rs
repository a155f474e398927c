//! How a worker stops: in time, and with every folder free for the next one.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{DESTINATION, SOURCE, Spy, World, poll};
use longhaul_core::{FolderKey, OwnerToken};
use longhaul_jobs::{FolderSlice, decode};
use longhaul_store::folder::{Checkpoint, Claim, Seen};
use longhaul_store::records::PassKind;
use serde_json::json;
use tokio::time::Instant;

/// Asks for the folder as another worker does; how long that took.
async fn claim_now(world: &World) -> Duration {
    let left = world.checkpoint().await;
    let seen =
        Seen { pass: left.pass, slice: left.slice, fence: left.fence, ledger_len: left.ledger_len };
    let asked = Instant::now();
    let owner = OwnerToken::generate();
    let claim = world.store.claim(world.folder, owner, Duration::from_secs(60), seen).await;
    let took = asked.elapsed();
    // It may be put off for a while, but nobody holds it.
    match claim.expect("answers") {
        Claim::Granted(held) => world.store.release(&held.lease).await.expect("given back"),
        Claim::NotBefore(_) => assert!(left.not_before.is_some() && left.lease.is_none()),
        other => panic!("{other:?}"),
    }
    took
}

/// A worker is stopped while requests of `operation` to `mailbox` hang; how long that took.
async fn stops_while(world: &World, operation: &str, mailbox: &str) -> Duration {
    world.fault(json!({
        "operation": operation, "mailbox": mailbox,
        "action": {"kind": "latency", "milliseconds": 20_000}
    }));
    let pass = world.begin(PassKind::Full).await;
    let service = world.service();
    service.publish(&world.message(&pass).await).await;
    poll(async || (world.counted("calls", mailbox, Some(operation)) > 0).then_some(())).await;
    let asked = Instant::now();
    service.stop().await;
    asked.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_only_reads_stops_at_once_and_frees_the_folder() {
    for operation in ["GetFolder", "SyncFolderItems", "ExportItems"] {
        let world = World::with("bulk:2000", 30).await;
        let took = stops_while(&world, operation, SOURCE).await;
        assert!(took < world.options.grace / 2, "{operation}: stopped after {took:?}");
        let left = world.checkpoint().await;
        assert_eq!(left.lease, None, "{operation}");
        let claimed = claim_now(&world).await;
        assert!(claimed < Duration::from_secs(2), "{operation}: free after {claimed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_hangs_is_left_in_doubt_and_the_folder_is_free() {
    for (profile, items) in [("bulk:2000", 30), ("bulk:10500000", 1)] {
        let mut world = World::with(profile, items).await;
        world.options.grace = Duration::from_secs(6);
        world.options.upload_time = Duration::from_secs(30);
        let took = stops_while(&world, "UploadItems", DESTINATION).await;
        assert!(took < world.options.grace, "stopped after {took:?}");
        let left = world.checkpoint().await;
        assert_eq!(left.lease, None);
        assert!(!left.intents.is_empty(), "nothing says what was sent");
        assert!(claim_now(&world).await < Duration::from_secs(2));

        // Whether the upload is carried out without its sender is up to the service.
        let counted = |counter| world.counted(counter, DESTINATION, Some("UploadItems"));
        poll(async || (counted("items") + counted("refused") > 0).then_some(())).await;
        world.simulator.clear_faults();
        world.clock.advance(Duration::from_secs(3600));
        let service = world.service();
        service.publish(&world.present_message().await).await;
        world.until(world.folder, Checkpoint::is_over).await;
        service.stop().await;
        world.assert_copied().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_delivered_and_not_begun_goes_back() {
    let mut world = World::with("bulk:2000", 30).await;
    world.options.slots = 1;
    world.fault(json!({
        "operation": "ExportItems", "action": {"kind": "latency", "milliseconds": 3000}
    }));
    let other = world.map("sentitems").await;
    let pass = world.begin(PassKind::Full).await;
    world.begin_in(&pass, other).await;
    let queue = Arc::new(Spy::default());
    let service = world.service_on(&queue, &world.store);
    service.publish(&world.message(&pass).await).await;
    poll(async || (world.counted("calls", SOURCE, Some("ExportItems")) > 0).then_some(())).await;
    // One slot, one folder: the other message waits.
    service.publish(&world.message_in(&pass, other).await).await;
    service.stop().await;
    // It, and the continuation of the folder that was begun.
    let depth = longhaul_queue::Queue::depth(&*queue).await.expect("answers");
    assert_eq!(depth, 2, "{:?}", queue.published());
}

/// A slice that takes its time to end keeps no other job from being done: what the broker had sent
/// to the stopping worker is another's at once.
#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_a_stopping_worker_has_not_begun_are_anothers_at_once() {
    let world = World::with("bulk:2000", 30).await;
    let url = tokio::task::spawn_blocking(longhaul_nodes::amqp_url).await.expect("a node");
    let prefix = format!("longhaul.test.{}", world.folder.mailbox);
    let options = longhaul_queue::Options { url, prefix, ..longhaul_queue::Options::default() };
    let broker = longhaul_queue::open(&options).await.expect("a broker");
    world.fault(json!({
        "operation": "UploadItems", "mailbox": DESTINATION,
        "action": {"kind": "latency", "milliseconds": 20_000}
    }));
    let pass = world.begin(PassKind::Full).await;
    let queue = Arc::new(Spy::on(Arc::clone(&broker)));
    let service = world.service_on(&queue, &world.store);
    service.publish(&world.message(&pass).await).await;
    poll(async || (world.counted("calls", DESTINATION, Some("UploadItems")) > 0).then_some(()))
        .await;
    // Of a folder that nobody knows: its worker waits a while before it hands it back, and at once
    // when it stops.
    let unknown = FolderSlice { folder: FolderKey::of("unknown"), ..world.message(&pass).await };
    service.publish(&unknown).await;
    let waiting = async || broker.depth().await.expect("answers");
    poll(async || (waiting().await == 0).then_some(())).await;

    let asked = Instant::now();
    let stopping = tokio::spawn(service.stop());
    let mut other = broker.consume(1).await.expect("consumes");
    let delivery = tokio::time::timeout(world.options.grace / 4, other.next()).await;
    let delivery = delivery.expect("at once").expect("a delivery");
    println!("another has it {:?} after the stop", asked.elapsed());
    assert_eq!(decode(&delivery.body).expect("a job").folder, unknown.folder);
    assert!(!stopping.is_finished(), "the worker has stopped: this shows nothing");
    stopping.await.expect("no panic");
}
