//! Uploads that nobody can tell the outcome of.

use std::time::Duration;

use futures::future::join_all;
use longhaul_core::code;
use longhaul_store::folder::{Checkpoint, Outcome};
use longhaul_store::records::PassKind;
use serde_json::{Value, json};

use crate::support::{DESTINATION, Poison, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_answer_is_lost_is_adopted_not_repeated() {
    let world = World::with("demo", 60).await;
    let lost = world.fault(json!({
        "operation": "UploadItems", "nth": 1, "action": {"kind": "reset", "when": "after"}
    }));
    world.pass(PassKind::Full).await;
    assert_eq!(world.happened(lost).await, 1);
    let uploads = world.counted("items", DESTINATION, Some("UploadItems"));
    assert_eq!(uploads as usize, world.originals().await.len());
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_never_arrived_is_sent_again() {
    let world = World::with("demo", 60).await;
    let lost = world.fault(json!({
        "operation": "UploadItems", "nth": 1, "action": {"kind": "reset", "when": "before"}
    }));
    world.pass(PassKind::Full).await;
    assert_eq!(world.happened(lost).await, 1);
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn success_without_an_id_is_looked_up_not_believed() {
    let world = World::with("demo", 60).await;
    let silent = world.fault(json!({
        "operation": "UploadItems", "nth": 1,
        "action": {"kind": "without_content", "position": 3}
    }));
    world.pass(PassKind::Full).await;
    assert_eq!(world.happened(silent).await, 1);
    world.assert_copied().await;
}

/// An item's answer is an error that says nothing about whether the item was stored.
async fn settles(fault: Value, happens: u64) {
    let mut world = World::with("bulk:2000", 12).await;
    world.options.upload_time = Duration::from_millis(800);
    let rule = world.fault(fault.clone());
    let pass = world.begin(PassKind::Full).await;
    world.work_until(&pass, Checkpoint::is_over).await;
    assert!(world.happened(rule).await >= happens, "{fault} never happened");
    let failures = world.failures().await;
    if !failures.is_empty() {
        // Given up for the pass, after as many tries as it takes to say so. Then the fault stops.
        assert!(world.happened(rule).await >= 3, "{fault}: given up at once: {failures:?}");
        world.simulator.clear_faults();
        world.pass(PassKind::Full).await;
    }
    world.assert_copied().await;
}

fn unknown_outcome(code: &str, executed: bool, times: u64) -> Value {
    json!({
        "operation": "UploadItems", "times": times,
        "action": {"kind": "item_error", "code": code, "position": 0, "executed": executed}
    })
}

const CODES: [&str; 2] = ["ErrorTimeoutExpired", "ErrorInternalServerError"];

#[tokio::test(flavor = "multi_thread")]
async fn an_item_answered_with_an_error_and_stored_all_the_same_is_not_doubled() {
    let once = CODES.map(|code| settles(unknown_outcome(code, true, 1), 1));
    // Later in the batch, too, with answers on both sides of it.
    let later = CODES.map(|code| {
        let mut fault = unknown_outcome(code, true, 1);
        fault["action"]["position"] = 7.into();
        settles(fault, 1)
    });
    // Only what is uploaded again can meet it again: that would be the double.
    let thrice = CODES.map(|code| settles(unknown_outcome(code, true, 3), 1));
    join_all(once.into_iter().chain(later).chain(thrice)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_answered_with_such_an_error_and_not_stored_is_not_lost() {
    let once = CODES.map(|code| settles(unknown_outcome(code, false, 1), 1));
    let thrice = CODES.map(|code| settles(unknown_outcome(code, false, 3), 2));
    join_all(once.into_iter().chain(thrice)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_breaks_every_connection_costs_only_itself() {
    let mut world = World::with("bulk:2000", 12).await;
    world.options.upload_time = Duration::from_millis(500);
    let poison = Poison::before(world.simulator.address(), "bulk 0000000005").await;
    world.reach_destination_through(&poison).await;

    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done), "after {} cuts", poison.cuts());
    let failures = world.failures().await;
    let codes: Vec<_> = failures.iter().map(|failure| failure.code.to_string()).collect();
    assert_eq!(codes, ["LH-0805"]);
    assert!(poison.cuts() >= 3, "given up after {} tries", poison.cuts());
    assert!(poison.cuts() <= 12, "{} tries of one item", poison.cuts());
    assert_eq!(ended.counters.items, 11);
    assert_eq!(world.copies().await.len(), 11);
    world.assert_ledger_is_true().await;

    poison.heal();
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_cuts_every_upload_costs_the_items_and_no_hang() {
    let mut world = World::with("bulk:2000", 3).await;
    world.options.upload_time = Duration::from_millis(500);
    world.fault(json!({
        "operation": "UploadItems", "every": 1, "action": {"kind": "reset", "when": "before"}
    }));
    let ended = world.pass(PassKind::Full).await;
    assert_eq!(ended.outcome, Some(Outcome::Done));
    assert_eq!((ended.counters.items, ended.counters.failed), (0, 3));
    let failures = world.failures().await;
    assert!(failures.iter().all(|failure| failure.code.to_string() == "LH-0805"), "{failures:?}");

    world.simulator.clear_faults();
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_item_is_no_failure_any_more() {
    let world = World::with("demo", 60).await;
    world.fault(json!({
        "operation": "UploadItems",
        "action": {"kind": "item_error", "code": "ErrorMessageSizeExceeded"}
    }));
    let failed = world.pass(PassKind::Full).await;
    assert_eq!(failed.counters.failed as usize, world.originals().await.len());
    assert!(world.failures().await.iter().all(|failure| failure.code == code::TOO_LARGE));

    world.simulator.clear_faults();
    let lost = world.fault(json!({
        "operation": "UploadItems", "every": 1, "times": 1,
        "action": {"kind": "reset", "when": "after"}
    }));
    world.pass(PassKind::Full).await;
    assert_eq!(world.happened(lost).await, 1);
    world.assert_copied().await;
}
