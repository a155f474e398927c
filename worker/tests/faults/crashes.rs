//! Workers that die at the worst moment.

use std::sync::Arc;
use std::time::Duration;

use longhaul_store::folder::Checkpoint;
use longhaul_store::records::{PassKind, PassRecord};
use serde_json::json;

use crate::support::{DESTINATION, Spy, Stall, World, poll};

/// Longer than any lease and any upload of these tests.
const LONG: Duration = Duration::from_secs(120);

/// Another worker takes over once the dead one's lease and its uploads have run out.
async fn take_over(world: &World, pass: &PassRecord) {
    let dead = world.checkpoint().await;
    assert!(dead.lease.is_some(), "a dead worker gives nothing back");
    assert!(!dead.intents.is_empty(), "it died too late for this test");
    world.clock.advance(LONG);
    let ended = world.work_until(pass, Checkpoint::is_over).await;
    assert!(ended.fence > dead.fence);
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_between_upload_and_commit_doubles_nothing() {
    for (profile, items) in [("demo", 60), ("bulk:2000", 60)] {
        let world = World::with(profile, items).await;
        let pass = world.begin(PassKind::Full).await;
        let stalling = Stall::of_commits();
        let store = stalling.over(&world.store);
        let service = world.service_on(&Arc::new(Spy::default()), &store);
        service.publish(&world.message(&pass).await).await;
        stalling.reached().await;
        service.kill().await;

        // Everything stands, and the store knows of nothing.
        assert_eq!(world.copies().await, world.originals().await);
        assert_eq!(world.checkpoint().await.counters.items, 0);
        let uploads = world.counted("items", DESTINATION, Some("UploadItems"));
        take_over(&world, &pass).await;
        let after = world.counted("items", DESTINATION, Some("UploadItems"));
        assert_eq!(after, uploads, "it was uploaded again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_during_an_upload_doubles_and_loses_nothing() {
    let world = World::with("bulk:2000", 60).await;
    world.fault(json!({
        "operation": "UploadItems", "nth": 1, "action": {"kind": "latency", "milliseconds": 500}
    }));
    let pass = world.begin(PassKind::Full).await;
    let service = world.service();
    service.publish(&world.message(&pass).await).await;
    let counted = |counter| world.counted(counter, DESTINATION, Some("UploadItems"));
    poll(async || (counted("calls") == 1).then_some(())).await;
    service.kill().await;
    // Whether it is carried out without its sender is up to the service.
    poll(async || (counted("items") + counted("refused") > 0).then_some(())).await;
    take_over(&world, &pass).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_with_many_batches_under_way_doubles_and_loses_nothing() {
    let world = World::with("bulk:2000", 350).await;
    let pass = world.begin(PassKind::Full).await;
    let service = world.service();
    service.publish(&world.message(&pass).await).await;
    let counted = |counter| world.counted(counter, DESTINATION, Some("UploadItems"));
    poll(async || (counted("calls") >= 2).then_some(())).await;
    service.kill().await;
    poll(async || (counted("items") / 100 + counted("refused") >= counted("calls")).then_some(()))
        .await;
    take_over(&world, &pass).await;
}
