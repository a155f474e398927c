//! Routes that show how it goes: health, status, errors, verification.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::Problem;
use super::extract::{Body, Path, Query};
use super::router::Shared;
use super::views::{ErrorParams, Health, ItemParams, Started};
use crate::engine::{ErrorPage, ErrorQuery, FleetStatus, ProjectStatus, Refusal};
use crate::verify::{Explanation, Verification, VerifyOptions};

/// Errors on a page at most.
const MAX_PAGE: u16 = 1000;

/// Whether the server is there. Needs no token.
#[utoipa::path(
    get, path = "/v1/health", tag = "server", security(()),
    responses((status = 200, body = Health)),
)]
pub(super) async fn health(State(shared): State<Arc<Shared>>) -> Json<Health> {
    let closing = shared.closing.load(Ordering::Acquire);
    Json(Health {
        status: if closing { "stopping" } else { "running" }.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Which processes are there, who leads, and how queue and store are.
#[utoipa::path(
    get, path = "/v1/fleet", tag = "server",
    responses((status = 200, body = FleetStatus), (status = "default", body = Problem)),
)]
pub(super) async fn fleet(State(shared): State<Arc<Shared>>) -> Json<FleetStatus> {
    Json(shared.engine().fleet().await)
}

/// Where a project, its passes and its mailboxes stand.
#[utoipa::path(
    get, path = "/v1/projects/{project}/status", tag = "reports",
    params(("project" = String, Path, description = "Name or id")),
    responses((status = 200, body = ProjectStatus), (status = "default", body = Problem)),
)]
pub(super) async fn status(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
) -> Result<Json<ProjectStatus>, Problem> {
    Ok(Json(shared.engine().status(&project).await?))
}

/// What went wrong: mailboxes, folders and items, page by page.
#[utoipa::path(
    get, path = "/v1/projects/{project}/errors", tag = "reports",
    params(("project" = String, Path, description = "Name or id"), ErrorParams),
    responses((status = 200, body = ErrorPage), (status = "default", body = Problem)),
)]
pub(super) async fn errors(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Query(params): Query<ErrorParams>,
) -> Result<Json<ErrorPage>, Problem> {
    let code = params.code.as_deref().map(str::parse).transpose().map_err(
        |error: longhaul_core::code::CodeError| {
            Problem::malformed(StatusCode::BAD_REQUEST, error.to_string())
        },
    )?;
    let query = ErrorQuery {
        selection: params.selection(),
        code,
        limit: params.limit.unwrap_or(100).clamp(1, MAX_PAGE).into(),
        after: params.after,
    };
    Ok(Json(shared.engine().errors(&project, query).await?))
}

/// What became of an item.
#[utoipa::path(
    get, path = "/v1/projects/{project}/item", tag = "reports",
    params(("project" = String, Path, description = "Name or id"), ItemParams),
    responses((status = 200, body = Explanation), (status = "default", body = Problem)),
)]
pub(super) async fn explain(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Query(params): Query<ItemParams>,
) -> Result<Json<Explanation>, Problem> {
    Ok(Json(shared.engine().explain(&project, &params.mailbox, &params.item).await?))
}

/// Begins to compare both sides.
#[utoipa::path(
    post, path = "/v1/projects/{project}/verifications", tag = "reports",
    request_body = VerifyOptions,
    params(("project" = String, Path, description = "Name or id")),
    responses((status = 202, body = Started), (status = "default", body = Problem)),
)]
pub(super) async fn start_verification(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Body(options): Body<VerifyOptions>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    let id = shared.engine().verify(&project, options).await?;
    Ok((StatusCode::ACCEPTED, Json(Started { id })))
}

/// How far a verification is, or what it found.
#[utoipa::path(
    get, path = "/v1/verifications/{verification}", tag = "reports",
    params(("verification" = String, Path, description = "Id")),
    responses((status = 200, body = Verification), (status = "default", body = Problem)),
)]
pub(super) async fn show_verification(
    State(shared): State<Arc<Shared>>,
    Path(verification): Path<String>,
) -> Result<Json<Verification>, Problem> {
    let id = verification.parse().map_err(|_| Refusal::not_found("no verification of that id"))?;
    Ok(Json(shared.engine().verification(id).await?))
}
