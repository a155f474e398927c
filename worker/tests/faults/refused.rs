//! Uploads that are refused and carried out all the same.

use futures::future::join_all;
use longhaul_core::Bytes;
use longhaul_store::folder::{Checkpoint, Outcome};
use longhaul_store::records::PassKind;
use serde_json::{Value, json};

use crate::support::{DESTINATION, World};

fn busy(milliseconds: u64) -> Value {
    json!({
        "kind": "fault", "code": "ErrorServerBusy", "back_off_milliseconds": milliseconds,
        "when": "after"
    })
}

/// What throttles, in each of its forms, with the work done before.
fn refusals() -> [Value; 6] {
    [
        busy(0),
        // Longer than a slice waits: the folder is put off, and another slice goes on.
        busy(6000),
        json!({"kind": "fault", "code": "ErrorExceededConnectionCount", "when": "after"}),
        json!({"kind": "fault", "code": "ErrorTooManyObjectsOpened", "when": "after"}),
        json!({"kind": "status", "status": 429, "retry_after": 1, "when": "after"}),
        json!({"kind": "status", "status": 400, "when": "after"}),
    ]
}

/// Copies while uploads meet `action`; afterwards everything stands once, uploaded once.
async fn doubles_nothing(profile: &str, items: u64, when: Value, action: Value) {
    let world = World::with(profile, items).await;
    let mut rule = json!({"operation": "UploadItems", "action": action});
    rule.as_object_mut().expect("an object").extend(when.as_object().expect("too").clone());
    let refused = world.fault(rule.clone());
    let pass = world.begin(PassKind::Full).await;
    let service = world.service();
    service.publish(&world.message(&pass).await).await;
    world.until(world.folder, Checkpoint::is_over).await;
    assert!(service.queue.published().iter().all(|message| message.attempt == 0), "{rule}");
    service.stop().await;
    assert!(world.happened(refused).await > 0, "{rule} never happened");
    world.assert_copied().await;
    let uploads = world.counted("items", DESTINATION, Some("UploadItems"));
    assert_eq!(uploads as usize, world.originals().await.len(), "{rule}: something was repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_throttled_after_it_was_carried_out_is_not_doubled() {
    let once = refusals().map(|action| doubles_nothing("demo", 60, json!({"nth": 1}), action));
    join_all(once).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_of_many_batches_that_are_all_refused_and_carried_out_are_not_doubled() {
    let every = json!({"every": 1});
    let always = refusals().map(|action| doubles_nothing("bulk:2000", 350, every.clone(), action));
    join_all(always).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_item_that_is_throttled_after_it_was_carried_out_is_not_doubled() {
    let refusals = refusals();
    let always = refusals.map(|action| doubles_nothing("bulk:12000000", 2, json!({}), action));
    join_all(always).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_throttled_after_it_was_stored_is_not_doubled() {
    let busy = |position: Option<u64>| {
        json!({
            "kind": "item_error", "code": "ErrorServerBusy", "executed": true, "position": position
        })
    };
    let once = [Some(0), Some(7), None]
        .map(|position| doubles_nothing("demo", 60, json!({"nth": 1}), busy(position)));
    let always = [Some(0), None]
        .map(|position| doubles_nothing("bulk:2000", 30, json!({"every": 1}), busy(position)));
    join_all(once.into_iter().chain(always)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upload_whose_worker_ends_before_it_looks_is_not_doubled() {
    let world = World::with("bulk:2000", 250).await;
    world.fault(json!({"operation": "UploadItems", "every": 1, "action": busy(4000)}));
    let pass = world.begin(PassKind::Full).await;
    // It waits for the hint, and is stopped meanwhile.
    let refused = |world: &World| world.counted("refused", DESTINATION, Some("UploadItems"));
    world.work_until(&pass, |_| refused(&world) > 0).await;
    let left = world.checkpoint().await;
    assert!(!left.is_over() && !left.intents.is_empty(), "{left:#?}");
    world.simulator.clear_faults();
    world.work_until(&pass, Checkpoint::is_over).await;
    world.assert_copied().await;
    let uploads = world.counted("items", DESTINATION, Some("UploadItems"));
    assert_eq!(uploads, 250, "something was repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_throttling_costs_one_look_and_nothing_else() {
    for hint in [0, 6000] {
        let mut world = World::with("bulk:2000", 100).await;
        // Otherwise it would have to be waited for, and the test would not end.
        world.options.settle = std::time::Duration::from_secs(3600);
        world.options.slice_bytes = Bytes::mib(1);
        let mut fault = busy(hint);
        fault["when"] = "before".into();
        let refused = world.fault(json!({"operation": "UploadItems", "nth": 1, "action": fault}));
        let ended = world.pass(PassKind::Full).await;
        assert_eq!(world.happened(refused).await, 1);
        assert_eq!(ended.outcome, Some(Outcome::Done));
        // One for what is visible, one for what is not.
        assert_eq!(world.counted("calls", DESTINATION, Some("FindItem")), 2, "hint {hint}");
        assert_eq!(world.counted("calls", "user1@source.test", Some("GetItem")), 0);
        assert_eq!(world.counted("calls", DESTINATION, Some("UploadItems")), 2);
        world.assert_copied().await;
    }
}
