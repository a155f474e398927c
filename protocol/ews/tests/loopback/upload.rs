//! Uploads from memory and straight from an export.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use longhaul_core::code;
use longhaul_ews::blob::Base64Text;
use longhaul_ews::{
    Class, Executed, ExportStream, FolderId, ItemId, Upload, UploadAction, UploadStreamError,
};

use crate::support::{Service, encode, exported, failure, item, response, soap, success};

const TIMEOUT: Duration = Duration::from_secs(60);

fn folder() -> FolderId {
    FolderId::new("AQMkAD==")
}

fn new_item(data: Bytes) -> Upload {
    Upload { data: Base64Text::encode(&data), associated: false, action: UploadAction::CreateNew }
}

fn uploaded(id: &str) -> String {
    success("UploadItems", &format!("<m:ItemId Id=\"{id}\" ChangeKey=\"CQAAABYA\"/>"))
}

#[tokio::test]
async fn items_are_sent_with_an_exact_length() {
    let messages =
        [uploaded("N0"), failure("UploadItems", "ErrorQuotaExceeded"), success("UploadItems", "")];
    let service = Service::always(response("UploadItems", &messages)).await;
    let items = vec![
        new_item(item(200_000)),
        Upload {
            data: Base64Text::encode(&item(1)),
            associated: true,
            action: UploadAction::Update(ItemId::new("OLD=")),
        },
        new_item(Bytes::from_static(b"x")),
    ];
    let results = service.mailbox.upload(&folder(), items, TIMEOUT).await.expect("answered");
    assert_eq!(results[0].as_ref().expect("stored").id, "N0");
    assert_eq!(results[1].as_ref().expect_err("full").class(), Class::StopMailbox);
    let lost = results[2].as_ref().expect_err("no id");
    assert_eq!((lost.code(), lost.executed()), (code::MALFORMED_ANSWER, Executed::Unknown));

    let asked = service.asked().remove(0);
    assert_eq!(asked.header("content-length"), asked.body().len().to_string());
    assert_eq!(asked.header("transfer-encoding"), "");
    for data in [item(200_000), item(1), Bytes::from_static(b"x")] {
        assert!(asked.body().contains(&format!("<t:Data>{}</t:Data>", encode(&data))));
    }
    assert!(asked.body().contains(
        "<t:Item CreateAction=\"Update\" IsAssociated=\"true\"><t:ParentFolderId Id=\"AQMkAD==\"/>\
         <t:ItemId Id=\"OLD=\"/><t:Data>"
    ));
}

#[tokio::test]
async fn a_refused_token_sends_the_whole_upload_again() {
    let service = Service::new(|number, _| match number {
        0 => StatusCode::UNAUTHORIZED.into_response(),
        _ => soap(&response("UploadItems", &[uploaded("N0")])),
    })
    .await;
    let items = vec![new_item(item(100_000))];
    service.mailbox.upload(&folder(), items, TIMEOUT).await.expect("answered");
    let asked = service.asked();
    assert_eq!(asked[0].body(), asked[1].body());
}

/// An export whose data is `data`.
async fn source(data: &str) -> (Service, ExportStream) {
    let service = Service::always(response("ExportItems", &[exported("0", data)])).await;
    let stream = service.mailbox.export_stream(&ItemId::new("AAM=")).await;
    let stream = stream.expect("answered").expect("data");
    (service, stream)
}

async fn stream_to(
    service: &Service,
    length: Option<u64>,
    source: ExportStream,
) -> Result<Result<longhaul_ews::Streamed, longhaul_ews::ItemError>, UploadStreamError> {
    let action = UploadAction::CreateNew;
    service.mailbox.upload_stream(&folder(), true, action, length, source, TIMEOUT).await
}

