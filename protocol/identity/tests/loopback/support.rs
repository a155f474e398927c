//! An authority on the loopback interface, scripted answer by answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use longhaul_core::{Clock, ManualClock, Timestamp};
use longhaul_identity::{Authority, Credential, SecretRef, TokenSource, http_client};
use tokio::sync::{Notify, Semaphore};

pub(crate) type Fields = HashMap<String, String>;
type Respond = Box<dyn Fn(usize, &Fields) -> Response + Send + Sync>;

pub(crate) const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const SECRET: &str = "hunter2~not-to-be-seen";

/// What the authority was asked, and how it answers.
pub(crate) struct Script {
    respond: Respond,
    pub(crate) asked: Mutex<Vec<Fields>>,
    /// Told of each request as it arrives.
    pub(crate) arrived: Notify,
    /// Each answer takes one permit.
    pub(crate) gate: Semaphore,
}

pub(crate) struct Fixture {
    pub(crate) tokens: TokenSource,
    pub(crate) script: Arc<Script>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) url: String,
    _folder: tempfile::TempDir,
}

impl Fixture {
    /// An authority that answers request `n` (from 0) with `respond(n, form)`.
    pub(crate) async fn new(
        respond: impl Fn(usize, &Fields) -> Response + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        std::fs::write(&path, SECRET).expect("written");
        let credential =
            Credential::Secret { client_id: CLIENT_ID.into(), secret: SecretRef::File(path) };
        Self::with(credential, folder, respond).await
    }

    pub(crate) async fn with(
        credential: Credential,
        folder: tempfile::TempDir,
        respond: impl Fn(usize, &Fields) -> Response + Send + Sync + 'static,
    ) -> Self {
        let script = Arc::new(Script {
            respond: Box::new(respond),
            asked: Mutex::default(),
            arrived: Notify::new(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let app = axum::Router::new()
            .route("/contoso.test/oauth2/v2.0/token", post(answer))
            .with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(listener, app).await });

        let clock = Arc::new(ManualClock::at(Timestamp(1_700_000_000_000)));
        let authority =
            Authority { base: base.parse().expect("an address"), tenant_id: "contoso.test".into() };
        let http = http_client(None, "longhaul-test/0").expect("a client");
        let scope = "https://outlook.test/.default".into();
        let shared: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let tokens = TokenSource::new(http, authority, credential, scope, shared);
        let url = format!("{base}/contoso.test/oauth2/v2.0/token");
        Self { tokens, script, clock, url, _folder: folder }
    }

    pub(crate) fn asked(&self) -> usize {
        self.script.asked.lock().expect("no panic").len()
    }
}

async fn answer(State(script): State<Arc<Script>>, Form(fields): Form<Fields>) -> Response {
    let number = {
        let mut asked = script.asked.lock().expect("no panic");
        asked.push(fields.clone());
        asked.len() - 1
    };
    script.arrived.notify_one();
    script.gate.acquire().await.expect("open").forget();
    (script.respond)(number, &fields)
}

/// A token that names the request it answers.
pub(crate) fn token(number: usize, seconds: u64) -> Response {
    json(
        200,
        &format!(
            r#"{{"token_type":"Bearer","expires_in":{seconds},"ext_expires_in":{seconds},"access_token":"token-{number}"}}"#
        ),
    )
}

/// A refusal as the authority words it.
pub(crate) fn refusal(error: &str, aadsts: u32) -> Response {
    json(
        401,
        &format!(
            r#"{{"error":"{error}","error_description":"AADSTS{aadsts}: Secret {SECRET} of someone@contoso.test.","error_codes":[{aadsts}],"timestamp":"2026-11-22 08:00:00Z","trace_id":"0a0a","correlation_id":"0b0b"}}"#
        ),
    )
}

pub(crate) fn json(status: u16, body: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [("content-type", "application/json")], body.to_owned()).into_response()
}
