//! The control API.

use serde_json::{Value, json};

use crate::support::{SOURCE, Service};

#[tokio::test]
async fn a_dump_shows_what_users_change_and_is_the_same_for_the_same_seed() {
    let (one, two) = (Service::start().await, Service::start().await);
    let address = one.address(SOURCE).to_owned();
    let dump = async |service: &Service| {
        service.control("GET", &format!("dump/{address}"), Value::Null).await
    };
    let digest = async |service: &Service| {
        service.control("GET", &format!("digest/{address}"), Value::Null).await
    };
    assert_eq!(dump(&one).await, dump(&two).await);
    assert_eq!(digest(&one).await, digest(&two).await);
    let body = json!({ "folder": "inbox", "subject": "only here" });
    one.control("POST", &format!("mailboxes/{address}/items"), body).await;
    assert!(dump(&one).await.to_string().contains("only here"));
    assert_ne!(digest(&one).await, digest(&two).await);
}

#[tokio::test]
async fn health_answers_and_unknown_things_are_named() {
    let service = Service::start().await;
    assert_eq!(service.control("GET", "health", Value::Null).await["status"], "ok");
    let url = format!("{}/_sim/mailboxes/nobody@source.test/items", service.running.base_url());
    let answer = service.client.post(url).json(&json!({ "folder": "inbox" })).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    let error: Value = answer.json().await.unwrap();
    assert_eq!(error["error"], "there is no such mailbox");
}
