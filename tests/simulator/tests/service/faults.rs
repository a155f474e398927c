//! Injected faults.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    DESTINATION, SOURCE, Service, attributes, codes, export, fault_code, get_folder, texts, upload,
};

const INBOX: &str = "<t:DistinguishedFolderId Id=\"inbox\"/>";

fn rule(operation: &str, nth: u64, action: Value) -> Value {
    json!({ "operation": operation, "nth": nth, "action": action })
}

#[tokio::test]
async fn faults_fire_at_the_nth_call_of_their_operation_and_mailbox() {
    let service = Service::start().await;
    let action =
        json!({ "kind": "fault", "code": "ErrorServerBusy", "back_off_milliseconds": 1234 });
    let mut wanted = rule("GetFolder", 2, action);
    wanted["mailbox"] = service.address(SOURCE).into();
    service.control("POST", "faults", wanted).await;
    let call = async |tenant| service.call(tenant, &get_folder(INBOX)).await;
    assert_eq!(call(SOURCE).await.status, StatusCode::OK);
    assert_eq!(call(DESTINATION).await.status, StatusCode::OK);
    let busy = call(SOURCE).await;
    assert_eq!(fault_code(&busy), "ErrorServerBusy");
    assert!(busy.text.contains("<t:Value Name=\"BackOffMilliseconds\">1234</t:Value>"));
    assert_eq!(call(SOURCE).await.status, StatusCode::OK);
    let listed = service.control("GET", "faults", Value::Null).await;
    assert_eq!((&listed[0]["matched"], &listed[0]["fired"]), (&json!(3), &json!(1)));
    service.control("DELETE", "faults", Value::Null).await;
    assert_eq!(service.control("GET", "faults", Value::Null).await, json!([]));
}

#[tokio::test]
async fn front_end_answers_look_like_the_front_end() {
    let service = Service::start().await;
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let service = Service { client: client.build().unwrap(), ..service };
    for (action, status, header) in [
        (
            json!({ "kind": "status", "status": 503, "retry_after": 30 }),
            503,
            Some(("retry-after", "30")),
        ),
        (
            json!({ "kind": "status", "status": 429, "retry_after": 5 }),
            429,
            Some(("retry-after", "5")),
        ),
        (json!({ "kind": "status", "status": 403 }), 403, None),
        (json!({ "kind": "status", "status": 401 }), 401, None),
        (json!({ "kind": "error_page" }), 302, None),
        (json!({ "kind": "html" }), 500, Some(("content-type", "text/html; charset=utf-8"))),
    ] {
        service.running.clear_faults();
        service.running.inject(rule("GetFolder", 1, action)).unwrap();
        let answer = service.call(SOURCE, &get_folder(INBOX)).await;
        assert_eq!(answer.status.as_u16(), status);
        if let Some((name, value)) = header {
            assert_eq!(answer.headers[name], value);
        }
        if status == 302 {
            assert!(answer.headers["location"].to_str().unwrap().contains("genericerrorpage.htm"));
        }
    }
}

#[tokio::test]
async fn a_lost_answer_was_executed_and_an_early_reset_was_not() {
    let service = Service::start().await;
    let inbox = service.folder(SOURCE, "inbox").await;
    let ids = service.items(SOURCE, &inbox).await;
    let blobs = texts(&service.ok(SOURCE, &export(&ids[..2])).await, "m:Data");
    let target = service.folder(DESTINATION, "inbox").await;
    let body = crate::support::envelope(service.address(DESTINATION), &upload(&target, &blobs));
    for (when, stored) in [("before", 0), ("after", 2)] {
        service.running.clear_faults();
        let action = json!({ "kind": "reset", "when": when });
        service.running.inject(rule("UploadItems", 1, action)).unwrap();
        let lost = service.send(DESTINATION, body.clone()).await;
        assert!(lost.is_err(), "{when}");
        assert_eq!(service.items(DESTINATION, &target).await.len(), stored, "{when}");
    }
    service.running.clear_faults();
    let action = json!({ "kind": "fault", "code": "ErrorTimeoutExpired", "when": "after" });
    service.running.inject(rule("UploadItems", 1, action)).unwrap();
    let answer = service.send(DESTINATION, body).await.unwrap();
    assert_eq!(fault_code(&answer), "ErrorTimeoutExpired");
    assert_eq!(service.items(DESTINATION, &target).await.len(), 4);
}

#[tokio::test]
async fn items_of_a_batch_fail_on_their_own() {
    let service = Service::start().await;
    let inbox = service.folder(SOURCE, "inbox").await;
    let ids = service.items(SOURCE, &inbox).await;
    let good = texts(&service.ok(SOURCE, &export(&ids[..3])).await, "m:Data");
    let batch = async |action: Value| {
        service.running.clear_faults();
        service.running.inject(rule("ExportItems", 1, action)).unwrap();
        service.ok(SOURCE, &export(&ids[..3])).await
    };
    let text =
        batch(json!({ "kind": "item_error", "code": "ErrorInternalServerError", "position": 1 }))
            .await;
    assert_eq!(codes(&text), ["NoError", "ErrorInternalServerError", "NoError"]);
    let stop = json!({ "kind": "item_error", "code": "ErrorItemCorrupt", "position": 0, "stops_batch": true });
    let text = batch(stop).await;
    let stopped = "ErrorBatchProcessingStopped";
    assert_eq!(codes(&text), ["ErrorItemCorrupt", stopped, stopped]);
    assert_eq!(
        attributes(&text, "m:ExportItemsResponseMessage", "ResponseClass"),
        ["Error", "Warning", "Warning"]
    );

    let text = batch(json!({ "kind": "truncation_marker", "position": 2 })).await;
    let data = texts(&text, "m:Data");
    assert!(data[2].ends_with("=== Truncated Data ===") && data[..2] == good[..2]);
    let text = batch(json!({ "kind": "truncation_marker", "position": 2, "whole": true })).await;
    assert!(text.ends_with("=== Truncated Data ==="));
    let text = batch(json!({ "kind": "short_blob", "position": 0 })).await;
    assert!(texts(&text, "m:Data")[0].len() < good[0].len());
    let text = batch(json!({ "kind": "cut_base64", "position": 0 })).await;
    assert_ne!(texts(&text, "m:Data")[0].len() % 4, 0);
    let text = batch(json!({ "kind": "wrong_positions" })).await;
    assert_eq!(texts(&text, "m:Data"), [good[1].clone(), good[2].clone(), good[0].clone()]);
    let text = batch(json!({ "kind": "without_content", "position": 1 })).await;
    assert_eq!((codes(&text).len(), texts(&text, "m:Data").len()), (3, 2));
    let text = batch(json!({ "kind": "vanished", "position": 1 })).await;
    assert_eq!(codes(&text), ["NoError", "ErrorItemNotFound", "NoError"]);
    assert!(!service.items(SOURCE, &inbox).await.contains(&ids[1]));
}

#[tokio::test]
async fn chance_is_the_same_for_the_same_seed() {
    let service = Service::start().await;
    let run = async || {
        service.running.clear_faults();
        let action = json!({ "kind": "status", "status": 503 });
        let rule =
            json!({ "operation": "GetFolder", "probability": 0.5, "seed": 3, "action": action });
        service.running.inject(rule).unwrap();
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(service.call(SOURCE, &get_folder(INBOX)).await.status.as_u16());
        }
        statuses
    };
    let first = run().await;
    assert!(first.contains(&200) && first.contains(&503), "{first:?}");
    assert_eq!(first, run().await);
}
