//! Answers of the front end, not of EWS: no SOAP in them.

use axum::response::{Html, IntoResponse, Response};
use http::{StatusCode, header};

use crate::faults::Early;
use crate::token::Rejected;

/// 401 with the diagnostics the service sends
/// ([ED how-to-authenticate-an-ews-application-by-using-oauth.md]).
pub(super) fn unauthorized(rejected: Rejected) -> Response {
    let challenge = format!(
        "Bearer client_id=\"00000002-0000-0ff1-ce00-000000000000\", \
         trusted_issuers=\"00000001-0000-0000-c000-000000000000@*\", \
         token_types=\"app_asserted_user_v1 service_asserted_app_v1\", error=\"{}\"",
        rejected.category
    );
    let diagnostics = format!(
        "{};reason=\"{}\";error_category=\"{}\"",
        rejected.number, rejected.reason, rejected.category
    );
    (
        StatusCode::UNAUTHORIZED,
        [(header::WWW_AUTHENTICATE.as_str(), challenge), ("x-ms-diagnostics", diagnostics)],
    )
        .into_response()
}

/// 403 without a body: EWS is off for the tenant, the application or the mailbox.
pub(super) fn forbidden() -> Response {
    StatusCode::FORBIDDEN.into_response()
}

/// An injected answer; `None` for a reset or a SOAP fault, which are made elsewhere.
pub(super) fn injected(early: &Early) -> Option<Response> {
    Some(match early {
        Early::Fault(_) | Early::Reset => return None,
        Early::Status { status, retry_after } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            if status == StatusCode::UNAUTHORIZED {
                return Some(unauthorized(Rejected {
                    number: 2_000_001,
                    category: "invalid_token",
                    reason: "The token could not be validated.",
                }));
            }
            let mut response = status.into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
            }
            response
        }
        Early::ErrorPage => (
            StatusCode::FOUND,
            [
                (
                    header::LOCATION.as_str(),
                    "/ews/genericerrorpage.htm?aspxerrorpath=/EWS/Exchange.asmx",
                ),
                ("x-cas-error-code", "TransientFailure"),
                ("connection", "close"),
            ],
            Html("<html><head><title>Object moved</title></head><body></body></html>"),
        )
            .into_response(),
        Early::Html => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Html(
                "<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/EWS' \
                 Application.</h1></body></html>",
            ),
        )
            .into_response(),
    })
}
