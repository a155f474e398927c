//! The HTTP layer: headers, tokens, statuses, hints, lost answers.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use base64::Engine as _;
use longhaul_core::code;
use longhaul_ews::{Class, Executed, FolderName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{
    SMTP, Service, envelope, fault, mailbox, response, soap, success, with_status,
};

const INBOX: [FolderName<'static>; 1] = [FolderName::Distinguished("inbox")];

fn inbox() -> String {
    let folder = "<m:Folders><t:Folder><t:FolderId Id=\"AQ==\"/></t:Folder></m:Folders>";
    response("GetFolder", &[success("GetFolder", folder)])
}

#[tokio::test]
async fn a_request_carries_what_routes_and_traces_it() {
    let service = Service::always(inbox()).await;
    service.mailbox.get_folders(&INBOX).await.expect("answered");
    let asked = service.asked().remove(0);
    assert_eq!(asked.header("authorization"), "Bearer token-1");
    assert_eq!(asked.header("x-anchormailbox"), SMTP);
    assert_eq!(asked.header("x-preferserveraffinity"), "true");
    assert_eq!(asked.header("content-type"), "text/xml; charset=utf-8");
    assert_eq!(asked.header("user-agent"), "longhaul-test/0");
    assert_eq!(
        asked.header("soapaction"),
        "\"http://schemas.microsoft.com/exchange/services/2006/messages/GetFolder\""
    );
    assert_eq!(asked.header("client-request-id").len(), 36);
    assert_eq!(asked.header("accept-encoding"), "gzip");
    assert_eq!(asked.header("content-length"), asked.body().len().to_string());
    assert!(asked.body().contains("<t:SmtpAddress>a@contoso.test</t:SmtpAddress>"));
}

#[tokio::test]
async fn the_affinity_cookie_is_given_back() {
    let service = Service::new(|_, _| {
        let mut response = soap(&inbox());
        let headers = response.headers_mut();
        headers.append("set-cookie", "exchangecookie=1; path=/".parse().expect("a value"));
        let cookie = "X-BackEndOverrideCookie=be~42; path=/; secure".parse().expect("a value");
        headers.append("set-cookie", cookie);
        response
    })
    .await;
    service.mailbox.get_folders(&INBOX).await.expect("answered");
    service.mailbox.clone().get_folders(&INBOX).await.expect("answered");
    let asked = service.asked();
    assert_eq!(asked[0].header("cookie"), "");
    assert_eq!(asked[1].header("cookie"), "X-BackEndOverrideCookie=be~42");
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let service = Service::new(|_, asked| match asked.header("authorization") {
        "Bearer token-1" => StatusCode::UNAUTHORIZED.into_response(),
        _ => soap(&inbox()),
    })
    .await;
    service.mailbox.get_folders(&INBOX).await.expect("the second token is taken");
    assert_eq!((service.asked().len(), service.tokens()), (2, 2));
    assert_eq!(service.asked()[0].body(), service.asked()[1].body());
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_too_is_an_error() {
    let service = Service::new(|_, _| StatusCode::UNAUTHORIZED.into_response()).await;
    let error = service.mailbox.get_folders(&INBOX).await.expect_err("refused");
    assert_eq!((error.class(), error.code()), (Class::Fatal, code::EWS_UNAUTHORISED));
    assert_eq!(service.asked().len(), 2);
}

#[tokio::test]
async fn each_status_has_its_class() {
    use Class::{Backoff, Bug, Fatal, RetryItem};
    use Executed::{No, Unknown};
    for (status, class, code, executed) in [
        (403, Fatal, code::EWS_FORBIDDEN, No),
        (404, Fatal, code::EWS_UNREACHABLE, No),
        (302, Backoff, code::SERVICE_UNAVAILABLE, Unknown),
        (400, Bug, code::REQUEST_REFUSED, No),
        (411, Bug, code::REQUEST_REFUSED, No),
        (501, Bug, code::REQUEST_REFUSED, No),
        (413, RetryItem, code::TOO_LARGE, No),
        (429, Backoff, code::THROTTLED, No),
        (500, Backoff, code::SERVICE_UNAVAILABLE, Unknown),
        (502, Backoff, code::SERVICE_UNAVAILABLE, Unknown),
        (503, Backoff, code::SERVICE_UNAVAILABLE, Unknown),
        (200, Backoff, code::SERVICE_UNAVAILABLE, Unknown),
    ] {
        let service = Service::new(move |_, _| {
            with_status(status, "text/html", "<html>Server Error in '/EWS' Application</html>")
        })
        .await;
        let error = service.mailbox.get_folders(&INBOX).await.expect_err("no SOAP");
        assert_eq!(
            (error.class(), error.code(), error.executed(), error.http_status()),
            (class, code, executed, Some(status)),
            "{status}"
        );
        assert_eq!(service.asked().len(), 1, "{status} is not tried again here");
    }
}

#[tokio::test]
async fn a_server_error_in_xml_that_is_no_fault_is_transient() {
    for body in ["<error/>".to_owned(), envelope("<x/>"), "<a".to_owned()] {
        let service = Service::new(move |_, _| with_status(500, "text/xml", &body)).await;
        let error = service.mailbox.get_folders(&INBOX).await.expect_err("no fault");
        assert_eq!((error.class(), error.code()), (Class::Backoff, code::SERVICE_UNAVAILABLE));
    }
}

#[tokio::test]
async fn hints_and_request_ids_are_kept() {
    for status in [429, 503] {
        let service = Service::new(move |_, _| {
            let mut response = with_status(status, "text/html", "busy");
            let headers = response.headers_mut();
            headers.insert("retry-after", "30".parse().expect("a value"));
            headers.insert("request-id", "be-1".parse().expect("a value"));
            response
        })
        .await;
        let error = service.mailbox.get_folders(&INBOX).await.expect_err("busy");
        assert_eq!(error.hint(), Some(Duration::from_secs(30)));
        assert_eq!(error.request_id(), Some("be-1"));
    }
}

#[tokio::test]
async fn the_larger_of_two_hints_counts() {
    let service = Service::new(|_, _| {
        let body = "<s:Fault><faultcode>x:ErrorServerBusy</faultcode><detail><t:MessageXml \
             xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\">\
             <t:Value Name=\"BackOffMilliseconds\">5000</t:Value></t:MessageXml></detail></s:Fault>";
        let mut response = with_status(500, "text/xml", &envelope(body));
        response.headers_mut().insert("retry-after", "9".parse().expect("a value"));
        response
    })
    .await;
    let error = service.mailbox.get_folders(&INBOX).await.expect_err("busy");
    assert_eq!(error.hint(), Some(Duration::from_secs(9)));
    assert_eq!((error.class(), error.executed()), (Class::Backoff, Executed::No));
}

#[tokio::test]
async fn a_fault_is_told_from_an_http_error() {
    let service = Service::new(|_, _| fault("ErrorNonExistentMailbox")).await;
    let error = service.mailbox.get_folders(&INBOX).await.expect_err("a fault");
    assert_eq!((error.class(), error.code()), (Class::StopMailbox, code::MAILBOX_NOT_FOUND));
    assert_eq!(error.http_status(), Some(500));
}

/// An answer to GetFolder with the id `ZIPPED==`, compressed with gzip, in base64.
const ZIPPED: &str = "\
    H4sIAAAAAAACA52RwW7DIAyGXyXiAeJqhx0Q4bAum3LYVLW33hB4SaUQI8yq9u1HVaJ0W3fZ7cf4//yDFct2OuJI\
    AauTHyeW3IghpSAB2A7oDde5zmRCTbGHiwAsDhBasXwid9bKy1dMLzQ6jFvkQBPPQP8L6A82EtNHqi15wJMdzNQj\
    MMbjwSLDw2r1CB6ZTY8sCib9D5POITMu+eZYbwV8N3O5rObzejScf2T3aTPxO2dNDvU7tTFSVPCjnvuu4DwmFbmo\
    zlWda8S+22za56YRoBUsXXDjhb8z6tuhy6PuOXJ13hMsC9dfkDSxvf0BAAA=\
";

#[tokio::test]
async fn a_compressed_answer_is_read_and_a_cut_one_is_not() {
    let zipped = base64::engine::general_purpose::STANDARD.decode(ZIPPED).expect("a constant");
    for (end, whole) in [(zipped.len(), true), (zipped.len() - 30, false)] {
        let bytes = zipped[..end].to_vec();
        let service = Service::new(move |_, _| {
            let headers = [("content-type", "text/xml"), ("content-encoding", "gzip")];
            (headers, bytes.clone()).into_response()
        })
        .await;
        match service.mailbox.get_folders(&INBOX).await {
            Ok(folders) if whole => {
                assert_eq!(folders[0].as_ref().expect("found").id.as_str(), "ZIPPED==");
            }
            Err(error) if !whole => assert_eq!(error.class(), Class::Backoff),
            other => panic!("{whole}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_error_chain_says_each_thing_once() {
    let (mailbox, _folder) = mailbox("http://127.0.0.1:1", "http://127.0.0.1:1/EWS");
    let error = mailbox.get_folders(&INBOX).await.expect_err("no authority");
    let mut texts = vec![error.to_string()];
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    assert!(texts.len() >= 2 && texts.windows(2).all(|pair| pair[0] != pair[1]), "{texts:?}");
}

#[tokio::test]
async fn a_refused_connection_was_not_carried_out_and_says_so() {
    let authority = Service::always("").await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = closed.local_addr().expect("bound");
    drop(closed);
    let error = lost(&authority, &format!("http://{address}/EWS/Exchange.asmx")).await;
    assert_eq!((error.class(), error.executed()), (Class::Backoff, Executed::No));
    assert!(error.to_string().contains("refused"), "{error}");
}

/// The error of a call to `ews`, with a token from `authority`.
async fn lost(authority: &Service, ews: &str) -> longhaul_ews::Error {
    let base = authority.base();
    let (mailbox, _folder) = mailbox(&base, ews);
    mailbox.get_folders(&INBOX).await.expect_err("lost")
}

#[tokio::test]
async fn an_answer_lost_after_sending_may_have_been_carried_out() {
    let authority = Service::always("").await;
    for answer in
        ["", "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 5000\r\n\r\n<s:Envelope"]
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut buffer = vec![0; 65536];
            let _ = socket.read(&mut buffer).await.expect("a request");
            socket.write_all(answer.as_bytes()).await.expect("sent");
        });
        let error = lost(&authority, &format!("http://{address}/EWS/Exchange.asmx")).await;
        assert_eq!(
            (error.class(), error.code(), error.executed()),
            (Class::Backoff, code::EWS_UNREACHABLE, Executed::Unknown),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_had_is_that_error() {
    let (mailbox, _folder) = mailbox("http://127.0.0.1:1", "http://127.0.0.1:1/EWS");
    let error = mailbox.get_folders(&INBOX).await.expect_err("no authority");
    assert_eq!((error.class(), error.code()), (Class::Backoff, code::AUTHORITY_UNREACHABLE));
    assert_eq!(error.executed(), Executed::No);
}
