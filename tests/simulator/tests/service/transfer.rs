//! ExportItems and UploadItems.

use serde_json::{Value, json};

use crate::support::{
    DESTINATION, SOURCE, Service, answer, attributes, codes, envelope, export, fault_code,
    find_item, texts, upload,
};

/// All items of the source's inbox as blobs.
async fn blobs(service: &Service) -> Vec<String> {
    let inbox = service.folder(SOURCE, "inbox").await;
    let ids = service.items(SOURCE, &inbox).await;
    let text = service.ok(SOURCE, &export(&ids)).await;
    assert!(codes(&text).iter().all(|code| code == "NoError"), "{text}");
    texts(&text, "m:Data")
}

#[tokio::test]
async fn uploaded_exports_make_an_equal_folder() {
    let service = Service::start().await;
    let inbox = service.folder(SOURCE, "inbox").await;
    let target = service.folder(DESTINATION, "inbox").await;
    for (traversal, flag) in [("Shallow", ""), ("Associated", " IsAssociated=\"true\"")] {
        let text = service.ok(SOURCE, &find_item(&inbox, traversal, "")).await;
        let ids = attributes(&text, "t:ItemId", "Id");
        assert!(!ids.is_empty(), "{traversal}");
        let blobs = texts(&service.ok(SOURCE, &export(&ids)).await, "m:Data");
        let body =
            upload(&target, &blobs).replace("\"CreateNew\"", &format!("\"CreateNew\"{flag}"));
        let text = service.ok(DESTINATION, &body).await;
        assert!(codes(&text).iter().all(|code| code == "NoError"), "{text}");
    }
    let digest = async |tenant: usize| {
        let path = format!("digest/{}", service.address(tenant));
        let folders = service.control("GET", &path, Value::Null).await;
        let folders = folders.as_array().unwrap().clone();
        folders.into_iter().find(|folder| folder["path"] == json!(["{inbox}"])).unwrap()
    };
    let source = digest(SOURCE).await;
    assert!(source["items"].as_u64() > Some(0) && source["associated"].as_u64() > Some(0));
    assert_eq!(source, digest(DESTINATION).await);
}

#[tokio::test]
async fn uploading_twice_makes_two() {
    let service = Service::start().await;
    let blobs = blobs(&service).await;
    let target = service.folder(DESTINATION, "inbox").await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let text = service.ok(DESTINATION, &upload(&target, &blobs)).await;
        ids.extend(attributes(&text, "m:ItemId", "Id"));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2 * blobs.len());
    assert_eq!(service.items(DESTINATION, &target).await.len(), 2 * blobs.len());
}

#[tokio::test]
async fn uploads_follow_the_rules_of_their_action() {
    let service = Service::start().await;
    let blobs = blobs(&service).await;
    let inbox = service.folder(DESTINATION, "inbox").await;
    let drafts = service.folder(DESTINATION, "drafts").await;
    let text = service.ok(DESTINATION, &upload(&inbox, &blobs[..1])).await;
    let id = attributes(&text, "m:ItemId", "Id").remove(0);
    let key = attributes(&text, "m:ItemId", "ChangeKey").remove(0);
    let with = |action: &str, folder: &str, item: &str, data: &str| {
        format!(
            "<m:UploadItems><m:Items><t:Item CreateAction=\"{action}\" IsAssociated=\"false\">\
             <t:ParentFolderId Id=\"{folder}\"/>{item}<t:Data>{data}</t:Data></t:Item></m:Items></m:UploadItems>"
        )
    };
    let plain = format!("<t:ItemId Id=\"{id}\"/>");
    let text = service.ok(DESTINATION, &with("Update", &inbox, &plain, &blobs[1])).await;
    assert_eq!(attributes(&text, "m:ItemId", "Id"), std::slice::from_ref(&id));
    assert_ne!(attributes(&text, "m:ItemId", "ChangeKey"), std::slice::from_ref(&key));
    let stale = format!("<t:ItemId Id=\"{id}\" ChangeKey=\"{key}\"/>");
    let text = service.ok(DESTINATION, &with("Update", &inbox, &stale, &blobs[1])).await;
    assert_eq!(codes(&text), ["ErrorIrresolvableConflict"]);
    let text = service.ok(DESTINATION, &with("Update", &drafts, &plain, &blobs[1])).await;
    assert_eq!(codes(&text), ["ErrorItemNotFound"]);
    let text = service.ok(DESTINATION, &with("UpdateOrCreate", &drafts, &plain, &blobs[1])).await;
    assert_ne!(attributes(&text, "m:ItemId", "Id"), std::slice::from_ref(&id));
    let answer = service.call(DESTINATION, &with("Update", &inbox, "", &blobs[1])).await;
    assert_eq!(fault_code(&answer), "ErrorInvalidRequest");
    let text = service.ok(DESTINATION, &with("CreateNew", &inbox, "", "AQAAAAgAAAAAAAAA")).await;
    assert_eq!(codes(&text), ["ErrorCorruptData"]);
    let answer = service.call(DESTINATION, &with("CreateNew", &inbox, "", "AQAA*")).await;
    assert_eq!(fault_code(&answer), "ErrorSchemaValidation");
}

