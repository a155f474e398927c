//! Which path goes where.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};

use crate::tenant::World;
use crate::{control, token};

use super::ews;

/// The router of a simulator. `/EWS/Exchange.asmx` is known in any case, as at the service.
pub(crate) fn router(world: Arc<World>) -> Router {
    let ews = any(ews::exchange);
    Router::new()
        .route("/EWS/Exchange.asmx", ews.clone())
        .route("/ews/exchange.asmx", ews.clone())
        .route("/ews/Exchange.asmx", ews.clone())
        .route("/EWS/exchange.asmx", ews)
        .route("/{tenant}/oauth2/v2.0/token", post(token::token))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(token::openid_configuration))
        .route("/{tenant}/.well-known/openid-configuration", get(token::openid_configuration))
        .route("/{tenant}/discovery/v2.0/keys", get(token::published_keys))
        .route("/common/discovery/instance", get(token::instance))
        .nest("/_sim", control::router())
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .with_state(world)
}
