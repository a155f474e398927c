//! Whole requests that are refused.

use futures::future::join_all;
use longhaul_core::code;
use longhaul_store::folder::Outcome;
use longhaul_store::records::PassKind;
use serde_json::{Value, json};

use crate::support::{DESTINATION, SOURCE, World};

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
    world.assert_ledger_is_true().await;
    world.simulator.clear_faults();
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
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
    world.assert_copied().await;
}

/// Uploads are refused as malformed by `rule`; what comes of it, and that the next pass heals it.
async fn only_items_fail(rule: Value, items: u64) -> u64 {
    let world = World::with("bulk:2000", items).await;
    let refused = world.fault(rule.clone());
    let ended = world.pass(PassKind::Full).await;
    assert!(world.happened(refused).await > 0);
    assert_eq!(ended.outcome, Some(Outcome::Done), "{rule}");
    let failures = world.failures().await;
    let codes: Vec<_> = failures.iter().map(|failure| failure.code).collect();
    assert!(codes.iter().all(|code| *code == code::REQUEST_REFUSED), "{rule}: {codes:?}");
    assert_eq!(ended.counters.items + failures.len() as u64, items, "{rule}");
    world.assert_ledger_is_true().await;

    world.simulator.clear_faults();
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
    failures.len() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_called_malformed_once_costs_at_most_its_items() {
    let status = json!({"kind": "status", "status": 400});
    let fault = json!({"kind": "fault", "code": "ErrorSchemaValidation"});
    let rule = |action| json!({"operation": "UploadItems", "nth": 1, "action": action});
    join_all([status, fault].map(rule).map(|rule| only_items_fail(rule, 12))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_refuses_streams_gets_large_items_with_their_length() {
    const ITEMS: u64 = 4;
    async fn arrive(settings: Value) {
        let world = World::with("bulk:10500000", ITEMS).await;
        world.set(settings.clone()).await;
        world.pass(PassKind::Full).await;
        world.assert_copied().await;
        // Exported twice each, and a third time only as long as the refusal was not known.
        let exports = world.counted("calls", SOURCE, Some("ExportItems"));
        assert!(
            (2 * ITEMS + 1..=2 * ITEMS + 3).contains(&exports),
            "{settings}: {exports} exports"
        );
        assert_eq!(world.counted("calls", DESTINATION, Some("UploadItems")), ITEMS);
    }
    // 0: the connection is cut.
    let ways = [411, 0].map(|status| json!({"refuse_chunked": status}));
    join_all(ways.map(arrive)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_item_that_is_cut_short_the_second_time_is_never_stored() {
    let world = World::with("bulk:12000000", 1).await;
    world.set(json!({"refuse_chunked": 411})).await;
    // Whole when it is measured, and not when it is to be sent.
    let cut = world.fault(json!({
        "operation": "ExportItems", "nth": 3, "action": {"kind": "truncation_marker"}
    }));
    world.pass(PassKind::Full).await;
    assert_eq!(world.happened(cut).await, 1);
    world.assert_copied().await;
    assert_eq!(world.counted("items", DESTINATION, Some("UploadItems")), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_always_called_malformed_cost_all_items_and_not_the_folder() {
    let rule = json!({
        "operation": "UploadItems", "action": {"kind": "status", "status": 400}
    });
    assert_eq!(only_items_fail(rule, 3).await, 3);
}
