//! Single items that are damaged, refused or gone.

use futures::future::join_all;
use longhaul_core::code;
use longhaul_store::folder::{Checkpoint, Outcome};
use longhaul_store::records::PassKind;
use serde_json::{Value, json};

use crate::support::World;

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
    world.assert_ledger_is_true().await;

    // The next pass tries again, and the failures are gone.
    world.simulator.clear_faults();
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_exports_are_never_uploaded() {
    async fn heals(action: Value) {
        let world = World::with("demo", 60).await;
        let rule = json!({"operation": "ExportItems", "nth": 1, "action": action});
        let damage = world.fault(rule.clone());
        world.pass(PassKind::Full).await;
        assert_eq!(world.happened(damage).await, 1, "{rule}");
        world.assert_copied().await;
    }
    let actions = [
        json!({"kind": "truncation_marker", "position": 2}),
        json!({"kind": "short_blob", "position": 1}),
        json!({"kind": "cut_base64", "position": 0}),
        json!({"kind": "without_content", "position": 1}),
        json!({"kind": "truncation_marker", "whole": true}),
    ];
    join_all(actions.map(heals)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_at_the_wrong_positions_mix_nothing_up() {
    async fn heals(profile: &str, when: Value) {
        let world = World::with(profile, 60).await;
        let mut rule = json!({"operation": "ExportItems", "action": {"kind": "wrong_positions"}});
        rule.as_object_mut().expect("an object").extend(when.as_object().expect("too").clone());
        let swapped = world.fault(rule);
        let pass = world.begin(PassKind::Full).await;
        world.work_until(&pass, Checkpoint::is_over).await;
        assert!(world.happened(swapped).await > 0);
        // Each copy is in the ledger as the copy of its own original, and no associated item
        // stands among the others.
        world.assert_copied().await;
    }
    let whens = [json!({"nth": 1}), json!({"every": 1})];
    join_all(
        ["demo", "bulk:2000"]
            .iter()
            .flat_map(|profile| whens.iter().map(|when| heals(profile, when.clone()))),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_damaged_every_time_is_recorded_with_its_reason() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "ExportItems", "action": {"kind": "truncation_marker", "position": 0}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done));
    let failures = world.failures().await;
    assert!(!failures.is_empty());
    let codes: Vec<_> = failures.iter().map(|failure| failure.code).collect();
    assert!(codes.iter().all(|code| *code == code::BLOB_TRUNCATED), "{codes:?}");
    let originals = world.originals().await.len();
    assert_eq!(world.copies().await.len() + failures.len(), originals);
    world.assert_ledger_is_true().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_only_item_cannot_be_exported_is_done_with_one_failure() {
    let world = World::with("bulk:2000", 1).await;
    world.fault(json!({
        "operation": "ExportItems", "action": {"kind": "item_error", "code": "ErrorCorruptData"}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done));
    assert_eq!((ended.counters.items, ended.counters.failed), (0, 1));
    let failures = world.failures().await;
    let told: Vec<_> = failures.iter().map(|f| (f.code, f.detail.as_str())).collect();
    assert_eq!(told, [(code::ITEM_REFUSED, "ErrorCorruptData")]);
    assert!(world.checkpoint().await.intents.is_empty());

    world.simulator.clear_faults();
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vanished_item_is_counted_and_is_no_failure() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "ExportItems", "nth": 1, "action": {"kind": "vanished", "position": 4}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!((ended.counters.vanished, ended.counters.failed), (1, 0));
    world.assert_copied().await;
}
