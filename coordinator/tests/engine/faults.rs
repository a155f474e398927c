//! A mailbox in trouble fails with its reason; the others go on.

use longhaul::engine::{ErrorLevel, ErrorQuery, Options};
use longhaul_core::code::{ACCESS_DENIED, MAILBOX_FULL, SERVICE_UNAVAILABLE};
use longhaul_core::state::{MailboxState, PassState};
use serde_json::json;

use crate::scene::{PROJECT, Scene, always, copied, mailbox, options, pass_state, total};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_destination_fails_its_mailbox_only() {
    let scene = Scene::small(2, 40).await;
    let server = scene.submitted().await;
    scene.post("mailboxes/user1@destination.test/limits", json!({ "full": true })).await;
    let number = server.start_full().await;
    let status = server.wait_until_over(number).await;
    assert_eq!(pass_state(&status, number), PassState::Ended);
    let full = mailbox(&status, "user1@source.test");
    assert_eq!(full.state, MailboxState::Failed);
    let problem = full.problem.as_ref().unwrap();
    assert_eq!(problem.code, MAILBOX_FULL);
    assert!(!problem.next.is_empty());
    assert_eq!(mailbox(&status, "user2@source.test").state, MailboxState::Completed);
    // Given room, the next pass copies the rest.
    scene.post("mailboxes/user1@destination.test/limits", json!({ "full": false })).await;
    let status = server.complete().await;
    assert_eq!(copied(&status), total(&status));
    assert!(status.mailboxes.iter().all(|mailbox| mailbox.problem.is_none()));
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_while_mapping_folders_is_tried_again_and_passes() {
    let scene = Scene::small(1, 20).await;
    let server = scene.server_with(Options { prepare_attempts: 6, ..options() });
    server.handle.submit(scene.spec()).await.unwrap();
    scene.inject(json!({
        "operation": "FindFolder", "times": 2, "every": 1,
        "action": { "kind": "fault", "code": "ErrorMailboxStoreUnavailable" },
    }));
    scene.inject(json!({
        "operation": "CreateFolder", "nth": 2,
        "action": { "kind": "reset", "when": "after" },
    }));
    let status = server.complete().await;
    assert_eq!(copied(&status), total(&status));
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_that_lasts_fails_the_mailbox_and_names_the_place() {
    let scene = Scene::small(2, 20).await;
    let server = scene.submitted().await;
    let away = json!({ "kind": "fault", "code": "ErrorMailboxStoreUnavailable" });
    scene.inject(always("FindFolder", "user2@source.test", away));
    let denied = json!({ "kind": "fault", "code": "ErrorAccessDenied" });
    let number = server.start_full().await;
    let status = server.wait_until_over(number).await;
    let failed = mailbox(&status, "user2@source.test");
    assert_eq!(failed.state, MailboxState::Failed);
    let problem = failed.problem.as_ref().unwrap();
    assert_eq!(problem.code, SERVICE_UNAVAILABLE);
    assert!(problem.text.contains("source mailbox user2@source.test"), "{}", problem.text);
    assert_eq!(mailbox(&status, "user1@source.test").state, MailboxState::Completed);
    // What no waiting mends is not tried again.
    scene.simulator.clear_faults();
    scene.inject(always("FindFolder", "user2@destination.test", denied));
    let number = server.start_full().await;
    let status = server.wait_until_over(number).await;
    let problem = mailbox(&status, "user2@source.test").problem.clone().unwrap();
    assert_eq!(problem.code, ACCESS_DENIED);
    let page = server.handle.errors(PROJECT, ErrorQuery::default()).await.unwrap();
    assert_eq!(page.rows.len(), 1, "{page:#?}");
    assert_eq!(page.rows[0].level, ErrorLevel::Mailbox);
    assert_eq!(page.rows[0].mailbox, "user2@source.test");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_that_cannot_be_copied_are_listed_page_by_page() {
    let scene = Scene::small(1, 40).await;
    let server = scene.submitted().await;
    let broken = json!({ "kind": "item_error", "code": "ErrorItemCorrupt" });
    scene.inject(always("ExportItems", "user1@source.test", broken));
    let number = server.start_full().await;
    let status = server.wait_until_over(number).await;
    let mailbox = &status.mailboxes[0];
    assert_eq!(mailbox.state, MailboxState::CompletedWithErrors, "{mailbox:#?}");
    assert_eq!(mailbox.items.failed, mailbox.items.total);
    let mut seen = Vec::new();
    let mut query = ErrorQuery { limit: 7, ..ErrorQuery::default() };
    loop {
        let page = server.handle.errors(PROJECT, query.clone()).await.unwrap();
        assert!(page.rows.len() <= 7);
        assert!(page.rows.iter().all(|row| row.level == ErrorLevel::Item));
        seen.extend(page.rows.into_iter().map(|row| row.item.unwrap()));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len() as u64, mailbox.items.failed);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len() as u64, mailbox.items.failed, "an error came twice");
    // Mended, the next pass copies what failed.
    scene.simulator.clear_faults();
    let status = server.complete().await;
    assert_eq!((copied(&status), status.mailboxes[0].items.failed), (total(&status), 0));
    server.assert_clean().await;
    server.stop().await;
}
