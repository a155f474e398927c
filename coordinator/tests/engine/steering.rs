//! Pausing, resuming, stopping, and what is refused.

use longhaul::engine::{RefusalKind, Selection, StartPass};
use longhaul_core::code::{NOT_FOUND, WRONG_STATE};
use longhaul_core::state::{MailboxState, PassState};
use longhaul_store::records::PassKind;
use serde_json::json;

use crate::scene::{PROJECT, Scene, copied, pass_state, total};

/// Slow enough that a pass is still running when a test acts on it.
async fn slow() -> Scene {
    let scene = Scene::small(1, 60).await;
    let latency = json!({ "kind": "latency", "milliseconds": 150 });
    scene.inject(json!({ "operation": "UploadItems", "every": 1, "action": latency }));
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn paused_it_stands_still_and_resumed_it_finishes() {
    let scene = slow().await;
    let server = scene.submitted().await;
    let number = server.start_full().await;
    server.wait_for("the first items", |status| copied(status) > 0).await;
    let paused = server.handle.pause_pass(PROJECT, None).await.unwrap();
    assert_eq!(paused.state, PassState::Paused);
    let held = server
        .wait_for("the end of the slices", |status| status.mailboxes[0].folders.active == 0)
        .await;
    assert_eq!(held.mailboxes[0].state, MailboxState::Paused);
    assert!(copied(&held) < total(&held), "{held:#?}");
    // Killed while it is paused, it stays paused.
    server.kill().await;
    let server = scene.server();
    let refusal = server.handle.pause_pass(PROJECT, None).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, WRONG_STATE));
    let still = server.handle.status(PROJECT).await.unwrap();
    assert_eq!(copied(&still), copied(&held));
    server.handle.resume_pass(PROJECT, Some(number)).await.unwrap();
    let status = server.wait_until_over(number).await;
    assert_eq!(status.mailboxes[0].state, MailboxState::Completed);
    assert_eq!(copied(&status), total(&status));
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_for_good_the_next_pass_goes_on_where_it_was() {
    let scene = slow().await;
    let server = scene.submitted().await;
    let number = server.start_full().await;
    server.wait_for("the first items", |status| copied(status) > 0).await;
    let stopped = server.handle.stop_pass(PROJECT, None).await.unwrap();
    assert_eq!(stopped.state, PassState::Stopped);
    let status = server.handle.status(PROJECT).await.unwrap();
    assert_eq!(status.mailboxes[0].state, MailboxState::Stopped);
    assert_eq!(pass_state(&status, number), PassState::Stopped);
    let refusal = server.handle.resume_pass(PROJECT, Some(number)).await.unwrap_err();
    assert_eq!(refusal.code, WRONG_STATE);
    let before = copied(&status);
    assert!(before > 0);
    let status = server.complete().await;
    assert_eq!(copied(&status), total(&status));
    assert!(status.mailboxes[0].copied_in_pass < total(&status));
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_a_pass_works_on_is_not_taken_up_by_another() {
    let scene = slow().await;
    let server = scene.submitted().await;
    server.start_full().await;
    let start = StartPass::now(PassKind::Full, Selection::All);
    let refusal = server.handle.start_pass(PROJECT, start).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, WRONG_STATE));
    assert_eq!(refusal.details[0].place, "user1@source.test");
    server.handle.stop_project(PROJECT).await.unwrap();
    let status = server.handle.status(PROJECT).await.unwrap();
    assert_eq!(pass_state(&status, 1), PassState::Stopped);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_named() {
    let scene = Scene::small(1, 5).await;
    let server = scene.submitted().await;
    for selection in [
        Selection::Batch("north".to_owned()),
        Selection::Mailboxes(vec!["nobody@source.test".to_owned()]),
    ] {
        let start = StartPass::now(PassKind::Full, selection);
        let refusal = server.handle.start_pass(PROJECT, start).await.unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (RefusalKind::NotFound, NOT_FOUND));
    }
    let refusal = server.handle.status("Mov").await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::NotFound);
    assert!(refusal.text.contains("\"Move\""), "{}", refusal.text);
    let refusal = server.handle.stop_pass(PROJECT, Some(3)).await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::NotFound);
    let refusal = server.handle.stop_pass(PROJECT, None).await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Conflict);
    server.stop().await;
}
