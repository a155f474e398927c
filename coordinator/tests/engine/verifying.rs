//! What a verification notices.

use longhaul::verify::{Deep, FolderReport, MissingReason, Report};
use longhaul_core::code::WRONG_STATE;
use longhaul_core::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::scene::Scene;

const SOURCE: &str = "user1@source.test";
const DESTINATION: &str = "user1@destination.test";

fn unclean(report: &Report) -> Vec<&FolderReport> {
    let folders = report.mailboxes.iter().flat_map(|mailbox| &mailbox.folders);
    folders.filter(|folder| !folder.clean).collect()
}

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_gone_changed_or_doubled_is_named() {
    let scene = Scene::small(1, 60).await;
    let server = scene.submitted().await;
    server.complete().await;
    server.assert_clean().await;
    let items = scene.items(DESTINATION, "inbox").await;
    assert!(items.len() >= 3, "{items:#?}");
    let gone = json!({ "id": id(&items[0]), "how": "hard" });
    scene.post(&format!("mailboxes/{DESTINATION}/delete"), gone).await;
    let changed = json!({ "id": id(&items[1]), "subject": "Something else" });
    scene.post(&format!("mailboxes/{DESTINATION}/change"), changed).await;
    let added = json!({ "folder": "inbox", "subject": "New here" });
    scene.post(&format!("mailboxes/{DESTINATION}/items"), added).await;

    let report = server.verify(Deep::All).await;
    assert!(!report.clean);
    let folders = unclean(&report);
    assert_eq!(folders.len(), 1, "{folders:#?}");
    let folder = folders[0];
    assert_eq!((folder.missing, folder.extra, folder.different), (1, 1, 1), "{folder:#?}");
    assert_eq!(folder.missing_items[0].reason, MissingReason::CopyGone);
    assert_eq!(folder.differences[0].destination, id(&items[1]));
    assert!(folder.differences[0].properties.contains(&"0x0037".to_owned()), "{folder:#?}");
    assert_eq!(folder.paired + folder.missing, folder.source.items);

    // Both sides of the pairs have one digest; items that nobody counterparts are not in it.
    assert_eq!(folder.source.digest, folder.destination.digest);
    assert_ne!(folder.source.digest.0, 0);

    // Without a deep look only the pairing shows.
    let report = server.verify(Deep::None).await;
    let folder = unclean(&report)[0];
    assert_eq!((folder.missing, folder.extra, folder.compared), (1, 1, 0));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_the_project_and_what_left_the_source_are_no_faults() {
    let scene = Scene::small(1, 40).await;
    let own = json!({ "folder": "inbox", "subject": "Welcome", "count": 3 });
    scene.post(&format!("mailboxes/{DESTINATION}/items"), own).await;
    next_second().await;
    let server = scene.submitted().await;
    server.complete().await;
    let items = scene.items(SOURCE, "inbox").await;
    let gone = json!({ "id": id(&items[0]), "how": "hard" });
    scene.post(&format!("mailboxes/{SOURCE}/delete"), gone).await;
    let report = server.verify(Deep::Sample).await;
    assert!(report.clean, "{:#?}", unclean(&report));
    let inbox = report.mailboxes[0].folders.iter().find(|folder| folder.standing > 0).unwrap();
    assert_eq!((inbox.standing, inbox.source_gone), (3, 1));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_came_after_the_pass_is_missing() {
    let scene = Scene::small(1, 20).await;
    let server = scene.submitted().await;
    server.complete().await;
    let new = json!({ "folder": "inbox", "subject": "Late" });
    scene.post(&format!("mailboxes/{SOURCE}/items"), new).await;
    let folder = json!({ "parent": "inbox", "name": "Late too" });
    scene.post(&format!("mailboxes/{SOURCE}/folders"), folder).await;
    let new = json!({ "folder": "inbox/Late too", "subject": "Later" });
    scene.post(&format!("mailboxes/{SOURCE}/items"), new).await;
    let report = server.verify(Deep::Sample).await;
    let missing: Vec<_> = unclean(&report)
        .iter()
        .flat_map(|folder| &folder.missing_items)
        .map(|missing| missing.reason)
        .collect();
    assert_eq!(missing, [MissingReason::NotCopied, MissingReason::NotCopied]);
    server.complete().await;
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_no_pass_has_worked_on_is_not_called_clean() {
    let scene = Scene::small(1, 5).await;
    let server = scene.submitted().await;
    let report = server.verify(Deep::None).await;
    assert!(!report.clean);
    assert_eq!(report.mailboxes[0].problem.as_ref().unwrap().code, WRONG_STATE);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_behind_or_is_not_shown_is_listed_with_its_reason() {
    let scene = Scene::small(1, 60).await;
    let server = scene.submitted().await;
    // Mail that somebody has moved into a calendar.
    let odd = json!({ "folder": "calendar", "subject": "Odd" });
    scene.post(&format!("mailboxes/{SOURCE}/items"), odd).await;
    let number = server.start_pre_stage().await;
    server.wait_until_over(number).await;
    let report = server.verify(Deep::None).await;
    assert!(report.clean, "{:#?}", unclean(&report));
    let mailbox = &report.mailboxes[0];
    let outside: u64 = mailbox.folders.iter().map(|folder| folder.outside).sum();
    let told = |part: &str| -> u64 {
        let told = mailbox.not_copied.iter().filter(|left| left.reason.contains(part));
        told.filter_map(|left| left.items).sum()
    };
    assert!(outside > 0);
    assert_eq!(told("cut-off"), outside);
    assert_eq!(told("its class does not fit the folder"), 1, "{:#?}", mailbox.not_copied);
    assert!(report.limits.iter().any(|limit| limit.contains("inbox rules")));
    server.stop().await;
}

/// Waits for the clock's next second: creation times are stated in whole ones, and what appears
/// within the second of the submission counts as later.
async fn next_second() {
    let second = || SystemClock.now().0 / 1000;
    let begun = second();
    let mut look = tokio::time::interval(std::time::Duration::from_millis(20));
    while second() == begun {
        look.tick().await;
    }
}
