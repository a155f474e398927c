use std::collections::BTreeSet;
use std::sync::Arc;

use longhaul_core::{SystemClock, code};
use longhaul_identity::Secret;
use longhaul_queue::Queue;
use longhaul_store::Store;
use longhaul_worker::Endpoints;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::*;
use crate::engine::{self, Refusal, Service};
use crate::lead::{Leader, Role};

pub(super) const TOKEN: &str = "correct-horse";

/// Every route of the API. A change here is a change of the API.
const ROUTES: [(&str, &str); 21] = [
    ("GET", "/v1/health"),
    ("GET", "/v1/fleet"),
    ("GET", "/v1/jobs/dead"),
    ("POST", "/v1/jobs/dead/retry"),
    ("POST", "/v1/jobs/dead/drop"),
    ("GET", "/v1/projects"),
    ("POST", "/v1/projects"),
    ("GET", "/v1/projects/{project}"),
    ("POST", "/v1/projects/{project}/batch"),
    ("POST", "/v1/projects/{project}/stop"),
    ("GET", "/v1/projects/{project}/forecast"),
    ("GET", "/v1/projects/{project}/item"),
    ("GET", "/v1/projects/{project}/passes"),
    ("POST", "/v1/projects/{project}/passes"),
    ("GET", "/v1/projects/{project}/passes/{pass}"),
    ("POST", "/v1/projects/{project}/passes/{pass}/pause"),
    ("POST", "/v1/projects/{project}/passes/{pass}/resume"),
    ("POST", "/v1/projects/{project}/passes/{pass}/stop"),
    ("GET", "/v1/projects/{project}/status"),
    ("GET", "/v1/projects/{project}/errors"),
    ("POST", "/v1/projects/{project}/verifications"),
];
const VERIFICATION: (&str, &str) = ("GET", "/v1/verifications/{verification}");

/// A real server on an empty store.
pub(super) struct Server {
    api: Api,
    pub(super) base: String,
    http: reqwest::Client,
    pub(super) queue: Arc<dyn Queue>,
    role: watch::Sender<Role>,
    _stop: DropGuard,
    _tasks: JoinSet<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let store = longhaul_store::Embedded::in_memory(Arc::new(SystemClock)).expect("a store");
        let store: Arc<dyn Store> = Arc::new(store);
        let queue: Arc<dyn Queue> = Arc::new(longhaul_queue::Embedded::new());
        let endpoints = Arc::new(Endpoints::new("longhaul-test"));
        let (service, handle) =
            Service::new(engine::Options::default(), store, Arc::clone(&queue), endpoints);
        let (role, seen) = watch::channel(Role::Leads(handle));
        let api = Api::new(seen, Secret::new(TOKEN.to_owned()), true);
        let listener = bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.address());
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(service.run(stop.clone()));
        tasks.spawn(listener.serve(api.router(), stop.clone()));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { api, base, http, queue, role, _stop: stop.drop_guard(), _tasks: tasks }
    }

    /// From now on it follows.
    pub(super) fn follow(&self, leader: Option<Leader>) {
        let handle = self.role.borrow().handle().clone();
        self.role.send_replace(Role::Follows(handle, leader));
    }

    pub(super) fn client(&self, token: &str) -> Client {
        Client::new(&self.base, Secret::new(token.to_owned())).expect("its own address")
    }

    pub(super) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let path = path.replace(['{', '}'], "");
        let method: Method = method.parse().expect("a method");
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn problem(&self, request: RequestBuilder) -> (StatusCode, Problem) {
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Problem = answer.json().await.expect("a problem document");
        assert_eq!(problem.status, status.as_u16());
        assert!(!problem.refusal.next.is_empty(), "{problem:?} has no next step");
        (status, problem)
    }
}

#[tokio::test]
async fn health_needs_no_token() {
    let server = Server::start().await;
    let health = server.client("wrong").health().await.expect("healthy");
    assert_eq!(health.status, "running");
}

#[tokio::test]
async fn every_other_route_refuses_a_missing_or_wrong_token() {
    let server = Server::start().await;
    let almost = &TOKEN[..TOKEN.len() - 1];
    for (method, path) in ROUTES.into_iter().skip(1).chain([VERIFICATION]) {
        let bare = server.request(method, path);
        let wrong = server.request(method, path).bearer_auth(almost);
        let basic = server.request(method, path).basic_auth("operator", Some(TOKEN));
        for request in [bare, wrong, basic] {
            let (status, problem) = server.problem(request).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(problem.refusal.code, code::UNAUTHORISED);
        }
    }
}

#[tokio::test]
async fn an_empty_server_lists_nothing_and_finds_nothing() {
    let server = Server::start().await;
    let client = server.client(TOKEN);
    assert!(client.projects().await.expect("an answer").is_empty());
    let not_found = |refusal: Refusal| {
        assert_eq!(refusal.code, code::NOT_FOUND);
        assert!(!refusal.next.is_empty());
    };
    not_found(client.project("no / such?").await.expect_err("none"));
    not_found(client.status("none").await.expect_err("none"));
    not_found(client.stop_project("none").await.expect_err("none"));
    not_found(client.steer_pass("none", Some(1), "pause").await.expect_err("none"));
    let params = views::ErrorParams::default();
    not_found(client.errors("none", &params).await.expect_err("none"));
}

