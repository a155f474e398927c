//! What the service does wrong, and what becomes of the folder.

mod support;

use longhaul_core::code;
use longhaul_store::folder::{Checkpoint, Outcome};
use longhaul_store::records::PassKind;
use serde_json::json;
use support::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_answer_is_lost_is_adopted_not_repeated() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "UploadItems", "nth": 1, "action": {"kind": "reset", "when": "after"}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done));
    assert_eq!(world.copies().await, world.originals().await);
    assert_eq!(ended.counters.items as usize, world.originals().await.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_never_arrived_is_sent_again() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "UploadItems", "nth": 1, "action": {"kind": "reset", "when": "before"}
    }));
    world.pass(PassKind::Full).await;
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn success_without_an_id_is_looked_up_not_believed() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "UploadItems", "nth": 1,
        "action": {"kind": "without_content", "position": 3}
    }));
    world.pass(PassKind::Full).await;
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_cannot_be_stored_costs_only_itself() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "UploadItems",
        "action": {"kind": "item_error", "code": "ErrorMessageSizeExceeded", "position": 0}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done));
    assert!(ended.counters.failed >= 1);
    let originals = world.originals().await.len() as u64;
    assert_eq!(ended.counters.items + ended.counters.failed, originals);
    assert!(world.failures().await.iter().all(|failure| failure.code == code::TOO_LARGE));

    // The next pass tries again, and the failures are gone.
    world.simulator.clear_faults();
    let healed = world.pass(PassKind::Full).await;
    assert_eq!(healed.counters.failed, 0);
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_exports_are_never_uploaded() {
    for action in [
        json!({"kind": "truncation_marker", "position": 2}),
        json!({"kind": "short_blob", "position": 1}),
        json!({"kind": "cut_base64", "position": 0}),
        json!({"kind": "without_content", "position": 1}),
        json!({"kind": "truncation_marker", "whole": true}),
    ] {
        let world = World::with("demo", 60).await;
        world.fault(json!({"operation": "ExportItems", "nth": 1, "action": action}));
        let ended = world.pass(PassKind::Full).await;
        assert_eq!(ended.outcome, Some(Outcome::Done), "{action}");
        assert_eq!(world.copies().await, world.originals().await, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_damaged_every_time_is_recorded_with_its_reason() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "ExportItems", "action": {"kind": "cut_base64", "position": 0}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done));
    let failures = world.failures().await;
    assert!(!failures.is_empty());
    let codes: Vec<_> = failures.iter().map(|failure| failure.code).collect();
    assert!(codes.iter().all(|code| *code == code::BLOB_TRUNCATED), "{codes:?}");
    let originals = world.originals().await.len();
    assert_eq!(world.copies().await.len() + failures.len(), originals);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vanished_item_is_counted_and_is_no_failure() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "ExportItems", "nth": 1, "action": {"kind": "vanished", "position": 4}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!((ended.counters.vanished, ended.counters.failed), (1, 0));
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_delays_and_costs_no_attempt() {
    let world = World::with("demo", 60).await;
    for operation in ["SyncFolderItems", "ExportItems", "UploadItems"] {
        world.fault(json!({
            "operation": operation, "nth": 1,
            "action": {"kind": "fault", "code": "ErrorServerBusy", "back_off_milliseconds": 0}
        }));
    }
    world.fault(json!({
        "operation": "ExportItems", "nth": 3, "action": {"kind": "status", "status": 503, "retry_after": 1}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done));
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_hint_defers_the_folder_until_then() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "ExportItems", "nth": 1,
        "action": {"kind": "fault", "code": "ErrorServerBusy", "back_off_milliseconds": 600_000}
    }));
    let pass = world.begin(PassKind::Full).await;
    let deferred = world.work_until(&pass, |checkpoint| checkpoint.not_before.is_some()).await;
    let wait =
        deferred.not_before.expect("deferred").since(world.store.now().await.expect("clock"));
    assert!(wait.as_secs() > 590, "the hint was shortened to {wait:?}");
    assert_eq!(deferred.lease, None);
    assert!(!deferred.is_over());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_mailbox_stops_its_folder_and_keeps_what_stands() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "UploadItems",
        "action": {"kind": "item_error", "code": "ErrorQuotaExceeded", "position": 5}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert!(
        matches!(&ended.outcome, Some(Outcome::Parked { code, .. }) if *code == code::MAILBOX_FULL)
    );
    assert_eq!(world.copies().await.len() as u64, ended.counters.items);
    world.simulator.clear_faults();
    let healed = world.pass(PassKind::Full).await;
    assert_eq!(healed.outcome, Some(Outcome::Done));
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_sync_state_begins_a_new_epoch_without_a_duplicate() {
    let world = World::with("demo", 60).await;
    let first = world.pass(PassKind::Full).await;
    world.fault(json!({
        "operation": "SyncFolderItems", "nth": 1,
        "action": {"kind": "item_error", "code": "ErrorInvalidSyncStateData"}
    }));
    let second = world.pass(PassKind::Full).await;
    assert!(second.epoch > first.epoch);
    assert_eq!(second.outcome, Some(Outcome::Done));
    assert_eq!(world.copies().await, world.originals().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_between_upload_and_commit_doubles_nothing() {
    let mut world = World::with("demo", 60).await;
    // The upload is carried out and never answered within its time: then the process is gone.
    world.fault(json!({
        "operation": "UploadItems", "nth": 1, "action": {"kind": "reset", "when": "after"}
    }));
    world.options.lease = std::time::Duration::from_secs(3);
    let pass = world.begin(PassKind::Full).await;
    let dead = world.work_until(&pass, |checkpoint| !checkpoint.intents.is_empty()).await;
    assert!(!dead.intents.is_empty());
    world.work_until(&pass, Checkpoint::is_over).await;
    assert_eq!(world.copies().await, world.originals().await);
}
