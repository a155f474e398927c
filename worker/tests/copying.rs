//! A worker copies a folder between two simulated tenants.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{DESTINATION, Spy, Stall, World, poll};
use longhaul_core::Timestamp;
use longhaul_core::state::PassState;
use longhaul_queue::Queue as _;
use longhaul_store::Store;
use longhaul_store::folder::Checkpoint;
use longhaul_store::records::PassKind;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn every_item_of_the_folder_stands_in_the_destination_once() {
    let world = World::with("demo", 120).await;
    let ended = world.pass(PassKind::Full).await;
    assert!(ended.counters.items > 0, "the inbox is empty");
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_full_pass_copies_nothing() {
    let world = World::with("demo", 80).await;
    let first = world.pass(PassKind::Full).await;
    let second = world.pass(PassKind::Full).await;
    assert_eq!(second.copied_in_pass(), 0);
    assert_eq!(second.counters, first.counters);
    assert_eq!(second.epoch, first.epoch, "it goes on from the sync state");
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pre_stage_and_a_full_pass_copy_everything_exactly_once() {
    let world = World::with("demo", 150).await;
    // In the middle of the generated dates, whatever they are.
    let folder = world.source();
    let inbox = folder.get_folders(&[longhaul_ews::FolderName::Distinguished("inbox")]).await;
    let inbox = inbox.expect("answers").remove(0).expect("an inbox").id;
    let listed = folder.find_items(&inbox, longhaul_ews::Traversal::Shallow, 0, 1000).await;
    let mut dates: Vec<_> =
        listed.expect("answers").items.into_iter().filter_map(|item| item.delivered).collect();
    dates.sort();
    let cutoff: Timestamp = dates[dates.len() / 2];

    let staged = world.pass(PassKind::PreStage { cutoff }).await;
    let all = world.originals().await.len() as u64;
    assert!(staged.counters.items > 0 && staged.counters.items < all, "the cut-off cut nothing");
    let full = world.pass(PassKind::Full).await;
    assert!(full.epoch > staged.epoch, "other bounds begin another epoch");
    assert_eq!(full.counters.items, all);
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_many_slices_is_copied_whole() {
    let mut world = World::with("bulk:2000", 1500).await;
    world.options.slice_bytes = longhaul_core::Bytes(1);
    let ended = world.pass(PassKind::Full).await;
    assert!(ended.slice.0 > 0, "it was done in one slice");
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_listed_during_a_commit_stops_nothing() {
    // Three pages, and a store so slow that each further page comes while a batch is written.
    let world = World::with("bulk:2000", 1100).await;
    let store: Arc<dyn Store> =
        Stall::of_commits_for(Duration::from_millis(150)).over(&world.store);
    let pass = world.begin(PassKind::Full).await;
    let service = world.service_on(&Arc::new(Spy::default()), &store);
    service.publish(&world.message(&pass).await).await;
    world.until(world.folder, Checkpoint::is_over).await;
    service.stop().await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_pass_ends_its_slice_and_goes_on_when_resumed() {
    let mut world = World::with("bulk:2000", 1500).await;
    world.options.slice_bytes = longhaul_core::Bytes(1);
    let mut pass = world.begin(PassKind::Full).await;
    world.work_until(&pass, |checkpoint| checkpoint.slice.0 >= 1).await;
    pass.state = PassState::Paused;
    world.write(&pass).await;
    let paused = world.work_until(&pass, |checkpoint| checkpoint.lease.is_none()).await;
    assert!(!paused.is_over());
    pass.state = PassState::Running;
    world.write(&pass).await;
    world.work_until(&pass, Checkpoint::is_over).await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_delivered_twice_copies_nothing_twice() {
    let mut world = World::with("bulk:2000", 700).await;
    world.options.slice_bytes = longhaul_core::Bytes(1);
    let pass = world.begin(PassKind::Full).await;
    let old = world.message(&pass).await;
    world.work_until(&pass, |checkpoint| checkpoint.slice.0 >= 2).await;
    assert!(!world.checkpoint().await.is_over(), "there is nothing left to do");

    // The old one once more, then the present one twice at once.
    let service = world.service();
    let present = world.message(&pass).await;
    assert!(present.slice > old.slice);
    for message in [&old, &present, &present, &old] {
        service.publish(message).await;
    }
    world.until(world.folder, Checkpoint::is_over).await;
    // Also those that come when everything is done.
    for message in [&old, &present] {
        service.publish(message).await;
    }
    poll(async || (service.queue.depth().await.expect("answers") == 0).then_some(())).await;
    service.stop().await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_message_takes_no_lease_that_runs() {
    // Both in one worker with several slots, and in two workers.
    for (slots, workers) in [(4, 1), (1, 2)] {
        let mut world = World::with("bulk:2000", 60).await;
        world.options.slots = slots;
        world.fault(json!({
            "operation": "ExportItems", "action": {"kind": "latency", "milliseconds": 700}
        }));
        let pass = world.begin(PassKind::Full).await;
        let message = world.message(&pass).await;
        let queue = Arc::new(Spy::default());
        let services: Vec<_> =
            (0..workers).map(|_| world.service_on(&queue, &world.store)).collect();
        for _ in 0..2 {
            services[0].publish(&message).await;
        }
        // The one works; the other is put off and published again, to come later.
        poll(async || (queue.published().len() > 2).then_some(())).await;
        let running = world.checkpoint().await;
        assert!(running.lease.is_some() && !running.is_over(), "too fast for this test");
        assert_eq!(running.fence, message.fence.next());
        let put_off = queue.published().pop().expect("a message");
        assert_eq!(put_off, message, "it counted as a try");

        let ended = world
            .until(world.folder, |checkpoint| {
                assert_eq!(checkpoint.fence, message.fence.next(), "the lease was stolen");
                checkpoint.is_over()
            })
            .await;
        for service in services {
            service.stop().await;
        }
        assert_eq!(ended.slice, message.slice, "it took more than one slice");
        assert_eq!(world.counted("calls", DESTINATION, Some("UploadItems")), 1);
        world.assert_copied().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_worker_gives_its_lease_back() {
    let mut world = World::with("bulk:2000", 1500).await;
    world.options.slice_bytes = longhaul_core::Bytes(1);
    let pass = world.begin(PassKind::Full).await;
    world.work_until(&pass, |checkpoint| checkpoint.counters.items > 0).await;
    let left = world.checkpoint().await;
    assert_eq!(left.lease, None);
    assert!(left.intents.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_batches_were_cut_short_is_not_done() {
    let world = World::with("bulk:2000", 300).await;
    world.fault(json!({
        "operation": "ExportItems", "nth": 2,
        "action": {"kind": "latency", "milliseconds": 5000}
    }));
    let pass = world.begin(PassKind::Full).await;
    // The list is complete, one batch is committed, another is on its way: stop.
    let seen = world.work_until(&pass, |checkpoint| checkpoint.counters.items > 0).await;
    assert!(seen.counters.items < 300, "too fast for this test");
    let left = world.checkpoint().await;
    let standing = world.copies().await.len();
    assert_eq!(left.is_over(), standing == 300, "over with {standing} of 300 items");
    world.work_until(&pass, Checkpoint::is_over).await;
    world.assert_copied().await;
}
