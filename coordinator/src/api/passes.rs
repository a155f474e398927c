//! Routes of passes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::Problem;
use super::extract::{Body, Path, Query};
use super::router::Shared;
use super::views::ForecastParams;
use crate::engine::{PassStatus, Refusal, StartPass};
use crate::verify::Forecast;

/// A pass in a path.
#[derive(Deserialize)]
pub(super) struct PassPath {
    project: String,
    pass: String,
}

impl PassPath {
    /// The pass's number; `None` for `current`.
    fn number(&self) -> Result<Option<u32>, Problem> {
        match self.pass.as_str() {
            "current" => Ok(None),
            number => number.parse().map(Some).map_err(|_| {
                let text = "a pass is named by its number, or `current`";
                Problem::malformed(StatusCode::BAD_REQUEST, text)
            }),
        }
    }
}

/// A project's passes, the oldest first.
#[utoipa::path(
    get, path = "/v1/projects/{project}/passes", tag = "passes",
    params(("project" = String, Path, description = "Name or id")),
    responses((status = 200, body = Vec<PassStatus>), (status = "default", body = Problem)),
)]
pub(super) async fn list_passes(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
) -> Result<Json<Vec<PassStatus>>, Problem> {
    Ok(Json(shared.engine().status(&project).await?.passes))
}

/// Starts a pass.
#[utoipa::path(
    post, path = "/v1/projects/{project}/passes", tag = "passes", request_body = StartPass,
    params(("project" = String, Path, description = "Name or id")),
    responses((status = 201, body = PassStatus), (status = "default", body = Problem)),
)]
pub(super) async fn start_pass(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Body(start): Body<StartPass>,
) -> Result<(StatusCode, Json<PassStatus>), Problem> {
    let pass = shared.engine().start_pass(&project, start).await?;
    Ok((StatusCode::CREATED, Json((&pass).into())))
}

/// What a pass would do with a mailbox: a dry run. Nothing is changed.
#[utoipa::path(
    get, path = "/v1/projects/{project}/forecast", tag = "passes",
    params(("project" = String, Path, description = "Name or id"), ForecastParams),
    responses((status = 200, body = Forecast), (status = "default", body = Problem)),
)]
pub(super) async fn forecast(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Query(params): Query<ForecastParams>,
) -> Result<Json<Forecast>, Problem> {
    Ok(Json(shared.engine().forecast(&project, &params.mailbox, params.cutoff).await?))
}

/// A pass.
#[utoipa::path(
    get, path = "/v1/projects/{project}/passes/{pass}", tag = "passes",
    params(
        ("project" = String, Path, description = "Name or id"),
        ("pass" = String, Path, description = "Number, or `current` for the last one"),
    ),
    responses((status = 200, body = PassStatus), (status = "default", body = Problem)),
)]
pub(super) async fn show_pass(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<PassPath>,
) -> Result<Json<PassStatus>, Problem> {
    let number = path.number()?;
    let mut passes = shared.engine().status(&path.project).await?.passes;
    let pass = match number {
        Some(number) => passes.into_iter().find(|pass| pass.number == number),
        None => passes.pop(),
    };
    pass.map(Json).ok_or_else(|| match number {
        Some(number) => Refusal::not_found(format!("no pass {number} in this project")).into(),
        None => Refusal::not_found("no pass was started in this project").into(),
    })
}

/// Pauses a pass: nothing more is fed, and running slices end at their next commit.
#[utoipa::path(
    post, path = "/v1/projects/{project}/passes/{pass}/pause", tag = "passes",
    params(
        ("project" = String, Path, description = "Name or id"),
        ("pass" = String, Path, description = "Number, or `current`"),
    ),
    responses((status = 200, body = PassStatus), (status = "default", body = Problem)),
)]
pub(super) async fn pause_pass(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<PassPath>,
) -> Result<Json<PassStatus>, Problem> {
    let pass = shared.engine().pause_pass(&path.project, path.number()?).await?;
    Ok(Json((&pass).into()))
}

/// Resumes a paused pass.
#[utoipa::path(
    post, path = "/v1/projects/{project}/passes/{pass}/resume", tag = "passes",
    params(
        ("project" = String, Path, description = "Name or id"),
        ("pass" = String, Path, description = "Number, or `current`"),
    ),
    responses((status = 200, body = PassStatus), (status = "default", body = Problem)),
)]
pub(super) async fn resume_pass(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<PassPath>,
) -> Result<Json<PassStatus>, Problem> {
    let pass = shared.engine().resume_pass(&path.project, path.number()?).await?;
    Ok(Json((&pass).into()))
}

/// Stops a pass for good. What was copied stays.
#[utoipa::path(
    post, path = "/v1/projects/{project}/passes/{pass}/stop", tag = "passes",
    params(
        ("project" = String, Path, description = "Name or id"),
        ("pass" = String, Path, description = "Number, or `current`"),
    ),
    responses((status = 200, body = PassStatus), (status = "default", body = Problem)),
)]
pub(super) async fn stop_pass(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<PassPath>,
) -> Result<Json<PassStatus>, Problem> {
    let pass = shared.engine().stop_pass(&path.project, path.number()?).await?;
    Ok(Json((&pass).into()))
}
