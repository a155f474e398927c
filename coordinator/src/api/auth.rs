//! Who may ask, and when: the bearer token, and no changes while the server stops.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use longhaul_core::code;
use subtle::ConstantTimeEq;

use super::Problem;
use super::router::Shared;
use crate::engine::RefusalKind;

/// Lets a request with the right token through.
pub(super) async fn bearer(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if !has_token(request.headers(), shared.token.expose()) {
        let text = "the API token is missing or wrong";
        let status = StatusCode::UNAUTHORIZED;
        let mut problem = Problem::new(status, RefusalKind::Refused, code::UNAUTHORISED, text);
        problem.refusal.next =
            "give the server's token with `--token`; it stands in DIR/token of its data folder"
                .to_owned();
        return ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response();
    }
    if !request.method().is_safe() && shared.closing.load(Ordering::Acquire) {
        return Problem::from(shared.stopping()).into_response();
    }
    next.run(request).await
}

/// Compares in constant time, so that the answer's timing does not tell how much was right.
fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or("", |(_, given)| given.trim());
    bool::from(given.as_bytes().ct_eq(token.as_bytes())) && !token.is_empty()
}
