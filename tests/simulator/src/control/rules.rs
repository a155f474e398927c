//! Faults, counters, settings and switches of tenants.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::faults::Rule;
use crate::tenant::{Settings, World};

use super::Refused;

type Sim = State<Arc<World>>;

pub(super) async fn list(State(world): Sim) -> Json<Value> {
    Json(world.faults.list())
}

pub(super) async fn add(State(world): Sim, Json(rule): Json<Rule>) -> Json<Value> {
    Json(json!({ "id": world.faults.add(rule) }))
}

pub(super) async fn clear(State(world): Sim) -> Json<Value> {
    Json(json!({ "cleared": world.faults.clear(None) }))
}

pub(super) async fn remove(State(world): Sim, Path(id): Path<u64>) -> Result<Json<Value>, Refused> {
    match world.faults.clear(Some(id)) {
        0 => Err(Refused::not_found("fault")),
        cleared => Ok(Json(json!({ "cleared": cleared }))),
    }
}

pub(super) async fn counters(State(world): Sim) -> Json<Value> {
    Json(world.counters.list())
}

pub(super) async fn reset_counters(State(world): Sim) -> StatusCode {
    world.counters.reset();
    StatusCode::NO_CONTENT
}

pub(super) async fn settings(State(world): Sim) -> Json<Settings> {
    Json(world.settings())
}

/// Changes the settings named in the object.
pub(super) async fn change_settings(
    State(world): Sim,
    Json(changes): Json<serde_json::Map<String, Value>>,
) -> Result<Json<Settings>, Refused> {
    let mut all = serde_json::to_value(world.settings()).map_err(Refused::invalid)?;
    for (key, value) in changes {
        all[key] = value;
    }
    let settings: Settings = serde_json::from_value(all).map_err(Refused::invalid)?;
    world.set_settings(settings.clone());
    Ok(Json(settings))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantEws {
    enabled: bool,
    #[serde(default)]
    allowed: Option<Vec<Uuid>>,
}

pub(super) async fn tenant_ews(
    State(world): Sim,
    Path(name): Path<String>,
    Json(body): Json<TenantEws>,
) -> Result<StatusCode, Refused> {
    let tenant = world.tenant(&name).ok_or_else(|| Refused::not_found("tenant"))?;
    tenant.set_ews(body.enabled, body.allowed);
    Ok(StatusCode::NO_CONTENT)
}

/// All tokens given out so far are refused from now on.
pub(super) async fn revoke_tokens(
    State(world): Sim,
    Path(name): Path<String>,
) -> Result<StatusCode, Refused> {
    let tenant = world.tenant(&name).ok_or_else(|| Refused::not_found("tenant"))?;
    tenant.revoke_tokens_below(world.counters.coming_token());
    Ok(StatusCode::NO_CONTENT)
}
