//! The authority's answers: a token, or a refusal with an AADSTS number.

use std::time::Duration;

use longhaul_core::Timestamp;
use serde::Deserialize;

use crate::refusal::Refusal;
use crate::{AccessToken, Error, Secret};

/// A token is about 2 KB, or 10 KB with many roles; an answer beyond this is not one.
const ANSWER_LIMIT: usize = 256 * 1024;

#[derive(Deserialize)]
struct Granted {
    token_type: String,
    expires_in: u64,
    access_token: String,
}

/// Reads the answer to a token request that was sent at `sent`.
pub(crate) async fn read(
    mut response: reqwest::Response,
    sent: Timestamp,
) -> Result<AccessToken, Error> {
    let status = response.status();
    let hint = retry_after(response.headers());
    let mut body = zeroize::Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(crate::grant::lost)? {
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(Error::BadTokenAnswer { reason: "it is too long" });
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return granted(&body, sent);
    }
    if status.is_server_error() || status.as_u16() == 429 {
        let reason = format!("it answered HTTP {}", status.as_u16());
        return Err(Error::AuthorityUnreachable { reason, hint, source: None });
    }
    match serde_json::from_slice::<Refusal>(&body) {
        Ok(refusal) => Err(refusal.into_error(hint)),
        Err(_) => Err(Error::BadTokenAnswer { reason: "it refused without saying why" }),
    }
}

fn granted(body: &[u8], sent: Timestamp) -> Result<AccessToken, Error> {
    let bad = |reason| Error::BadTokenAnswer { reason };
    let granted: Granted =
        serde_json::from_slice(body).map_err(|_| bad("it lacks a token or its lifetime"))?;
    let secret = Secret::new(granted.access_token);
    if !granted.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(bad("its token is not a bearer token"));
    }
    if secret.expose().is_empty() || !secret.expose().bytes().all(|b| b.is_ascii_graphic()) {
        return Err(bad("its token cannot stand in a request"));
    }
    Ok(AccessToken::new(secret, sent, Duration::from_secs(granted.expires_in)))
}

/// `Retry-After` in seconds; the authority does not send dates.
fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let value = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}
