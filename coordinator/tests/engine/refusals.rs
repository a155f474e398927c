//! Projects that are not admitted: every reason at once, and nothing written.

use longhaul::engine::{Refusal, RefusalKind};
use longhaul::project::Spec;
use longhaul_core::Code;
use longhaul_core::code::{
    ACCESS_DENIED, CREDENTIAL_REFUSED, EWS_FORBIDDEN, EWS_UNREACHABLE, MAILBOX_NOT_FOUND,
    NAME_TAKEN, NOT_CONFIRMED, SECRET_UNREADABLE,
};
use serde_json::json;

use crate::scene::{PROJECT, Scene};

async fn refused(scene: &Scene, spec: Spec) -> Refusal {
    let server = scene.server();
    let refusal = server.handle.submit(spec).await.unwrap_err();
    assert_eq!(server.handle.projects().await.unwrap(), Vec::new(), "half a project was written");
    server.stop().await;
    refusal
}

fn codes(refusal: &Refusal) -> Vec<Code> {
    refusal.details.iter().map(|detail| detail.code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_mailbox_of_both_sides_is_named_at_once() {
    let scene = Scene::small(3, 2).await;
    let mut spec = scene.spec();
    spec.mailboxes[0].source = "gone@source.test".to_owned();
    spec.mailboxes[2].destination = "nobody@destination.test".to_owned();
    let refusal = refused(&scene, spec).await;
    assert_eq!(codes(&refusal), [MAILBOX_NOT_FOUND, MAILBOX_NOT_FOUND]);
    let places: Vec<_> = refusal.details.iter().map(|detail| detail.place.as_str()).collect();
    let expected =
        ["source mailbox gone@source.test", "destination mailbox nobody@destination.test"];
    assert_eq!(places, expected);
    assert_eq!(refusal.kind, RefusalKind::Refused);
    assert!(refusal.details.iter().all(|detail| !detail.next.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_credential_and_a_blocked_tenant_are_told_apart() {
    let scene = Scene::small(2, 2).await;
    let spec = scene.spec();
    std::fs::write(scene.folder.path().join("source.secret"), "wrong").unwrap();
    let tenant = spec.destination.tenant_id.clone();
    scene.post(&format!("tenants/{tenant}/ews"), json!({ "enabled": false })).await;
    let refusal = refused(&scene, spec).await;
    assert_eq!(codes(&refusal), [CREDENTIAL_REFUSED, EWS_FORBIDDEN]);
    let places: Vec<_> = refusal.details.iter().map(|detail| detail.place.as_str()).collect();
    assert_eq!(places, ["source tenant", "destination tenant"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_nobody_listens_at_is_unreachable() {
    let scene = Scene::small(1, 2).await;
    let mut spec = scene.spec();
    spec.source.ews_url = "http://127.0.0.1:9/EWS/Exchange.asmx".to_owned();
    let refusal = refused(&scene, spec).await;
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Unreachable, EWS_UNREACHABLE));
    assert_eq!(refusal.details.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_the_application_may_not_act_on_is_named() {
    let scene = Scene::small(2, 2).await;
    scene.inject(crate::scene::always(
        "GetFolder",
        "user2@destination.test",
        json!({ "kind": "fault", "code": "ErrorImpersonateUserDenied" }),
    ));
    let refusal = refused(&scene, scene.spec()).await;
    assert_eq!(codes(&refusal), [ACCESS_DENIED]);
    assert_eq!(refusal.details[0].place, "destination mailbox user2@destination.test");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_is_named() {
    let scene = Scene::small(1, 2).await;
    let spec = scene.spec();
    std::fs::remove_file(scene.folder.path().join("source.secret")).unwrap();
    let refusal = refused(&scene, spec).await;
    assert_eq!(codes(&refusal), [SECRET_UNREADABLE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_not_confirmed_is_not_even_probed() {
    let scene = Scene::small(1, 2).await;
    let mut spec = scene.spec();
    spec.confirm = "yes".to_owned();
    let refusal = refused(&scene, spec).await;
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Invalid, NOT_CONFIRMED));
    assert_eq!(scene.simulator.counters()["token_requests"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_created_once() {
    let scene = Scene::small(1, 2).await;
    let server = scene.submitted().await;
    let mut again = scene.spec();
    again.name = format!(" {} ", PROJECT.to_uppercase()).trim().to_owned();
    let refusal = server.handle.submit(again).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, NAME_TAKEN));
    assert_eq!(server.handle.projects().await.unwrap().len(), 1);
    assert_eq!(server.handle.mailboxes(PROJECT).await.unwrap().len(), 1);
    server.stop().await;
}
