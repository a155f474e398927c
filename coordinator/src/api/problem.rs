//! How the API says no.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use longhaul_core::{Code, code};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::engine::{Detail, Refusal, RefusalKind};
use crate::project::Mistakes;

/// A problem document (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The refusal itself.
    #[serde(flatten)]
    pub refusal: Refusal,
}

impl Problem {
    /// A problem with the advice that belongs to its code.
    pub(crate) fn new(
        status: StatusCode,
        kind: RefusalKind,
        code: Code,
        text: impl Into<String>,
    ) -> Self {
        Self { status: status.as_u16(), refusal: Refusal::new(kind, code, text) }
    }

    /// A request that cannot be understood.
    pub(crate) fn malformed(status: StatusCode, text: impl Into<String>) -> Self {
        Self::new(status, RefusalKind::Invalid, code::BAD_VALUE, text)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            // The request was right; what it depends on was not.
            RefusalKind::Refused => StatusCode::FAILED_DEPENDENCY,
            RefusalKind::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            RefusalKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status: status.as_u16(), refusal }
    }
}

impl From<Mistakes> for Refusal {
    fn from(mistakes: Mistakes) -> Self {
        let text = match mistakes.list.len() {
            1 => "the project has a mistake".to_owned(),
            count => format!("the project has {count} mistakes"),
        };
        let details = mistakes
            .list
            .iter()
            .map(|mistake| {
                let place = match &mistake.place {
                    Some(place) => format!("{place}: {}", mistake.key),
                    None => mistake.key.clone(),
                };
                Detail::new(mistake.code, place, mistake.text.clone())
            })
            .collect();
        Self::new(RefusalKind::Invalid, mistakes.code(), text).with(details)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() {
            // Codes only: the text may name a mailbox.
            tracing::warn!(code = %self.refusal.code, status = self.status, "request failed");
        }
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut answer = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if self.refusal.code == code::NO_LEADER {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }
}
