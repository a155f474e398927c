//! One call: token, headers, send, one renewal after a 401, and the start of the answer.

use std::time::Duration;

use longhaul_identity::AccessToken;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, SET_COOKIE,
};
use uuid::Uuid;

use super::body::{self, Body};
use super::hint::{date, retry_after};
use super::measure::Measured;
use super::status;
use crate::soap::Answer;
use crate::xml::Source;
use crate::{Error, Mailbox, limits};

/// Keeps a session on one back end.
const AFFINITY_COOKIE: &str = "X-BackEndOverrideCookie";

/// A call about to be made.
pub(crate) struct Call {
    /// Operation, for the SOAP action and the log.
    pub(crate) operation: &'static str,
    pub(crate) body: Body,
    /// Whole time from sending to the end of the answer; `None` bounds each silence only.
    pub(crate) timeout: Option<Duration>,
    /// Life the token must have left.
    pub(crate) token_left: Option<Duration>,
}

impl Call {
    /// A call with a small request and a small answer.
    pub(crate) fn small(operation: &'static str, xml: Vec<u8>) -> Self {
        Self {
            operation,
            body: Body::xml(xml),
            timeout: Some(limits::CALL_TIMEOUT),
            token_left: None,
        }
    }

    /// Makes the call and reads the answer up to the first element of its body.
    ///
    /// Dropping the future gives the call up; whether it was carried out is then unknown.
    pub(crate) async fn make(self, mailbox: &Mailbox) -> Result<Answer, Error> {
        let tokens = &mailbox.endpoint().tokens;
        let token = match self.token_left {
            Some(left) => tokens.valid_for(left).await,
            None => tokens.token().await,
        };
        let token = token.map_err(Error::token)?;
        let measured = Measured::begin(mailbox.side(), self.operation);
        let answer = self.exchange(mailbox, &token).await;
        measured.end(&answer);
        answer
    }

    async fn exchange(self, mailbox: &Mailbox, token: &AccessToken) -> Result<Answer, Error> {
        let tokens = &mailbox.endpoint().tokens;
        let Self { operation, body, timeout, .. } = self;
        let (sent, response, id) = match body {
            Body::Once { body, length } => {
                let (response, id) = send(mailbox, operation, token, body, length, timeout).await?;
                if response.status() == 401 {
                    // Fetched now, so that the caller's next try does not fail the same way.
                    tokens.renewed_after(token).await.map_err(Error::token)?;
                    return Err(status::refused_once().with_request_id(Some(&id)));
                }
                (length, response, id)
            }
            Body::Held(pieces) => {
                let length = Some(body::length(&pieces));
                let body = body::stream(&pieces);
                let (response, id) = send(mailbox, operation, token, body, length, timeout).await?;
                if response.status() == 401 {
                    let token = &tokens.renewed_after(token).await.map_err(Error::token)?;
                    let body = body::stream(&pieces);
                    let (response, id) =
                        send(mailbox, operation, token, body, length, timeout).await?;
                    (length, response, id)
                } else {
                    (length, response, id)
                }
            }
        };
        receive(mailbox, response, id, sent).await
    }
}

async fn send(
    mailbox: &Mailbox,
    operation: &'static str,
    token: &AccessToken,
    body: reqwest::Body,
    length: Option<u64>,
    timeout: Option<Duration>,
) -> Result<(reqwest::Response, String), Error> {
    let id = Uuid::new_v4().to_string();
    let endpoint = mailbox.endpoint();
    let mut request = endpoint
        .http
        .post(endpoint.url.clone())
        .headers(headers(mailbox, operation, token, &id)?)
        .body(body);
    if let Some(length) = length {
        request = request.header(CONTENT_LENGTH, length);
    }
    if let Some(timeout) = timeout {
        request = request.timeout(timeout);
    }
    let silence = timeout.unwrap_or(limits::READ_TIMEOUT);
    let response = match tokio::time::timeout(silence, request.send()).await {
        Ok(outcome) => outcome.map_err(Error::not_answered),
        Err(_) => Err(Error::cut("it did not begin in time")),
    };
    let response = response.map_err(|error| error.with_request_id(Some(&id)))?;
    Ok((response, id))
}

fn headers(
    mailbox: &Mailbox,
    operation: &str,
    token: &AccessToken,
    id: &str,
) -> Result<HeaderMap, Error> {
    let fits =
        |bytes: &[u8], what| HeaderValue::from_bytes(bytes).map_err(|_| Error::argument(what));
    let mut bearer =
        fits(format!("Bearer {}", token.expose()).as_bytes(), "the token is no header")?;
    bearer.set_sensitive(true);
    let anchor = fits(mailbox.smtp().as_bytes(), "the mailbox's address is no header")?;
    let action = format!("\"{}/{operation}\"", crate::xml::MESSAGES);

    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, bearer);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    headers.insert("soapaction", fits(action.as_bytes(), "the operation is no header")?);
    headers.insert("x-anchormailbox", anchor);
    headers.insert("x-preferserveraffinity", HeaderValue::from_static("true"));
    headers.insert("client-request-id", fits(id.as_bytes(), "the request id is no header")?);
    headers.insert("return-client-request-id", HeaderValue::from_static("true"));
    if let Some(cookie) = mailbox.affinity() {
        let cookie = format!("{AFFINITY_COOKIE}={cookie}");
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.insert(COOKIE, value);
        }
    }
    Ok(headers)
}

/// Judges the status and begins to read the answer.
async fn receive(
    mailbox: &Mailbox,
    response: reqwest::Response,
    id: String,
    sent: Option<u64>,
) -> Result<Answer, Error> {
    let headers = response.headers();
    let request_id =
        headers.get("request-id").and_then(|value| value.to_str().ok()).map_or(id, str::to_owned);
    if let Some(cookie) = affinity(headers) {
        mailbox.set_affinity(cookie);
    }
    let hint = retry_after(headers);
    let date = date(headers);
    let status = response.status().as_u16();
    tracing::debug!(status, request_id, "exchange answered");
    let described = |error: Error| error.with_hint(hint).with_request_id(Some(&request_id));
    if !status::is_soap(status, headers) {
        return Err(described(status::error(status, sent)));
    }
    match Answer::open(source(response), request_id.clone()).await {
        Ok(answer) if status == 200 => Ok(answer.dated(date)),
        // Neither a fault nor a success: whatever sent it was not the service.
        Ok(_) => Err(described(status::error(status, sent))),
        Err(error) if status == 500 && error.response_code().is_none() => {
            Err(described(status::error(status, sent)))
        }
        Err(error) => Err(described(error.with_http_status(status))),
    }
}

fn affinity(headers: &HeaderMap) -> Option<String> {
    headers.get_all(SET_COOKIE).iter().find_map(|value| {
        let (name, value) = value.to_str().ok()?.split(';').next()?.split_once('=')?;
        (name.trim() == AFFINITY_COOKIE).then(|| value.trim().to_owned())
    })
}

/// The answer's bytes; a silence longer than the read time-out ends them.
fn source(response: reqwest::Response) -> Source {
    let stream = futures::stream::try_unfold(response, |mut response| async move {
        match tokio::time::timeout(limits::READ_TIMEOUT, response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk.map(|chunk| (chunk, response))),
            Ok(Err(error)) => Err(std::io::Error::other(error.without_url())),
            Err(_) => Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "it fell silent")),
        }
    });
    Box::pin(stream)
}
