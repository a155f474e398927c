//! What a pass can be told: when to start, how much may fail, which mailboxes, which cut-off.

use std::time::Duration;

use longhaul::engine::{RefusalKind, Selection, SetBatch, StartPass};
use longhaul_core::code::{BAD_VALUE, ERROR_BUDGET_SPENT, NOT_FOUND, WRONG_STATE};
use longhaul_core::state::{MailboxState, PassState};
use longhaul_core::{Clock as _, SystemClock, Timestamp};
use longhaul_store::records::PassKind;
use serde_json::json;

use crate::scene::{PROJECT, Scene, always, copied, mailbox, pass_state, total};

fn full(at: Option<Timestamp>, error_budget: Option<u64>) -> StartPass {
    StartPass { at, error_budget, ..StartPass::now(PassKind::Full, Selection::All) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_pass_keeps_its_time_over_kills_and_pauses() {
    let scene = Scene::small(1, 10).await;
    let server = scene.submitted().await;
    let at = SystemClock.now().after(Duration::from_secs(3600));
    let number = server.handle.start_pass(PROJECT, full(Some(at), None)).await.unwrap().number;
    server.kill().await;
    let server = scene.server();
    let scheduled = |status: &longhaul::engine::ProjectStatus| {
        status.mailboxes[0].state == MailboxState::Scheduled
    };
    let status = server.wait_for("the schedule", scheduled).await;
    assert_eq!(status.passes[0].starts, Some(at));
    server.handle.pause_pass(PROJECT, None).await.unwrap();
    let status = server.handle.status(PROJECT).await.unwrap();
    assert_eq!(status.mailboxes[0].state, MailboxState::Paused);
    server.handle.resume_pass(PROJECT, None).await.unwrap();
    let status = server.handle.status(PROJECT).await.unwrap();
    assert_eq!((status.mailboxes[0].state, copied(&status)), (MailboxState::Scheduled, 0));
    server.handle.stop_pass(PROJECT, Some(number)).await.unwrap();
    let status = server.handle.status(PROJECT).await.unwrap();
    assert_eq!(pass_state(&status, number), PassState::Stopped);
    // What was stopped can be run again, now.
    server.complete().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_begins_before_its_time_and_everything_after() {
    let scene = Scene::small(1, 10).await;
    let server = scene.submitted().await;
    let at = SystemClock.now().after(Duration::from_secs(3));
    let number = server.handle.start_pass(PROJECT, full(Some(at), None)).await.unwrap().number;
    let mut seen_waiting = false;
    let status = server
        .wait_for("the end of the pass", |status| {
            if SystemClock.now() < at {
                assert_eq!(status.mailboxes[0].state, MailboxState::Scheduled, "{status:#?}");
                seen_waiting = true;
            }
            pass_state(status, number).is_over()
        })
        .await;
    assert!(seen_waiting);
    assert_eq!(status.mailboxes[0].state, MailboxState::Completed);
    assert_eq!(copied(&status), total(&status));
    let refusal = server.handle.start_pass(PROJECT, full(Some(at), None)).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Invalid, BAD_VALUE));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_over_its_error_budget_fails_and_one_below_ends_with_errors() {
    let scene = Scene::small(2, 40).await;
    let server = scene.submitted().await;
    let broken = json!({ "kind": "item_error", "code": "ErrorItemCorrupt" });
    scene.inject(always("ExportItems", "user1@source.test", broken));
    let number = server.handle.start_pass(PROJECT, full(None, Some(3))).await.unwrap().number;
    let status = server.wait_until_over(number).await;
    let failed = mailbox(&status, "user1@source.test");
    assert_eq!(failed.state, MailboxState::Failed);
    let problem = failed.problem.as_ref().unwrap();
    assert_eq!(problem.code, ERROR_BUDGET_SPENT);
    assert!(problem.next.contains("--error-budget"), "{}", problem.next);
    assert_eq!(mailbox(&status, "user2@source.test").state, MailboxState::Completed);

    // The same failures again, within a larger budget.
    let number = server.handle.start_pass(PROJECT, full(None, Some(500))).await.unwrap().number;
    let status = server.wait_until_over(number).await;
    let troubled = mailbox(&status, "user1@source.test");
    assert_eq!(troubled.state, MailboxState::CompletedWithErrors);
    assert_eq!(troubled.items.failed, troubled.items.total);

    // What failed before is tried again before it counts.
    scene.simulator.clear_faults();
    let number = server.handle.start_pass(PROJECT, full(None, Some(3))).await.unwrap().number;
    let status = server.wait_until_over(number).await;
    assert_eq!(mailbox(&status, "user1@source.test").state, MailboxState::Completed);
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_offs_in_any_order_copy_what_is_still_missing_and_nothing_twice() {
    // Generated mail begins on 1 January 2021.
    const DAY: i64 = 86_400_000;
    const FIRST: i64 = 1_609_459_200_000;
    let scene = Scene::small(1, 60).await;
    let server = scene.submitted().await;
    let mut before = 0;
    for (day, grows) in [(2, true), (1, false), (4, true), (0, false), (3, false)] {
        let kind = PassKind::PreStage { cutoff: Timestamp(FIRST + day * DAY) };
        let number = server.start_pass(kind).await;
        let status = server.wait_until_over(number).await;
        assert_eq!(status.mailboxes[0].state, MailboxState::PreStaged);
        let now = copied(&status);
        assert_eq!(now > before, grows, "day {day}: {before} copied before, {now} now");
        assert!(now < total(&status), "day {day}: nothing was held back");
        before = now;
        server.assert_clean().await;
    }
    let status = server.complete().await;
    assert_eq!(copied(&status), total(&status));
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_set_later_chooses_its_mailboxes() {
    let scene = Scene::small(2, 5).await;
    let server = scene.submitted().await;
    let set =
        |batch: Option<&str>, selection| SetBatch { batch: batch.map(str::to_owned), selection };
    let first = || Selection::Mailboxes(vec!["user1@source.test".to_owned()]);
    let changed = server.handle.set_batch(PROJECT, set(Some(" north "), first())).await.unwrap();
    assert_eq!(changed[0].batch.as_deref(), Some("north"));
    let north = || Selection::Batch("north".to_owned());
    let start = StartPass::now(PassKind::Full, north());
    let number = server.handle.start_pass(PROJECT, start).await.unwrap().number;
    let status = server.wait_until_over(number).await;
    assert_eq!(mailbox(&status, "user1@source.test").state, MailboxState::Completed);
    assert_eq!(mailbox(&status, "user2@source.test").state, MailboxState::Matched);
    server.handle.set_batch(PROJECT, set(None, north())).await.unwrap();
    let start = StartPass::now(PassKind::Full, north());
    let refusal = server.handle.start_pass(PROJECT, start).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::NotFound, NOT_FOUND));
    let refusal = server.handle.set_batch(PROJECT, set(Some(" "), first())).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Invalid, BAD_VALUE));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_the_pass_then_does_and_changes_nothing() {
    const CUTOFF: Timestamp = Timestamp(1_609_545_600_000);
    let scene = Scene::small(1, 60).await;
    let server = scene.submitted().await;
    let forecast =
        async |cutoff| server.handle.forecast(PROJECT, "user1@source.test", cutoff).await.unwrap();
    let written = || {
        let counters = scene.simulator.counters();
        let calls = counters["calls"].as_array().unwrap().clone();
        let reads = ["FindFolder", "GetFolder", "SyncFolderItems"];
        let operation = |call: &serde_json::Value| call["operation"].as_str().unwrap().to_owned();
        calls
            .iter()
            .map(operation)
            .filter(|name| !reads.contains(&name.as_str()))
            .collect::<Vec<_>>()
    };
    let before = written();
    let all = forecast(None).await;
    let part = forecast(Some(CUTOFF)).await;
    assert_eq!(written(), before, "something other than reading was done");
    assert!(all.created > 0 && all.copied == 0 && part.items < all.items, "{all:#?}");
    assert_eq!(part, forecast(Some(CUTOFF)).await);

    let number = server.start_pass(PassKind::PreStage { cutoff: CUTOFF }).await;
    let status = server.wait_until_over(number).await;
    assert_eq!(copied(&status), part.items);
    let rest = forecast(None).await;
    assert_eq!((rest.copied, rest.items), (part.items, all.items - part.items));
    assert_eq!((rest.created, rest.retried), (0, 0), "{rest:#?}");
    let status = server.complete().await;
    assert_eq!(copied(&status), all.items);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_copies_what_failed_and_nothing_else() {
    let scene = Scene::small(1, 30).await;
    let server = scene.submitted().await;
    let retry = || StartPass::now(PassKind::Retry, Selection::All);
    let refusal = server.handle.start_pass(PROJECT, retry()).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, WRONG_STATE));
    let broken = json!({ "kind": "item_error", "code": "ErrorItemCorrupt" });
    // Every folder has failures, also the one that the new items come into.
    scene.inject(always("ExportItems", "user1@source.test", broken));
    let number = server.start_full().await;
    let before = server.wait_until_over(number).await;
    let items = before.mailboxes[0].items;
    assert!(items.failed > 0 && items.copied == 0, "{items:?}");
    scene.simulator.clear_faults();
    let new = json!({ "folder": "inbox", "subject": "Late", "count": 3 });
    scene.post("mailboxes/user1@source.test/items", new).await;
    let number = server.handle.start_pass(PROJECT, retry()).await.unwrap().number;
    let status = server.wait_until_over(number).await;
    let mailbox = &status.mailboxes[0];
    assert_eq!(mailbox.state, MailboxState::Completed, "{mailbox:#?}");
    assert_eq!((mailbox.items.copied, mailbox.items.failed), (items.copied + items.failed, 0));
    assert_eq!(mailbox.copied_in_pass, items.failed);
    // The three are left to the next pass.
    let status = server.complete().await;
    assert_eq!(status.mailboxes[0].copied_in_pass, 3);
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_a_stopped_pass_does_not_call_the_mailbox_complete() {
    let scene = Scene::small(1, 60).await;
    let server = scene.submitted().await;
    let latency = json!({ "kind": "latency", "milliseconds": 150 });
    scene.inject(json!({ "operation": "UploadItems", "every": 1, "action": latency }));
    server.start_full().await;
    server.wait_for("the first items", |status| copied(status) > 0).await;
    server.handle.stop_pass(PROJECT, None).await.unwrap();
    let start = StartPass::now(PassKind::Retry, Selection::All);
    let number = server.handle.start_pass(PROJECT, start).await.unwrap().number;
    let status = server.wait_until_over(number).await;
    assert!(copied(&status) < total(&status), "{status:#?}");
    assert_eq!(status.mailboxes[0].state, MailboxState::CompletedWithErrors);
    server.complete().await;
    server.assert_clean().await;
    server.stop().await;
}
