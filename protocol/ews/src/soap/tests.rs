//! The three layers of answers, from the service's own words.

use std::time::Duration;

use bytes::Bytes;
use longhaul_core::code;

use super::*;
use crate::xml::Source;
use crate::{Class, Error, Executed};

const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
const ERRORS: &str = "http://schemas.microsoft.com/exchange/services/2006/errors";
const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";

fn source(text: impl Into<Bytes>) -> Source {
    Box::pin(futures::stream::iter([Ok(text.into())]))
}

async fn open(body: &str) -> Result<Answer, Error> {
    let text = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header>\
         <h:ServerVersionInfo xmlns:h=\"{TYPES}\" MajorVersion=\"15\" MinorVersion=\"20\" \
         MajorBuildNumber=\"8000\" MinorBuildNumber=\"16\" Version=\"V2018_01_08\"/></s:Header>\
         <s:Body>{body}</s:Body></s:Envelope>"
    );
    Answer::open(source(text), "id-1".into()).await
}

async fn fault(code: &str, values: &str) -> Error {
    let body = format!(
        "<s:Fault><faultcode xmlns:a=\"{TYPES}\">a:{code}</faultcode>\
         <faultstring xml:lang=\"en-US\">Try again later.</faultstring><detail>\
         <e:ResponseCode xmlns:e=\"{ERRORS}\">{code}</e:ResponseCode>\
         <e:Message xmlns:e=\"{ERRORS}\">Try again later.</e:Message>\
         <t:MessageXml xmlns:t=\"{TYPES}\">{values}</t:MessageXml></detail></s:Fault>"
    );
    open(&body).await.err().expect("a fault")
}

/// The outcome of the only response message, with `inside` in it.
async fn message(class: &str, inside: &str) -> Result<(), crate::ItemError> {
    let body = format!(
        "<m:XResponse xmlns:m=\"{MESSAGES}\" xmlns:t=\"{TYPES}\"><m:ResponseMessages>\
         <m:XResponseMessage ResponseClass=\"{class}\">{inside}</m:XResponseMessage>\
         </m:ResponseMessages></m:XResponse>"
    );
    let mut answer = open(&body).await.expect("no fault");
    answer.open_messages().await.expect("messages");
    let mut message = answer.message().await.expect("read").expect("one");
    while answer.part(&mut message).await.expect("read").is_some() {
        answer.skip().await.expect("read");
    }
    assert!(answer.message().await.expect("read").is_none());
    answer.finish().await.expect("whole");
    message.outcome("id-1")
}

#[tokio::test]
async fn a_busy_fault_keeps_its_hint_and_was_not_carried_out() {
    let error = fault("ErrorServerBusy", "<t:Value Name=\"BackOffMilliseconds\">297749</t:Value>");
    let error = error.await;
    assert_eq!(error.class(), Class::Backoff);
    assert_eq!(error.code(), code::THROTTLED);
    assert_eq!(error.response_code(), Some("ErrorServerBusy"));
    assert_eq!(error.hint(), Some(Duration::from_millis(297_749)));
    assert_eq!(error.executed(), Executed::No);
    assert_eq!(error.request_id(), Some("id-1"));
    assert!(!error.to_string().contains("later"), "its sentence is not for logs: {error}");
}

#[tokio::test]
async fn a_hint_that_cannot_be_read_still_is_throttling() {
    let error = fault("ErrorServerBusy", "<t:Value Name=\"BackOffMilliseconds\">soon</t:Value>");
    let error = error.await;
    assert_eq!((error.class(), error.hint()), (Class::Backoff, None));
}

#[tokio::test]
async fn an_unclear_fault_may_have_been_carried_out() {
    for code in ["ErrorInternalServerError", "ErrorTimeoutExpired", "ErrorBrandNew"] {
        assert_eq!(fault(code, "").await.executed(), Executed::Unknown, "{code}");
    }
    assert_eq!(fault("ErrorSchemaValidation", "").await.executed(), Executed::No);
}

