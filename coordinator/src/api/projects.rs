//! Routes of projects.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::Problem;
use super::extract::{Body, Path};
use super::router::Shared;
use super::views::{MailboxView, ProjectDetail, ProjectView};
use crate::engine::{Refusal, SetBatch};
use crate::project::{Mistakes, Spec};

/// All projects, in the order of their names.
#[utoipa::path(
    get, path = "/v1/projects", tag = "projects",
    responses((status = 200, body = Vec<ProjectView>), (status = "default", body = Problem)),
)]
pub(super) async fn list_projects(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Vec<ProjectView>>, Problem> {
    let projects = shared.engine().projects().await?;
    Ok(Json(projects.into_iter().map(ProjectView::from).collect()))
}

/// Submits a project. Both tenants are asked first; if anything is wrong, nothing is created.
#[utoipa::path(
    post, path = "/v1/projects", tag = "projects", request_body = Spec,
    responses((status = 201, body = ProjectView), (status = "default", body = Problem)),
)]
pub(super) async fn submit_project(
    State(shared): State<Arc<Shared>>,
    Body(spec): Body<Spec>,
) -> Result<(StatusCode, Json<ProjectView>), Problem> {
    let list = spec.check();
    if !list.is_empty() {
        return Err(Refusal::from(Mistakes { list }).into());
    }
    let project = shared.engine().submit(spec).await?;
    Ok((StatusCode::CREATED, Json(project.into())))
}

/// A project with its mailboxes.
#[utoipa::path(
    get, path = "/v1/projects/{project}", tag = "projects",
    params(("project" = String, Path, description = "Name or id")),
    responses((status = 200, body = ProjectDetail), (status = "default", body = Problem)),
)]
pub(super) async fn show_project(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
) -> Result<Json<ProjectDetail>, Problem> {
    let mailboxes = shared.engine().mailboxes(&project).await?;
    let project = shared.engine().project(&project).await?.into();
    let mailboxes = mailboxes.into_iter().map(Into::into).collect();
    Ok(Json(ProjectDetail { project, mailboxes }))
}

/// Puts mailboxes into a batch, or takes them out of theirs.
#[utoipa::path(
    post, path = "/v1/projects/{project}/batch", tag = "projects", request_body = SetBatch,
    params(("project" = String, Path, description = "Name or id")),
    responses((status = 200, body = Vec<MailboxView>), (status = "default", body = Problem)),
)]
pub(super) async fn set_batch(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
    Body(set): Body<SetBatch>,
) -> Result<Json<Vec<MailboxView>>, Problem> {
    let mailboxes = shared.engine().set_batch(&project, set).await?;
    Ok(Json(mailboxes.into_iter().map(Into::into).collect()))
}

/// Stops every pass of a project. What was copied stays.
#[utoipa::path(
    post, path = "/v1/projects/{project}/stop", tag = "projects",
    params(("project" = String, Path, description = "Name or id")),
    responses((status = 200, body = ProjectView), (status = "default", body = Problem)),
)]
pub(super) async fn stop_project(
    State(shared): State<Arc<Shared>>,
    Path(project): Path<String>,
) -> Result<Json<ProjectView>, Problem> {
    Ok(Json(shared.engine().stop_project(&project).await?.into()))
}
