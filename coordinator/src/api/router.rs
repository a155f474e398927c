//! All routes, and the document that describes them: made from one list, so they cannot differ.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::{Json, Router, middleware};
use longhaul_core::code;
use longhaul_identity::Secret;
use tokio::sync::watch;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Problem, auth, jobs, pass_on, passes, projects, reports};
use crate::engine::{Handle, Refusal, RefusalKind};
use crate::lead::Role;

/// Bytes of a submitted project at most: well over a hundred thousand mailboxes.
pub(super) const MAX_PROJECT: usize = 32 * 1024 * 1024;
/// Bytes of any other request at most.
const MAX_REQUEST: usize = 1024 * 1024;
/// Name of the security scheme in the document.
const BEARER: &str = "bearer";

/// What every route sees.
pub(super) struct Shared {
    pub(super) role: watch::Receiver<Role>,
    /// Passes requests on to the leader.
    pub(super) http: reqwest::Client,
    pub(super) token: Secret,
    /// Set once the server stops: no more changes.
    pub(super) closing: AtomicBool,
    alone: bool,
}

impl Shared {
    /// The way to the engine; while another coordinator leads, for questions only.
    pub(super) fn engine(&self) -> Handle {
        self.role.borrow().handle().clone()
    }

    /// The answer to a change while the server stops.
    pub(super) fn stopping(&self) -> Refusal {
        match self.alone {
            true => Refusal::closing(),
            false => Refusal::no_leader("the coordinator that was asked is stopping"),
        }
    }
}

/// The API of one engine.
#[derive(Clone)]
pub struct Api(Arc<Shared>);

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("closing", &self.0.closing).finish_non_exhaustive()
    }
}

impl Api {
    /// The API of a coordinator in that role, for those who know `token`. `alone` says that no
    /// other one takes over when it stops.
    #[must_use]
    pub fn new(role: watch::Receiver<Role>, token: Secret, alone: bool) -> Self {
        let closing = AtomicBool::new(false);
        Self(Arc::new(Shared { role, http: pass_on::client(), token, closing, alone }))
    }

    /// Its routes.
    pub fn router(&self) -> Router {
        let open = open_routes().split_for_parts().0;
        let closed = closed_routes()
            .split_for_parts()
            .0
            .route_layer(middleware::from_fn_with_state(Arc::clone(&self.0), pass_on::to_leader))
            .route_layer(middleware::from_fn_with_state(Arc::clone(&self.0), auth::bearer));
        open.merge(closed)
            .route("/v1/openapi.json", axum::routing::get(async || Json(openapi())))
            .fallback(async || {
                let text = "no such route";
                Problem::new(StatusCode::NOT_FOUND, RefusalKind::NotFound, code::NOT_FOUND, text)
            })
            .method_not_allowed_fallback(async || {
                Problem::malformed(StatusCode::METHOD_NOT_ALLOWED, "the route has another method")
            })
            .with_state(Arc::clone(&self.0))
    }

    /// From now on nothing can be changed; reading goes on.
    pub fn close(&self) {
        self.0.closing.store(true, Ordering::Release);
    }
}

/// Routes that need no token.
fn open_routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(reports::health))
}

/// Routes that need the token.
fn closed_routes() -> OpenApiRouter<Arc<Shared>> {
    let submit = OpenApiRouter::new()
        .routes(routes!(projects::list_projects, projects::submit_project))
        .layer(DefaultBodyLimit::max(MAX_PROJECT));
    let others = OpenApiRouter::new()
        .routes(routes!(projects::show_project))
        .routes(routes!(projects::stop_project))
        .routes(routes!(projects::set_batch))
        .routes(routes!(passes::list_passes, passes::start_pass))
        .routes(routes!(passes::forecast))
        .routes(routes!(passes::show_pass))
        .routes(routes!(passes::pause_pass))
        .routes(routes!(passes::resume_pass))
        .routes(routes!(passes::stop_pass))
        .routes(routes!(jobs::list_dead))
        .routes(routes!(jobs::retry_dead))
        .routes(routes!(jobs::drop_dead))
        .routes(routes!(reports::fleet))
        .routes(routes!(reports::status))
        .routes(routes!(reports::errors))
        .routes(routes!(reports::explain))
        .routes(routes!(reports::start_verification))
        .routes(routes!(reports::show_verification))
        .layer(DefaultBodyLimit::max(MAX_REQUEST));
    submit.merge(others)
}

/// The OpenAPI document of all routes.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut document = open_routes().merge(closed_routes()).into_openapi();
    document.info.title = "longhaul".to_owned();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let description = "Tenant-to-tenant mailbox migration. Errors are problem documents with a \
         stable code; `longhaul explain-code` prints a code's page. Instants are milliseconds \
         since 1970, UTC.";
    document.info.description = Some(description.to_owned());
    document.info.license = None;
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_default().add_security_scheme(BEARER, scheme);
    document.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    document
}
