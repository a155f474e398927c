//! HTTP statuses that are not the service's own answer.

use longhaul_core::code;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::Error;
use crate::error::{Class, Executed, Kind, Verdict};

/// Whether the body is SOAP: a 200, or a 500 that carries a fault.
pub(crate) fn is_soap(status: u16, headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    matches!(status, 200 | 500) && kind.contains("xml") && !kind.contains("html")
}

/// What a status means that brings no SOAP. `sent` is the size of the request.
///
/// Sources: Microsoft: "EWS throttling in Exchange"; RFC 9110.
pub(crate) fn error(status: u16, sent: Option<u64>) -> Error {
    use Executed::{No, Unknown};
    let large = sent.is_none_or(|bytes| bytes > crate::limits::BATCH_BYTES);
    let (class, code, executed, sentence) = match status {
        401 => (Class::Fatal, code::EWS_UNAUTHORISED, No, "it refused a fresh token"),
        403 => (
            Class::Fatal,
            code::EWS_FORBIDDEN,
            No,
            "the tenant, the mailbox or its licence does not allow EWS to this application",
        ),
        // IIS says 404 (substatus 13) to a body over its limit.
        413 | 404 if status == 413 || large => {
            (Class::RetryItem, code::TOO_LARGE, No, "the request is larger than it accepts")
        }
        404 | 410 => (Class::Fatal, code::EWS_UNREACHABLE, No, "there is no EWS at that address"),
        407 => (Class::Fatal, code::EWS_UNREACHABLE, No, "a proxy wants to be signed in to"),
        429 => (Class::Backoff, code::THROTTLED, No, "it asked to wait"),
        300..=399 => (
            Class::Backoff,
            code::SERVICE_UNAVAILABLE,
            Unknown,
            "it sent us to another page, as it does in trouble",
        ),
        200..=299 => (
            Class::Backoff,
            code::SERVICE_UNAVAILABLE,
            Unknown,
            "the answer is no SOAP; something else answers for it",
        ),
        408 | 500..=500 | 502..=599 => {
            (Class::Backoff, code::SERVICE_UNAVAILABLE, Unknown, "it is busy or restarting")
        }
        _ => (Class::Bug, code::REQUEST_REFUSED, No, "it does not take the request in this form"),
    };
    Error::new(Kind::Status { status, sentence }, Verdict { class, code, executed })
        .with_http_status(status)
}

/// A refused token on a request that cannot be sent again by itself.
pub(crate) fn refused_once() -> Error {
    let verdict =
        Verdict { class: Class::Backoff, code: code::EWS_UNAUTHORISED, executed: Executed::No };
    let sentence = "it refused the token; the next try has a fresh one";
    Error::new(Kind::Status { status: 401, sentence }, verdict).with_http_status(401)
}
