//! What only the leader can do is passed on to it.
//!
//! A follower answers questions from the store. Changes, and verifications, which live in the
//! leader's memory, go to the leader under the caller's own token. A request that was passed on
//! once is not passed on again.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Problem;
use super::router::{MAX_PROJECT, Shared};
use crate::engine::Refusal;
use crate::lead::{Leader, Role};

#[cfg(test)]
mod tests;

/// Marks a request that was passed on.
const PASSED_ON: HeaderName = HeaderName::from_static("longhaul-passed-on");
/// How long a leader may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long it may take to answer: a submitted project is answered for by every mailbox.
const ANSWER: Duration = Duration::from_secs(300);
/// How long a caller may take to send its request.
const REQUEST: Duration = Duration::from_secs(60);

/// The client that passes requests on.
pub(super) fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().connect_timeout(CONNECT).timeout(ANSWER);
    // A fleet's own addresses are not a proxy's business.
    builder.no_proxy().build().unwrap_or_default()
}

/// Lets the leader answer what only the leader can.
pub(super) async fn to_leader(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let role = shared.role.borrow().clone();
    let leader = match role {
        Role::Follows(_, leader) if is_the_leaders(request.method(), request.uri()) => leader,
        _ => return next.run(request).await,
    };
    let passed = match leader {
        _ if request.headers().contains_key(PASSED_ON) => {
            Err(Refusal::no_leader("the coordinator that was thought to lead does not"))
        }
        None => Err(Refusal::no_leader("no coordinator leads at this moment")),
        Some(leader) => pass_on(&shared, &leader, request).await,
    };
    passed.unwrap_or_else(|refusal| Problem::from(refusal).into_response())
}

fn is_the_leaders(method: &Method, uri: &Uri) -> bool {
    !method.is_safe() || uri.path().starts_with("/v1/verifications/")
}

async fn pass_on(shared: &Shared, leader: &Leader, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let body = tokio::time::timeout(REQUEST, to_bytes(body, MAX_PROJECT)).await;
    let Ok(Ok(body)) = body else {
        let text = "the request did not come whole, or is too large";
        return Ok(Problem::malformed(StatusCode::PAYLOAD_TOO_LARGE, text).into_response());
    };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = shared
        .http
        .request(parts.method.clone(), format!("{}{path}", leader.url))
        .header(PASSED_ON, HeaderValue::from_static("1"))
        .body(body);
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
        if let Some(value) = parts.headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let mut role = shared.role.clone();
    let other_leader = role.wait_for(|role| match role {
        Role::Leads(_) => true,
        Role::Follows(_, now) => now.as_ref() != Some(leader),
    });
    let answer = tokio::select! {
        answer = answer(request) => answer,
        _ = other_leader => Err(Refusal::unanswered("the leader is another one by now")),
    };
    // What changes nothing can simply be asked again.
    answer.map_err(|refusal| match parts.method.is_safe() {
        true => Refusal::no_leader(refusal.text),
        false => refusal,
    })
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Response, Refusal> {
    let answer = request.send().await.map_err(|error| match error.is_connect() {
        true => Refusal::no_leader("the leading coordinator cannot be reached"),
        false => Refusal::unanswered("the leading coordinator did not answer"),
    })?;
    let status = answer.status();
    let mut headers = HeaderMap::new();
    for name in [header::CONTENT_TYPE, header::RETRY_AFTER] {
        if let Some(value) = answer.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    let body =
        answer.bytes().await.map_err(|_| Refusal::unanswered("the leading coordinator hung up"))?;
    Ok((status, headers, Body::from(body)).into_response())
}
