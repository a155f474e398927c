//! `POST /{tenant}/oauth2/v2.0/token`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawForm, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::faults::TokenFault;
use crate::tenant::{Application, Tenant, World};

use super::access::{EXCHANGE, GRAPH, issue};
use super::assertion;
use super::discovery::base_url;
use super::error::TokenError;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Answers a token request.
pub(crate) async fn token(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    world.counters.token_request();
    match world.faults.token() {
        Some(TokenFault::Latency(pause)) => tokio::time::sleep(pause).await,
        Some(TokenFault::Status(status, retry_after)) => {
            let mut response = status.into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
            }
            return response;
        }
        Some(TokenFault::Rotation) => {
            return TokenError::client(
                700_027,
                "The certificate with identifier used to sign the client assertion is not \
                 registered on application.",
            )
            .into_response();
        }
        None => {}
    }
    let form: HashMap<String, String> = form_fields(&form);
    match answer(&world, &name, &headers, form) {
        Ok((token, seconds)) => {
            let body = json!({
                "token_type": "Bearer",
                "expires_in": seconds,
                "ext_expires_in": seconds,
                "access_token": token,
            });
            ([("cache-control", "no-store, no-cache")], Json(body)).into_response()
        }
        Err(error) => error.into_response(),
    }
}

fn answer(
    world: &World,
    name: &str,
    headers: &HeaderMap,
    mut form: HashMap<String, String>,
) -> Result<(String, u64), TokenError> {
    let tenant = world.tenant(name).ok_or_else(|| TokenError::tenant(name))?;
    if let Some((id, secret)) = basic(headers) {
        form.entry("client_id".to_owned()).or_insert(id);
        form.entry("client_secret".to_owned()).or_insert(secret);
    }
    let grant = form.get("grant_type").ok_or_else(|| TokenError::missing("grant_type"))?;
    if grant != "client_credentials" {
        return Err(TokenError::request(
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{grant}'."),
        ));
    }
    let assertion = form.get("client_assertion");
    let client = match (form.get("client_id"), assertion) {
        (Some(id), _) => id.clone(),
        (None, Some(assertion)) => {
            assertion::claimed_client(assertion).ok_or_else(|| TokenError::missing("client_id"))?
        }
        (None, None) => return Err(TokenError::missing("client_id")),
    };
    let scope = form.get("scope").ok_or_else(|| TokenError::missing("scope"))?;
    let audience = audience(scope)?;
    let application = tenant.application(&client).ok_or_else(|| {
        TokenError::request(
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client}' was not found in the directory '{}'.",
                tenant.domains.first().map_or(name, String::as_str)
            ),
        )
    })?;
    authenticate(&form, application, &audiences(world, headers, tenant, name))?;
    issue(world, tenant, application, audience, assertion.is_some()).ok_or_else(|| {
        TokenError::request("temporarily_unavailable", 90_033, "A transient error has occurred.")
    })
}

fn authenticate(
    form: &HashMap<String, String>,
    application: &Application,
    audiences: &[String],
) -> Result<(), TokenError> {
    if let Some(assertion) = form.get("client_assertion") {
        let kind = form.get("client_assertion_type").map(String::as_str);
        if kind != Some(JWT_BEARER) {
            return Err(TokenError::missing("client_assertion_type"));
        }
        return assertion::check(assertion, application, audiences);
    }
    let Some(given) = form.get("client_secret").filter(|secret| !secret.is_empty()) else {
        return Err(TokenError::client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or \
             'client_secret'.",
        ));
    };
    let good = application
        .secret
        .as_ref()
        .is_some_and(|secret| bool::from(secret.as_bytes().ct_eq(given.as_bytes())));
    if good {
        return Ok(());
    }
    Err(TokenError::client(
        7_000_215,
        format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the \
             client secret value, not the client secret ID, for a secret added to app '{}'.",
            application.client_id
        ),
    ))
}

/// The resource of a `/.default` scope.
fn audience(scope: &str) -> Result<&'static str, TokenError> {
    match scope.trim() {
        "https://outlook.office365.com/.default"
        | "https://outlook.office365.com//.default"
        | "https://outlook.office.com/.default" => Ok(EXCHANGE),
        "https://graph.microsoft.com/.default" => Ok(GRAPH),
        other if other.ends_with("/.default") => Err(TokenError::request(
            "invalid_resource",
            500_011,
            format!("The resource principal named {other} was not found in the tenant."),
        )),
        other => Err(TokenError::request(
            "invalid_scope",
            1_002_012,
            format!(
                "The provided value for scope {other} is not valid. Client credential flows must \
                 have a scope value with /.default suffixed to the resource identifier."
            ),
        )),
    }
}

/// The spellings of the token URL an assertion may name.
fn audiences(world: &World, headers: &HeaderMap, tenant: &Tenant, name: &str) -> Vec<String> {
    let base = base_url(world, headers);
    let names = [tenant.id.to_string(), name.to_owned()];
    names
        .iter()
        .flat_map(|name| {
            [format!("{base}/{name}/oauth2/v2.0/token"), format!("{base}/{name}/v2.0")]
        })
        .collect()
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// Form fields; a repeated one keeps its first value.
fn form_fields(body: &[u8]) -> HashMap<String, String> {
    let mut fields = HashMap::new();
    for (key, value) in url::form_urlencoded::parse(body) {
        fields.entry(key.into_owned()).or_insert_with(|| value.into_owned());
    }
    fields
}
