//! What is said of one item.

use longhaul::engine::RefusalKind;
use longhaul::verify::{Explanation, Standing};
use longhaul_core::code::{ITEM_REFUSED, NOT_FOUND};
use serde_json::{Value, json};

use crate::scene::{PROJECT, Scene, Server, always};

const SOURCE: &str = "user1@source.test";
const DESTINATION: &str = "user1@destination.test";

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().to_owned()
}

async fn explain(server: &Server, item: &str) -> Explanation {
    server.handle.explain(PROJECT, SOURCE, item).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_item_is_explained_by_either_id() {
    let scene = Scene::small(1, 40).await;
    let server = scene.submitted().await;
    server.complete().await;
    let item = id(&scene.items(SOURCE, "inbox").await[0]);
    let told = explain(&server, &item).await;
    assert_eq!(told.standing, Standing::Copied, "{told:#?}");
    assert_eq!(told.ledger.as_ref().unwrap().copies, 1);
    let (source, copy) = (told.source.unwrap(), told.copy.unwrap());
    assert!(source.there && copy.there && copy.id != item);
    assert_eq!((&source.folder, &copy.folder), (&copy.folder, &Some(told.folder)));
    assert_eq!((source.class, source.received), (copy.class, copy.received));
    assert_eq!(source.subject, None, "the project does not show subjects");

    let again = server.handle.explain(PROJECT, DESTINATION, &copy.id).await.unwrap();
    assert_eq!(again.standing, Standing::Copied);
    assert_eq!(again.source.unwrap().id, item);

    let gone = json!({ "id": copy.id, "how": "hard" });
    scene.post(&format!("mailboxes/{DESTINATION}/delete"), gone).await;
    let told = explain(&server, &item).await;
    assert_eq!(told.standing, Standing::CopyGone);
    assert!(!told.copy.unwrap().there);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_copied_has_its_reason() {
    let scene = Scene::small(1, 60).await;
    let server = scene.submitted().await;
    let number = server.start_pre_stage().await;
    server.wait_until_over(number).await;
    // Generated mail is older than what comes now.
    let new = json!({ "folder": "inbox", "subject": "Late" });
    scene.post(&format!("mailboxes/{SOURCE}/items"), new).await;
    let items = scene.items(SOURCE, "inbox").await;
    let late = items.iter().find(|item| item["subject"] == "Late").map(id).unwrap();
    let told = explain(&server, &late).await;
    assert_eq!(told.standing, Standing::OutsideCutOff, "{told:#?}");
    assert!(told.why.contains("2021-01-02"), "{}", told.why);
    assert!(!told.next.is_empty());

    let own = json!({ "folder": "inbox", "subject": "Own" });
    scene.post(&format!("mailboxes/{DESTINATION}/items"), own).await;
    let items = scene.items(DESTINATION, "inbox").await;
    let own = items.iter().find(|item| item["subject"] == "Own").map(id).unwrap();
    assert_eq!(explain(&server, &own).await.standing, Standing::NotOurs);

    assert_eq!(explain(&server, "AAMkNobody=").await.standing, Standing::Unknown);
    let refusal = server.handle.explain(PROJECT, "nobody@source.test", &own).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::NotFound, NOT_FOUND));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_and_what_came_later_are_told_apart() {
    let scene = Scene::small(1, 20).await;
    let mut spec = scene.spec();
    spec.options.show_subjects = true;
    let server = scene.server();
    server.handle.submit(spec).await.unwrap();
    let broken = json!({ "kind": "item_error", "code": "ErrorItemCorrupt" });
    scene.inject(always("ExportItems", SOURCE, broken));
    let number = server.start_full().await;
    server.wait_until_over(number).await;
    let item = scene.items(SOURCE, "inbox").await.remove(0);
    let told = explain(&server, &id(&item)).await;
    assert_eq!(told.standing, Standing::Failed, "{told:#?}");
    let failure = told.failure.unwrap();
    assert_eq!((failure.code, failure.pass), (ITEM_REFUSED, Some(number)));
    assert_eq!(told.source.unwrap().subject.as_deref(), item["subject"].as_str());
    assert!(!told.next.is_empty());

    let new = json!({ "folder": "inbox", "subject": "Late" });
    scene.post(&format!("mailboxes/{SOURCE}/items"), new).await;
    let items = scene.items(SOURCE, "inbox").await;
    let late = items.iter().find(|item| item["subject"] == "Late").map(id).unwrap();
    assert_eq!(explain(&server, &late).await.standing, Standing::NotYet);

    // What failed is in the report by its subject, because this project shows subjects.
    let report = server.verify(longhaul::verify::Deep::None).await;
    let folders = report.mailboxes.iter().flat_map(|mailbox| &mailbox.folders);
    let named: Vec<_> = folders.flat_map(|folder| &folder.quarantined_items).collect();
    assert!(!named.is_empty());
    assert!(named.iter().any(|named| named.subject.as_deref() == item["subject"].as_str()));
    server.stop().await;
}
