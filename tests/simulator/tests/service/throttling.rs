//! Budgets of one application at one mailbox.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{DESTINATION, SOURCE, Service, fault_code, get_folder};

const INBOX: &str = "<t:DistinguishedFolderId Id=\"inbox\"/>";

#[tokio::test]
async fn too_many_requests_at_once_are_refused_with_the_limit() {
    let service = Service::start().await;
    service.control("PATCH", "settings", json!({ "max_concurrency": 0 })).await;
    let answer = service.call(SOURCE, &get_folder(INBOX)).await;
    assert_eq!(fault_code(&answer), "ErrorExceededConnectionCount");
    for (name, value) in [("Policy", "MaxConcurrency"), ("MaxConcurrencyLimit", "0")] {
        assert!(answer.text.contains(&format!("<t:Value Name=\"{name}\">{value}</t:Value>")));
    }
    assert!(answer.text.contains("Suggested backoff time 0 ms."));
    assert_eq!(service.count(SOURCE, "GetFolder", "refused"), 1);
}

#[tokio::test]
async fn a_spent_budget_tells_how_long_to_wait_and_leaves_others_alone() {
    let service = Service::start().await;
    let budget = json!({
        "burst_milliseconds": 1500, "recharge_per_minute": 1,
        "request_milliseconds": 1000, "bytes_per_millisecond": 1_000_000,
    });
    service.control("PATCH", "settings", json!({ "budget": budget })).await;
    let call = async |tenant| service.call(tenant, &get_folder(INBOX)).await;
    assert_eq!(call(SOURCE).await.status, StatusCode::OK);
    assert_eq!(call(SOURCE).await.status, StatusCode::OK);
    let busy = call(SOURCE).await;
    assert_eq!(fault_code(&busy), "ErrorServerBusy");
    assert!(busy.text.contains("Name=\"BackOffMilliseconds\">30000000<"), "{}", busy.text);
    assert_eq!(call(DESTINATION).await.status, StatusCode::OK);
}
