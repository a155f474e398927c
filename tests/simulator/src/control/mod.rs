//! The control API `/_sim/`: faults, counters, settings, and acting as a user. JSON, loopback only.
//!
//! ```text
//! GET    /health
//! GET    /faults            POST /faults (a rule)      DELETE /faults      DELETE /faults/{id}
//! GET    /counters          DELETE /counters
//! GET    /settings          PATCH /settings
//! POST   /tenants/{tenant}/ews {"enabled": bool, "allowed": [client id]}
//! POST   /tenants/{tenant}/revoke-tokens
//! GET    /mailboxes/{address}/items?folder=PATH
//! POST   /mailboxes/{address}/items {"folder", "subject", "body", "class", "read", "count"}
//! POST   /mailboxes/{address}/change {"id", "subject", "body", "read"}
//! POST   /mailboxes/{address}/move {"id" | "folder", "to"}
//! POST   /mailboxes/{address}/delete {"id" | "folder", "how": hard | soft | to_deleted_items}
//! POST   /mailboxes/{address}/folders {"parent", "name", "class"}
//! POST   /mailboxes/{address}/rename {"folder", "name"}
//! POST   /mailboxes/{address}/limits {"quota", "max_item_size", "full": bool}
//! POST   /mailboxes/{address}/ews {"enabled": bool}
//! POST   /mailboxes/{address}/invalidate-sync-states
//! GET    /dump/{address}    GET /digest/{address}
//! ```
//!
//! A folder is an EWS id or a path of names below a distinguished folder: `inbox/Projects`.

mod counters;
mod rules;
mod user;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use http::StatusCode;

use crate::tenant::World;

pub(crate) use counters::Counters;

/// The routes below `/_sim`.
pub(crate) fn router() -> Router<Arc<World>> {
    let mailbox = Router::new()
        .route("/items", get(user::list).post(user::create))
        .route("/change", post(user::change))
        .route("/move", post(user::relocate))
        .route("/delete", post(user::delete))
        .route("/folders", post(user::create_folder))
        .route("/rename", post(user::rename))
        .route("/limits", post(user::limits))
        .route("/ews", post(user::ews))
        .route("/invalidate-sync-states", post(user::invalidate));
    Router::new()
        .route("/health", get(async || Json(serde_json::json!({ "status": "ok" }))))
        .route("/faults", get(rules::list).post(rules::add).delete(rules::clear))
        .route("/faults/{id}", delete(rules::remove))
        .route("/counters", get(rules::counters).delete(rules::reset_counters))
        .route("/settings", get(rules::settings).patch(rules::change_settings))
        .route("/tenants/{tenant}/ews", post(rules::tenant_ews))
        .route("/tenants/{tenant}/revoke-tokens", post(rules::revoke_tokens))
        .nest("/mailboxes/{address}", mailbox)
        .route("/dump/{address}", get(user::dump))
        .route("/digest/{address}", get(user::digest))
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(loopback_only))
}

async fn loopback_only(request: Request, next: Next) -> Response {
    match request.extensions().get::<SocketAddr>() {
        Some(peer) if peer.ip().is_loopback() => next.run(request).await,
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

/// A refusal of the control API: status and sentence.
#[derive(Clone, Debug)]
pub(crate) struct Refused(StatusCode, String);

impl Refused {
    fn not_found(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("there is no such {what}"))
    }

    fn invalid(reason: impl std::fmt::Display) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, reason.to_string())
    }
}

impl From<crate::mailbox::Refusal> for Refused {
    fn from(refusal: crate::mailbox::Refusal) -> Self {
        Self(StatusCode::CONFLICT, format!("{}: {refusal}", refusal.code()))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(serde_json::json!({ "error": self.1 }))).into_response()
    }
}
