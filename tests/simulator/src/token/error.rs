//! Errors of the token endpoint, in Entra's shape.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

/// A refusal: OAuth error, AADSTS number and sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenError {
    status: StatusCode,
    error: &'static str,
    number: u32,
    text: String,
}

impl TokenError {
    pub(super) fn request(error: &'static str, number: u32, text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, number, text: text.into() }
    }

    pub(super) fn client(number: u32, text: impl Into<String>) -> Self {
        let status = StatusCode::UNAUTHORIZED;
        Self { status, error: "invalid_client", number, text: text.into() }
    }

    /// No such tenant.
    pub(super) fn tenant(name: &str) -> Self {
        Self::request(
            "invalid_request",
            90_002,
            format!(
                "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and \
                 are signing into the correct cloud."
            ),
        )
    }

    /// A form field is not there.
    pub(super) fn missing(field: &str) -> Self {
        Self::request(
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{field}'."),
        )
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        let now = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let description = format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}",
            self.number, self.text
        );
        let body = Json(json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [self.number],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
        }));
        let headers = [
            ("x-ms-request-id", trace.to_string()),
            ("cache-control", "no-store, no-cache".to_owned()),
        ];
        (self.status, headers, body).into_response()
    }
}
