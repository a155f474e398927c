//! Routes of jobs nobody works on until an operator decides.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::Problem;
use super::extract::{Body, Query};
use super::router::Shared;
use super::views::DeadParams;
use crate::engine::{DeadJob, DeadOutcome, DeadSelection};

#[cfg(test)]
mod tests;

/// Dead jobs listed if no limit is given.
const USUAL: u16 = 100;

/// Jobs that were set aside, the oldest first.
#[utoipa::path(
    get, path = "/v1/jobs/dead", tag = "jobs", params(DeadParams),
    responses((status = 200, body = Vec<DeadJob>), (status = "default", body = Problem)),
)]
pub(super) async fn list_dead(
    State(shared): State<Arc<Shared>>,
    Query(params): Query<DeadParams>,
) -> Result<Json<Vec<DeadJob>>, Problem> {
    let limit = params.limit.unwrap_or(USUAL).max(1).into();
    Ok(Json(shared.engine().dead_jobs(limit).await?))
}

/// Puts dead jobs back into the queue; their attempts count from zero. Folders that were given up
/// because of them are taken up again.
#[utoipa::path(
    post, path = "/v1/jobs/dead/retry", tag = "jobs", request_body = DeadSelection,
    responses((status = 200, body = DeadOutcome), (status = "default", body = Problem)),
)]
pub(super) async fn retry_dead(
    State(shared): State<Arc<Shared>>,
    Body(selection): Body<DeadSelection>,
) -> Result<Json<DeadOutcome>, Problem> {
    Ok(Json(shared.engine().retry_dead(selection).await?))
}

/// Drops dead jobs for good. A pass that still needs one publishes it again after a while.
#[utoipa::path(
    post, path = "/v1/jobs/dead/drop", tag = "jobs", request_body = DeadSelection,
    responses((status = 200, body = DeadOutcome), (status = "default", body = Problem)),
)]
pub(super) async fn drop_dead(
    State(shared): State<Arc<Shared>>,
    Body(selection): Body<DeadSelection>,
) -> Result<Json<DeadOutcome>, Problem> {
    Ok(Json(shared.engine().drop_dead(selection).await?))
}