#[tokio::test]
async fn an_item_goes_straight_from_source_to_destination() {
    for length in [0, 1, 2, 500_000] {
        let whole = item(length);
        for announced in [None, Some(whole.len() as u64)] {
            let (_source, stream) = source(&encode(&whole)).await;
            let service = Service::always(response("UploadItems", &[uploaded("N0")])).await;
            let id = stream_to(&service, announced, stream).await.expect("sent").expect("stored");
            assert_eq!(id.id.id, "N0");
            let asked = service.asked().remove(0);
            let data = format!("<t:Data>{}</t:Data></t:Item>", encode(&whole));
            assert!(asked.body().contains(&data) && asked.body().ends_with("</s:Envelope>"));
            match announced {
                Some(_) => {
                    assert_eq!(asked.header("content-length"), asked.body().len().to_string())
                }
                None => assert_eq!(asked.header("transfer-encoding"), "chunked"),
            }
        }
    }
}

#[tokio::test]
async fn a_damaged_source_never_completes_the_request() {
    let whole = item(200_000);
    for announced in [None, Some(whole.len() as u64)] {
        for data in [
            encode(&whole[..whole.len() - 3]),
            format!("{}=== Truncated Data ===", &encode(&whole)[..200_000]),
            encode(&[whole.as_ref(), b"more"].concat()),
        ] {
            let (_source, stream) = source(&data).await;
            let service = Service::always(response("UploadItems", &[uploaded("N0")])).await;
            let error = stream_to(&service, announced, stream).await.expect_err("damaged");
            assert!(
                matches!(error, UploadStreamError::Source(_) | UploadStreamError::LengthChanged),
                "{error:?}"
            );
            assert_eq!((error.executed(), error.class()), (Executed::No, Class::RetryItem));
            assert!(service.asked().iter().all(|asked| asked.body.is_none()), "never whole");
        }
    }
}

#[tokio::test]
async fn an_item_that_changed_its_length_never_completes_the_request() {
    let whole = item(50_000);
    for announced in [whole.len() as u64 - 1, whole.len() as u64 + 3] {
        let (_source, stream) = source(&encode(&whole)).await;
        let service = Service::always(response("UploadItems", &[uploaded("N0")])).await;
        let error = stream_to(&service, Some(announced), stream).await.expect_err("another length");
        assert!(matches!(error, UploadStreamError::LengthChanged), "{error:?}");
        assert!(service.asked().iter().all(|asked| asked.body.is_none()), "never whole");
    }
}

#[tokio::test]
async fn a_destination_that_refuses_is_told_from_a_source_that_fails() {
    let (_source, stream) = source(&encode(&item(10))).await;
    let service = Service::new(|_, _| StatusCode::LENGTH_REQUIRED.into_response()).await;
    let error = stream_to(&service, None, stream).await.expect_err("refused");
    let UploadStreamError::Destination(error) = error else { panic!("{error:?}") };
    assert_eq!((error.http_status(), error.executed()), (Some(411), Executed::No));

    let (_source, stream) = source(&encode(&item(10))).await;
    let refused = failure("UploadItems", "ErrorMessageSizeExceeded");
    let service = Service::always(response("UploadItems", &[refused])).await;
    let error = stream_to(&service, None, stream).await.expect("sent").expect_err("too large");
    assert_eq!((error.class(), error.code()), (Class::SkipItem, code::TOO_LARGE));
}

#[tokio::test]
async fn a_refused_token_on_a_stream_leaves_a_fresh_one_for_the_next_try() {
    let (_source, stream) = source(&encode(&item(10))).await;
    let service = Service::new(|_, _| StatusCode::UNAUTHORIZED.into_response()).await;
    let error = stream_to(&service, None, stream).await.expect_err("refused");
    assert_eq!((error.class(), error.executed()), (Class::Backoff, Executed::No));
    assert_eq!((service.asked().len(), service.tokens()), (1, 2));
}

#[tokio::test]
async fn an_upload_that_takes_too_long_may_have_been_carried_out() {
    let (_source, stream) = source(&encode(&item(10))).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let authority = Service::always("").await;
    let (mailbox, _folder) =
        crate::support::mailbox(&authority.base(), &format!("http://{address}/EWS"));
    // The listener accepts in its backlog and never answers.
    let timeout = Duration::from_millis(300);
    let action = UploadAction::CreateNew;
    let result = mailbox.upload_stream(&folder(), false, action, None, stream, timeout).await;
    let error = result.expect_err("no answer");
    assert_eq!((error.class(), error.executed()), (Class::Backoff, Executed::Unknown));
    drop(listener);
}