#[tokio::test]
async fn nothing_of_a_request_is_executed_when_its_end_is_missing() {
    let service = Service::start().await;
    let blobs = blobs(&service).await;
    let inbox = service.folder(DESTINATION, "inbox").await;
    let body = envelope(service.address(DESTINATION), &upload(&inbox, &blobs));
    let cut = body.rfind("</t:Item>").unwrap();
    let answer = service.send(DESTINATION, body[..cut].to_owned()).await.unwrap();
    assert_eq!(fault_code(&answer), "ErrorSchemaValidation");
    assert!(service.items(DESTINATION, &inbox).await.is_empty());
}

#[tokio::test]
async fn a_full_mailbox_and_too_large_items_are_refused_item_by_item() {
    let service = Service::start().await;
    let blobs = blobs(&service).await;
    let inbox = service.folder(DESTINATION, "inbox").await;
    let limits = format!("mailboxes/{}/limits", service.address(DESTINATION));
    service.control("POST", &limits, json!({ "full": true })).await;
    let text = service.ok(DESTINATION, &upload(&inbox, &blobs[..2])).await;
    assert_eq!(codes(&text), ["ErrorQuotaExceeded", "ErrorQuotaExceeded"]);
    service.control("POST", &limits, json!({ "max_item_size": 100 })).await;
    let text = service.ok(DESTINATION, &upload(&inbox, &blobs[..1])).await;
    assert_eq!(codes(&text), ["ErrorMessageSizeExceeded"]);
}

#[tokio::test]
async fn bodies_over_the_limit_or_without_length_are_refused_as_configured() {
    let service = Service::start().await;
    let blobs = blobs(&service).await;
    let inbox = service.folder(DESTINATION, "inbox").await;
    let body = envelope(service.address(DESTINATION), &upload(&inbox, &blobs));
    service.control("PATCH", "settings", json!({ "max_request_bytes": body.len() - 1 })).await;
    let answered = service.send(DESTINATION, body.clone()).await;
    assert!(answered.is_err() || answered.is_ok_and(|answer| answer.status == 413));
    let settings = json!({ "max_request_bytes": 67_108_864, "refuse_chunked": 411 });
    service.control("PATCH", "settings", settings).await;
    let chunked = async || {
        let pieces: Vec<_> = body.as_bytes().chunks(1000).map(<[u8]>::to_vec).collect();
        let stream = futures::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
        let request = service
            .client
            .post(service.text(DESTINATION, "ews_url"))
            .bearer_auth(service.token(DESTINATION).await)
            .header("content-type", "text/xml")
            .body(reqwest::Body::wrap_stream(stream));
        answer(request).await
    };
    assert!(chunked().await.is_ok_and(|answer| answer.status == 411));
    service.control("PATCH", "settings", json!({ "refuse_chunked": null })).await;
    assert_eq!(chunked().await.unwrap().status, 200);
    assert_eq!(service.items(DESTINATION, &inbox).await.len(), blobs.len());
}

#[tokio::test]
async fn requests_and_answers_may_be_compressed() {
    use std::io::Write;
    let service = Service::start().await;
    let inbox = service.folder(SOURCE, "inbox").await;
    let ids = service.items(SOURCE, &inbox).await;
    let body = envelope(service.address(SOURCE), &export(&ids));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body.as_bytes()).unwrap();
    let request = service
        .client
        .post(service.text(SOURCE, "ews_url"))
        .bearer_auth(service.token(SOURCE).await)
        .header("content-type", "text/xml")
        .header("content-encoding", "gzip")
        .body(encoder.finish().unwrap());
    let answer = answer(request).await.unwrap();
    assert_eq!(codes(&answer.text).len(), ids.len());
    let raw = reqwest::Client::builder().no_proxy().no_gzip().build().unwrap();
    let request = raw
        .post(service.text(SOURCE, "ews_url"))
        .bearer_auth(service.token(SOURCE).await)
        .header("content-type", "text/xml")
        .header("accept-encoding", "gzip")
        .body(body);
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.bytes().await.unwrap()[..2], [0x1f, 0x8b]);
}