#[tokio::test]
async fn inner_codes_are_looked_through() {
    let values = "<t:Value Name=\"InnerErrorResponseCode\">ErrorServerBusy</t:Value>";
    assert_eq!(fault("ErrorInternalServerError", values).await.class(), Class::Backoff);
    let inside = "<m:ResponseCode>ErrorInternalServerError</m:ResponseCode><m:MessageXml>\
                  <t:Value Name=\"InnerErrorResponseCode\">ErrorQuotaExceeded</t:Value></m:MessageXml>";
    let error = message("Error", inside).await.expect_err("an error");
    assert_eq!((error.class(), error.code()), (Class::StopMailbox, code::MAILBOX_FULL));

    let values = "<t:Value Name=\"InnerErrorResponseCode\">ErrorBrandNew</t:Value>";
    let error = fault("ErrorInternalServerError", values).await;
    assert_eq!(error.response_code(), Some("ErrorInternalServerError"));
}

#[tokio::test]
async fn a_fault_without_detail_is_known_by_its_fault_code() {
    let body = format!(
        "<s:Fault><faultcode xmlns:a=\"{TYPES}\">a:ErrorInvalidRequest</faultcode>\
         <faultstring>No.</faultstring></s:Fault>"
    );
    let error = open(&body).await.err().expect("a fault");
    assert_eq!(error.class(), Class::Bug);
    assert_eq!(error.service_text(), Some("No."));
}

#[tokio::test]
async fn a_message_that_was_not_run_is_tried_again() {
    let inside = "<m:MessageText>Processing of the batch was stopped.</m:MessageText>\
                  <m:ResponseCode>ErrorBatchProcessingStopped</m:ResponseCode>\
                  <m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>";
    let error = message("Warning", inside).await.expect_err("not run");
    assert_eq!((error.class(), error.executed()), (Class::RetryItem, Executed::No));
}

#[tokio::test]
async fn success_and_a_warning_without_a_code_are_success() {
    message("Success", "<m:ResponseCode>NoError</m:ResponseCode><m:Other/>").await.expect("good");
    message("Warning", "<m:ResponseCode>NoError</m:ResponseCode>").await.expect("good");
    let error = message("Error", "").await.expect_err("an error without a code");
    assert_eq!(error.code(), code::MALFORMED_ANSWER);
    message("Error", "<m:ResponseCode>NoError</m:ResponseCode>").await.expect_err("contradiction");
}

#[tokio::test]
async fn an_unknown_code_keeps_its_text() {
    let inside = "<m:MessageText>Something new.</m:MessageText>\
                  <m:ResponseCode>ErrorBrandNew</m:ResponseCode>";
    let error = message("Error", inside).await.expect_err("an error");
    assert_eq!((error.class(), error.code()), (Class::RetryItem, code::UNKNOWN_SERVICE_ERROR));
    assert_eq!(error.service_text(), Some("Something new."));
    assert_eq!(error.response_code(), Some("ErrorBrandNew"));
}

#[tokio::test]
async fn the_server_says_its_version() {
    let answer = open("<x/>").await.expect("no fault");
    let version = answer.version().expect("in the header");
    assert_eq!((version.major, version.minor, version.build), (15, 20, 8000));
    assert_eq!(version.schema.as_deref(), Some("V2018_01_08"));
}

#[tokio::test]
async fn what_is_no_envelope_is_malformed() {
    for text in ["<html><body/></html>", "<a/>", "not xml", ""] {
        let error = Answer::open(source(text), "id-1".into()).await.err().expect("no envelope");
        assert_eq!(error.request_id(), Some("id-1"), "{text}");
        assert_eq!(error.response_code(), None);
    }
    let error = open("").await.err().expect("an empty body");
    assert_eq!(error.code(), code::MALFORMED_ANSWER);
}
