//! `/EWS/Exchange.asmx`: from HTTP to an operation and back.
//!
//! The front end checks token, switches and sizes here; reading, executing and writing run on
//! a blocking thread ([`crate::operations::serve()`]), so a mailbox may be as slow as it likes.

use std::convert::Infallible;
use std::io::{BufReader, Read};
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use futures::TryStreamExt;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
    SET_COOKIE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::sync::oneshot;
use tokio_util::io::{StreamReader, SyncIoBridge};
use uuid::Uuid;

use crate::operations::{Caller, Outcome, serve};
use crate::tenant::{Settings, World};
use crate::token::Access;

use super::refuse;
use super::reply::{Reply, ReplySink};
use super::socket::Cut;

/// Answers one EWS request.
pub(super) async fn exchange(
    State(world): State<Arc<World>>,
    Extension(cut): Extension<Cut>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = parts.headers;
    let chunked = !headers.contains_key(CONTENT_LENGTH);
    if chunked && world.settings().refuse_chunked == Some(Settings::CUT) {
        cut.now();
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let mut response = match admit(&world, &parts.method, &headers) {
        Ok(caller) => run(world, caller, cut, &headers, body).await,
        Err(refusal) => *refusal,
    };
    decorate(&headers, response.headers_mut());
    response
}

/// What the front end checks before it looks at the body.
fn admit(world: &World, method: &Method, headers: &HeaderMap) -> Result<Caller, Box<Response>> {
    let authorization = text(headers, &AUTHORIZATION);
    let access = Access::check(world, authorization).map_err(|rejected| {
        world.counters.unauthorized();
        refuse::unauthorized(rejected)
    })?;
    if !access.tenant.ews_allowed(access.application.client_id) {
        return Err(Box::new(refuse::forbidden()));
    }
    if method != Method::POST {
        return Err(Box::new(StatusCode::METHOD_NOT_ALLOWED.into_response()));
    }
    let kind = text(headers, &CONTENT_TYPE).unwrap_or_default();
    if !kind.trim().to_ascii_lowercase().starts_with("text/xml") {
        return Err(Box::new(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response()));
    }
    let settings = world.settings();
    match text(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if length > settings.max_request_bytes => {
            return Err(Box::new(StatusCode::PAYLOAD_TOO_LARGE.into_response()));
        }
        Some(_) => {}
        None => {
            let refused = settings.refuse_chunked.and_then(|s| StatusCode::from_u16(s).ok());
            if let Some(status) = refused {
                return Err(Box::new(status.into_response()));
            }
        }
    }
    let accepted = text(headers, &ACCEPT_ENCODING).unwrap_or_default();
    Ok(Caller {
        tenant: access.tenant.id,
        application: access.application.client_id,
        compress: settings.compress && accepted.contains("gzip"),
    })
}

async fn run(
    world: Arc<World>,
    caller: Caller,
    cut: Cut,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let limit = world.settings().max_request_bytes;
    let encoding = text(headers, &CONTENT_ENCODING).unwrap_or("identity").to_ascii_lowercase();
    let stream = body.into_data_stream().map_err(std::io::Error::other);
    let (sender, receiver) = oneshot::channel();
    let sink = ReplySink::new(sender, caller.compress);
    let work = tokio::task::spawn_blocking(move || {
        let raw = SyncIoBridge::new(StreamReader::new(stream));
        let raw = Limited { inner: raw, left: limit };
        match encoding.as_str() {
            "gzip" => {
                let plain = Limited { inner: MultiGzDecoder::new(raw), left: limit };
                serve(&world, &caller, BufReader::with_capacity(64 * 1024, plain), sink)
            }
            "deflate" => {
                let plain = Limited { inner: ZlibDecoder::new(raw), left: limit };
                serve(&world, &caller, BufReader::with_capacity(64 * 1024, plain), sink)
            }
            _ => serve(&world, &caller, BufReader::with_capacity(64 * 1024, raw), sink),
        }
    });
    // The answer's head comes first if there is one, else the work ends without.
    match receiver.await {
        Ok(Reply::Whole(bytes, compressed)) => answer(Body::from(bytes), compressed),
        Ok(Reply::Streamed(pieces, compressed)) => {
            let stream = futures::stream::unfold(pieces, async |mut pieces| {
                let piece = pieces.recv().await?;
                Some((Ok::<_, Infallible>(piece), pieces))
            });
            answer(Body::from_stream(stream), compressed)
        }
        Err(_) => match work.await {
            Ok(Outcome::Fault(envelope)) => {
                let mut response = answer(Body::from(envelope), false);
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
            Ok(Outcome::Refused(early)) => {
                refuse::injected(&early).unwrap_or_else(refuse::forbidden)
            }
            Ok(Outcome::Forbidden) => refuse::forbidden(),
            Ok(Outcome::TooLarge) => {
                let close = [("connection", "close")];
                (StatusCode::PAYLOAD_TOO_LARGE, close).into_response()
            }
            Ok(Outcome::Done | Outcome::Reset) => {
                cut.now();
                StatusCode::BAD_GATEWAY.into_response()
            }
            Err(error) => {
                tracing::error!(%error, "an operation panicked");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        },
    }
}

fn answer(body: Body, compressed: bool) -> Response {
    let kind = HeaderValue::from_static("text/xml; charset=utf-8");
    let mut response = ([(CONTENT_TYPE, kind)], body).into_response();
    if compressed {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Headers of every answer: correlation, affinity, names of servers ([GH exchangelib#1052]).
fn decorate(request: &HeaderMap, response: &mut HeaderMap) {
    let client = request.get("client-request-id");
    if let Some(id) = client
        && text(request, &HeaderName::from_static("return-client-request-id"))
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    {
        response.insert("client-request-id", id.clone());
    }
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        response.insert("request-id", id);
    }
    response.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    response.insert("x-calculatedbetarget", HeaderValue::from_static("be1.simulator.test"));
    response.insert("x-feserver", HeaderValue::from_static("FE1"));
    let affine = text(request, &HeaderName::from_static("x-preferserveraffinity"))
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
    if affine {
        response.append(
            SET_COOKIE,
            HeaderValue::from_static("X-BackEndOverrideCookie=be1~1941962753; path=/; HttpOnly"),
        );
    }
    response.append(
        SET_COOKIE,
        HeaderValue::from_static("exchangecookie=8f3c1f0f5a0b4a6f; path=/; HttpOnly"),
    );
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Fails once more than so many bytes are read.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, target: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(target)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::FileTooLarge))?;
        Ok(count)
    }
}
