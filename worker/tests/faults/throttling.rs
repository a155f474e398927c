//! When the service asks to wait.

use std::time::Duration;

use futures::future::{join, join_all};
use longhaul_core::FolderRef;
use longhaul_simulator::{Content, MailboxSpecification, TenantSpecification};
use longhaul_store::folder::Checkpoint;
use longhaul_store::records::PassKind;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{DESTINATION, SOURCE, Service, World, poll};

fn busy(milliseconds: u64) -> Value {
    json!({"kind": "fault", "code": "ErrorServerBusy", "back_off_milliseconds": milliseconds})
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_delays_and_costs_no_attempt() {
    let world = World::with("demo", 60).await;
    // (operation, call, what it is answered with, the wait it asks for)
    let faults = [
        ("SyncFolderItems", 1, busy(1000), 1000),
        ("ExportItems", 1, busy(1000), 1000),
        ("ExportItems", 2, json!({"kind": "status", "status": 503, "retry_after": 1}), 1000),
        ("UploadItems", 1, busy(2000), 2000),
    ];
    let mut rules = Vec::new();
    let mut least = Duration::ZERO;
    for (operation, nth, action, wait) in faults {
        rules.push(world.fault(json!({"operation": operation, "nth": nth, "action": action})));
        least += Duration::from_millis(wait);
    }
    let pass = world.begin(PassKind::Full).await;
    let service = world.service();
    let begun = Instant::now();
    service.publish(&world.message(&pass).await).await;
    world.until(world.folder, Checkpoint::is_over).await;
    let took = begun.elapsed();
    for rule in rules {
        assert_eq!(world.happened(rule).await, 1);
    }
    assert!(took >= least, "done after {took:?}, the service had asked for {least:?}");
    assert!(service.queue.published().iter().all(|message| message.attempt == 0));
    service.stop().await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_hint_defers_the_folder_until_then() {
    let world = World::with("demo", 60).await;
    world.fault(json!({"operation": "ExportItems", "nth": 1, "action": busy(600_000)}));
    let pass = world.begin(PassKind::Full).await;
    let service = world.service();
    service.publish(&world.message(&pass).await).await;
    let deferred = world.until(world.folder, |checkpoint| checkpoint.not_before.is_some()).await;
    let wait =
        deferred.not_before.expect("deferred").since(world.store.now().await.expect("clock"));
    assert!(wait.as_secs() > 590, "the hint was shortened to {wait:?}");
    assert_eq!(deferred.lease, None);
    assert!(!deferred.is_over());
    poll(async || (service.queue.published().len() > 1).then_some(())).await;
    assert!(service.queue.published().iter().all(|message| message.attempt == 0));
    service.stop().await;
}

/// One folder meets a hint; no request of the mailbox reaches that side before the hint is over,
/// not even for another folder.
async fn hint_holds_for_the_mailbox(side: &str, operation: Option<&str>, hint: u64) {
    let world = World::with("demo", 60).await;
    let other = world.map("sentitems").await;
    let pass = world.begin(PassKind::Full).await;
    world.begin_in(&pass, other).await;
    let mut rule = json!({"mailbox": side, "nth": 1, "action": busy(hint)});
    if let Some(operation) = operation {
        rule["operation"] = operation.into();
    }
    world.fault(rule);
    let service = world.service();
    let before = meet_hint(&world, &service, &pass, side).await;
    // In both cases the other folder comes when the hint is known: at once, or, where the wait is
    // handed back, when the slice that met it has ended and holds nothing any more.
    let hint = Duration::from_millis(hint);
    if hint > Duration::from_secs(5) {
        world.until(world.folder, |checkpoint| checkpoint.not_before.is_some()).await;
    }
    service.publish(&world.message_in(&pass, other).await).await;
    stays_quiet(&world, side, before + hint).await;
    ends(&world, world.folder).await;
    ends(&world, other).await;
    let attempts: Vec<_> = service.queue.published().iter().map(|m| m.attempt).collect();
    assert!(attempts.iter().all(|attempt| *attempt == 0), "{attempts:?}");
    service.stop().await;
    world.assert_copied().await;
}

/// Begins with the first folder; the last moment at which the hint was not given yet.
async fn meet_hint(
    world: &World,
    service: &Service,
    pass: &longhaul_store::records::PassRecord,
    side: &str,
) -> Instant {
    let refused = world.counted("refused", side, None);
    let mut before = Instant::now();
    service.publish(&world.message(pass).await).await;
    poll(async || {
        let now = Instant::now();
        let met = world.counted("refused", side, None) > refused;
        if !met {
            before = now;
        }
        met.then_some(())
    })
    .await;
    before
}

/// Time for requests that were sent before the hint was known to arrive.
const UNDER_WAY: Duration = Duration::from_millis(500);

async fn stays_quiet(world: &World, side: &str, until: Instant) {
    // A request that was on its way when the hint was given may still arrive.
    let given = Instant::now();
    poll(async || (given.elapsed() >= UNDER_WAY).then_some(())).await;
    let calls = world.counted("calls", side, None);
    poll(async || {
        let now_calls = world.counted("calls", side, None);
        let left = until.saturating_duration_since(Instant::now());
        assert!(
            left.is_zero() || now_calls == calls,
            "{side} was called {left:?} before its hint was over"
        );
        left.is_zero().then_some(())
    })
    .await;
}

async fn ends(world: &World, folder: FolderRef) {
    world.until(folder, Checkpoint::is_over).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_hint_holds_for_every_folder_of_the_mailbox_on_that_side() {
    let source = hint_holds_for_the_mailbox(SOURCE, None, 3000);
    let destination = hint_holds_for_the_mailbox(DESTINATION, Some("UploadItems"), 3000);
    join(source, destination).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_outlives_the_slice_that_met_it() {
    let source = hint_holds_for_the_mailbox(SOURCE, None, 6000);
    let destination = hint_holds_for_the_mailbox(DESTINATION, Some("UploadItems"), 6000);
    join(source, destination).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_mailbox_takes_no_slot_from_the_others() {
    const OTHERS: [&str; 2] = ["user2@source.test", "user2@destination.test"];
    const HINT: Duration = Duration::from_secs(40);
    let holding = |address| {
        let content = Content::Generated { profile: "bulk:2000".to_owned(), items: 60, seed: 7 };
        MailboxSpecification::holding(address, content)
    };
    let source = TenantSpecification::of_domain("source.test", "en-US")
        .mailbox(holding(SOURCE))
        .mailbox(holding(OTHERS[0]));
    let destination = TenantSpecification::of_domain("destination.test", "de-DE")
        .mailbox(MailboxSpecification::empty(DESTINATION))
        .mailbox(MailboxSpecification::empty(OTHERS[1]));
    let mut world = World::of([source, destination]).await;
    // One for all.
    world.options.slots = 1;
    let other = world.map_mailbox(OTHERS[0], OTHERS[1]).await;
    let pass = world.begin(PassKind::Full).await;
    world.begin_in(&pass, other).await;
    let hint = busy(u64::try_from(HINT.as_millis()).expect("short"));
    let rule = json!({
        "operation": "ExportItems", "mailbox": SOURCE, "nth": 1, "action": hint
    });
    world.fault(rule);

    let service = world.service();
    let begun = Instant::now();
    service.publish(&world.message(&pass).await).await;
    service.publish(&world.message_in(&pass, other).await).await;
    world.until(other, Checkpoint::is_over).await;
    let took = begun.elapsed();
    println!("the other mailbox was done after {took:?}, beside a hint of {HINT:?}");
    assert!(took < HINT / 2, "it waited for the throttled one: {took:?}");
    let throttled = world.checkpoint().await;
    assert!(throttled.not_before.is_some() && throttled.lease.is_none() && !throttled.is_over());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_the_service_is_too_busy_for_is_never_a_failure() {
    async fn is_no_failure(operation: &str) {
        let world = World::with("bulk:2000", 12).await;
        // More often than an item is tried.
        let rule = world.fault(json!({
            "operation": operation, "times": 4,
            "action": {"kind": "item_error", "code": "ErrorServerBusy", "position": 0}
        }));
        let pass = world.begin(PassKind::Full).await;
        let service = world.service();
        service.publish(&world.message(&pass).await).await;
        world
            .until(world.folder, |checkpoint| {
                assert_eq!(checkpoint.counters.failed, 0, "{operation}: recorded as failed");
                checkpoint.is_over()
            })
            .await;
        assert_eq!(world.happened(rule).await, 4);
        assert!(service.queue.published().iter().all(|message| message.attempt == 0));
        service.stop().await;
        world.assert_copied().await;
    }
    join_all(["ExportItems", "UploadItems"].map(is_no_failure)).await;
}
