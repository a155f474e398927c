//! A worker copies a folder between two simulated tenants.

mod support;

use std::time::Duration;

use longhaul_core::Timestamp;
use longhaul_core::state::PassState;
use longhaul_store::folder::{Checkpoint, Outcome};
use longhaul_store::records::PassKind;
use support::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_item_of_the_folder_stands_in_the_destination_once() {
    let world = World::with("demo", 120).await;
    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done));
    assert!(ended.counters.items > 0, "the inbox is empty");
    assert_eq!(world.copies().await, world.originals().await);
    assert_eq!(ended.counters.failed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_full_pass_copies_nothing() {
    let world = World::with("demo", 80).await;
    let first = world.pass(PassKind::Full).await;
    let second = world.pass(PassKind::Full).await;
    assert_eq!(second.copied_in_pass(), 0);
    assert_eq!(second.counters, first.counters);
    assert_eq!(second.epoch, first.epoch, "it goes on from the sync state");
    assert_eq!(world.copies().await.len() as u64, first.counters.items);
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
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_many_slices_is_copied_whole() {
    let mut world = World::with("bulk:2000", 1500).await;
    world.options.slice_bytes = longhaul_core::Bytes(1);
    let ended = world.pass(PassKind::Full).await;
    assert!(ended.slice.0 > 0, "it was done in one slice");
    assert_eq!(world.copies().await, world.originals().await);
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
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_delivered_twice_copies_nothing_twice() {
    let world = World::with("demo", 60).await;
    let pass = world.begin(PassKind::Full).await;
    let again = world.message(&pass).await;
    world.work_until(&pass, Checkpoint::is_over).await;
    // `work_until` publishes the message of the present slice; the old one is older than that.
    assert!(world.message(&pass).await.fence > again.fence);
    world.work_until(&pass, Checkpoint::is_over).await;
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_worker_gives_its_lease_back() {
    let mut world = World::with("bulk:2000", 1500).await;
    world.options.slice_bytes = longhaul_core::Bytes(1);
    world.options.grace = Duration::from_secs(20);
    let pass = world.begin(PassKind::Full).await;
    world.work_until(&pass, |checkpoint| checkpoint.counters.items > 0).await;
    let left = world.checkpoint().await;
    assert_eq!(left.lease, None);
    assert!(left.intents.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_batches_were_cut_short_is_not_done() {
    let world = World::with("bulk:2000", 300).await;
    world.fault(serde_json::json!({
        "operation": "ExportItems", "action": {"kind": "latency", "milliseconds": 100}
    }));
    let pass = world.begin(PassKind::Full).await;
    // The list is complete, one batch is committed, the others are on their way: stop.
    let seen = world.work_until(&pass, |checkpoint| checkpoint.counters.items > 0).await;
    assert!(seen.counters.items < 300, "too fast for this test");
    let left = world.checkpoint().await;
    let standing = world.copies().await.len();
    assert_eq!(left.is_over(), standing == 300, "over with {standing} of 300 items");
    world.work_until(&pass, Checkpoint::is_over).await;
    assert_eq!(world.copies().await, world.originals().await);
}