#[tokio::test]
async fn a_wrong_project_is_refused_with_every_mistake() {
    let server = Server::start().await;
    let side = json!({"tenant_id": "x", "client_id": "y", "client_secret": "env:Z"});
    let spec = json!({
        "name": "p", "confirm": "yes", "source": side, "destination": side,
        "mailboxes": [{"source": "a@b.test", "destination": "nobody"}],
    });
    let request = server.request("POST", "/v1/projects").bearer_auth(TOKEN).json(&spec);
    let (status, problem) = server.problem(request).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let places: Vec<_> =
        problem.refusal.details.iter().map(|detail| detail.place.as_str()).collect();
    let expected = [
        "confirm",
        "source.tenant_id",
        "source.client_id",
        "destination.tenant_id",
        "destination.client_id",
        "mailboxes[0].destination",
    ];
    assert_eq!(places, expected);
    assert!(server.client(TOKEN).projects().await.expect("an answer").is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_document_too() {
    let server = Server::start().await;
    let secret = json!({"name": "p", "confirm": "Confirm", "source": {
        "tenant_id": "x", "client_id": "y", "client_secret": "hunter2"}});
    let cases = [
        ("POST", "/v1/projects", "{", StatusCode::BAD_REQUEST),
        ("POST", "/v1/projects", r#"{"nam":"x"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("POST", "/v1/projects", &secret.to_string(), StatusCode::UNPROCESSABLE_ENTITY),
        ("GET", "/v1/projects/p/errors?limit=many", "", StatusCode::BAD_REQUEST),
        ("GET", "/v1/projects/p/errors?code=12", "", StatusCode::BAD_REQUEST),
        ("POST", "/v1/projects/p/passes/first/stop", "", StatusCode::BAD_REQUEST),
        ("DELETE", "/v1/projects", "", StatusCode::METHOD_NOT_ALLOWED),
        ("GET", "/v1/nothing", "", StatusCode::NOT_FOUND),
        ("GET", "/v1/projects/%ff", "", StatusCode::BAD_REQUEST),
        ("GET", "/v1/verifications/x", "", StatusCode::NOT_FOUND),
    ];
    for (method, path, body, expected) in cases {
        let request = server
            .request(method, path)
            .bearer_auth(TOKEN)
            .header("content-type", "application/json")
            .body(body.to_owned());
        let (status, problem) = server.problem(request).await;
        assert_eq!(status, expected, "{method} {path} {body}");
        assert!(!problem.refusal.text.contains("hunter2"), "{}", problem.refusal.text);
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let server = Server::start().await;
    let body = format!(r#"{{"deep":"{}"}}"#, "x".repeat(2 * 1024 * 1024));
    let request = server
        .request("POST", "/v1/projects/p/verifications")
        .bearer_auth(TOKEN)
        .header("content-type", "application/json")
        .body(body);
    let (status, _) = server.problem(request).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_server_that_stops_still_answers_questions_but_changes_nothing() {
    let server = Server::start().await;
    server.api.close();
    let client = server.client(TOKEN);
    assert_eq!(client.health().await.expect("an answer").status, "stopping");
    assert!(client.projects().await.is_ok());
    let refusal = client.stop_project("any").await.expect_err("closing");
    assert_eq!(refusal.code, code::SERVER_UNREACHABLE);
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let first = bind("127.0.0.1:0").await.expect("a free port");
    let address = first.address().to_string();
    let refusal = bind(&address).await.expect_err("taken");
    assert_eq!(refusal.code, code::ADDRESS_TAKEN);
    assert!(refusal.text.contains(&address), "{}", refusal.text);
    let refusal = bind("nonsense").await.expect_err("no address");
    assert_eq!(refusal.code, code::ADDRESS_TAKEN);
}

#[tokio::test]
async fn nobody_listening_is_an_unreachable_server() {
    let free = bind("127.0.0.1:0").await.expect("a free port").address();
    let client = Client::new(&format!("http://{free}"), Secret::new("t".into())).expect("valid");
    let refusal = client.projects().await.expect_err("nobody listens");
    assert_eq!(refusal.code, code::SERVER_UNREACHABLE);
    assert!(refusal.text.contains(&free.to_string()), "{}", refusal.text);
}

#[tokio::test]
async fn the_document_lists_every_route_and_resolves() {
    let server = Server::start().await;
    let answer = server.request("GET", "/v1/openapi.json").send().await.expect("an answer");
    let document: Value = answer.json().await.expect("JSON");
    assert_eq!(document, serde_json::to_value(openapi()).expect("serialises"));

    let mut listed = BTreeSet::new();
    let mut operations = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            listed.insert((method.to_uppercase(), path.clone()));
            let id = operation["operationId"].as_str().expect("an operation id").to_owned();
            assert!(operations.insert(id.clone()), "{id} is used twice");
            assert!(!operation["responses"].as_object().expect("responses").is_empty());
        }
    }
    let expected: BTreeSet<_> = ROUTES
        .into_iter()
        .chain([VERIFICATION])
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    assert_eq!(listed, expected);
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect_references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(reference) if key == "$ref" => into.push(reference.clone()),
                    value => collect_references(value, into),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, into)),
        _ => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_a_question_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", silent.local_addr().expect("an address"));
    let client = Client::new(&base, Secret::new(TOKEN.to_owned())).expect("a client");
    let refusal = client.fleet().await.expect_err("no answer");
    assert_eq!(refusal.code, code::SERVER_UNREACHABLE);
}
