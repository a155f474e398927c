//! Discovery documents, as client libraries ask for them before the first token.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::HOST;
use serde::Deserialize;
use serde_json::json;

use crate::tenant::World;

use super::error::TokenError;

/// Scheme and authority the client used; every absolute link is built on it.
pub(super) fn base_url(world: &World, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
    format!("{}://{host}", if world.tls { "https" } else { "http" })
}

/// `/{tenant}/v2.0/.well-known/openid-configuration` and the version without `v2.0`.
pub(crate) async fn openid_configuration(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(tenant) = world.tenant(&name) else {
        return TokenError::tenant(&name).into_response();
    };
    let base = base_url(&world, &headers);
    let id = tenant.id;
    Json(json!({
        "token_endpoint": format!("{base}/{id}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{id}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{id}/v2.0"),
        "authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/devicecode"),
        "end_session_endpoint": format!("{base}/{id}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "simulator.test",
    }))
    .into_response()
}

/// `/{tenant}/discovery/v2.0/keys`.
pub(crate) async fn keys(State(world): State<Arc<World>>, Path(name): Path<String>) -> Response {
    match world.tenant(&name) {
        Some(_) => Json(world.keys.document()).into_response(),
        None if name == "common" => Json(world.keys.document()).into_response(),
        None => TokenError::tenant(&name).into_response(),
    }
}

#[derive(Deserialize)]
pub(crate) struct InstanceQuery {
    authorization_endpoint: Option<String>,
}

/// `/common/discovery/instance`.
pub(crate) async fn instance(
    State(world): State<Arc<World>>,
    Query(query): Query<InstanceQuery>,
    headers: HeaderMap,
) -> Response {
    let Some(endpoint) = query.authorization_endpoint else {
        return TokenError::missing("authorization_endpoint").into_response();
    };
    let base = base_url(&world, &headers);
    let name = endpoint.strip_prefix(&base).and_then(|path| path.split('/').nth(1));
    let Some(tenant) = name.and_then(|name| world.tenant(name)) else {
        return TokenError::request("invalid_instance", 50_049, "Unknown or invalid instance.")
            .into_response();
    };
    let host = base.split("://").nth(1).unwrap_or_default();
    Json(json!({
        "tenant_discovery_endpoint":
            format!("{base}/{}/v2.0/.well-known/openid-configuration", tenant.id),
        "api-version": "1.1",
        "metadata":
            [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    }))
    .into_response()
}
