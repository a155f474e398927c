//! The command line's side of the API.

use std::time::Duration;

use longhaul_core::code;
use longhaul_identity::Secret;
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};
use url::{Host, Url};

use super::Problem;
use super::views::{
    DeadParams, ErrorParams, ForecastParams, Health, ItemParams, MailboxView, ProjectDetail,
    ProjectView, Started,
};
use crate::engine::{
    DeadJob, DeadOutcome, DeadSelection, ErrorPage, FleetStatus, PassStatus, ProjectStatus,
    Refusal, RefusalKind, SetBatch, StartPass,
};
use crate::project::Spec;
use crate::verify::{Explanation, Forecast, Verification, VerificationId, VerifyOptions};

/// How long the server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long it may take to answer a question. A change is waited for as long as it takes: nobody
/// could tell whether it was made.
const ANSWER: Duration = Duration::from_secs(60);
/// How long it may take to answer a question for which it looks through a mailbox.
const LOOK: Duration = Duration::from_secs(3600);
/// Between two tries while no coordinator leads.
const PAUSE: Duration = Duration::from_secs(1);

/// Talks to a server.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Secret,
    patience: Duration,
}

impl Client {
    /// A client of the server at `base`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with LH-0102 if the address cannot be used.
    pub fn new(base: &str, token: Secret) -> Result<Self, Refusal> {
        let wrong = |text: String| Refusal::new(RefusalKind::Invalid, code::BAD_VALUE, text);
        let base = Url::parse(base).ok().filter(|url| url.has_host()).ok_or_else(|| {
            wrong("the server's address is not one such as `http://127.0.0.1:7300`".to_owned())
        })?;
        let mut http = reqwest::Client::builder().connect_timeout(CONNECT);
        let local = match base.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if local {
            // A proxy would look for the server on its own machine.
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| wrong(error.to_string()))?;
        Ok(Self { http, base, token, patience: Duration::ZERO })
    }

    /// The same, which waits for so long while no coordinator leads: then nothing was done, and
    /// another one takes over soon.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Where the server is.
    #[must_use]
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Whether the server is there.
    ///
    /// # Errors
    ///
    /// [`Refusal`], as for all calls: the server's own, or LH-0201 if it does not answer.
    pub async fn health(&self) -> Result<Health, Refusal> {
        self.get(&["health"]).await
    }

    /// Which processes are there, who leads, and how queue and store are.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn fleet(&self) -> Result<FleetStatus, Refusal> {
        self.get(&["fleet"]).await
    }

    /// Jobs that were set aside, the oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn dead_jobs(&self, limit: u16) -> Result<Vec<DeadJob>, Refusal> {
        let params = DeadParams { limit: Some(limit) };
        self.send(self.request(Method::GET, &["jobs", "dead"]).query(&params)).await
    }

    /// Puts dead jobs back into the queue.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn retry_dead(&self, selection: &DeadSelection) -> Result<DeadOutcome, Refusal> {
        self.post(&["jobs", "dead", "retry"], selection).await
    }

    /// Drops dead jobs for good.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn drop_dead(&self, selection: &DeadSelection) -> Result<DeadOutcome, Refusal> {
        self.post(&["jobs", "dead", "drop"], selection).await
    }

    /// All projects.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn projects(&self) -> Result<Vec<ProjectView>, Refusal> {
        self.get(&["projects"]).await
    }

    /// Submits a project.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn submit(&self, spec: &Spec) -> Result<ProjectView, Refusal> {
        self.post(&["projects"], spec).await
    }

    /// A project with its mailboxes.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn project(&self, project: &str) -> Result<ProjectDetail, Refusal> {
        self.get(&["projects", project]).await
    }

    /// Stops a project's passes.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn stop_project(&self, project: &str) -> Result<ProjectView, Refusal> {
        self.post(&["projects", project, "stop"], &()).await
    }

    /// Puts mailboxes into a batch, or takes them out of theirs.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn set_batch(
        &self,
        project: &str,
        set: &SetBatch,
    ) -> Result<Vec<MailboxView>, Refusal> {
        self.post(&["projects", project, "batch"], set).await
    }

    /// Starts a pass.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn start_pass(
        &self,
        project: &str,
        start: &StartPass,
    ) -> Result<PassStatus, Refusal> {
        self.post(&["projects", project, "passes"], start).await
    }

    /// What a pass would do with a mailbox.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn forecast(
        &self,
        project: &str,
        params: &ForecastParams,
    ) -> Result<Forecast, Refusal> {
        let request = self.request(Method::GET, &["projects", project, "forecast"]);
        self.send(request.query(params).timeout(LOOK)).await
    }

    /// Pauses, resumes or stops a pass: `action` is the last part of the route. Without a number
    /// it is the current one.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn steer_pass(
        &self,
        project: &str,
        number: Option<u32>,
        action: &str,
    ) -> Result<PassStatus, Refusal> {
        let pass = number.map_or_else(|| "current".to_owned(), |number| number.to_string());
        self.post(&["projects", project, "passes", &pass, action], &()).await
    }

    /// Where a project stands.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn status(&self, project: &str) -> Result<ProjectStatus, Refusal> {
        self.get(&["projects", project, "status"]).await
    }

    /// A page of errors.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn errors(&self, project: &str, params: &ErrorParams) -> Result<ErrorPage, Refusal> {
        let request = self.request(Method::GET, &["projects", project, "errors"]).query(params);
        self.send(request).await
    }

    /// What became of an item, by its id on either side.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn explain(
        &self,
        project: &str,
        params: &ItemParams,
    ) -> Result<Explanation, Refusal> {
        let request = self.request(Method::GET, &["projects", project, "item"]);
        self.send(request.query(params).timeout(LOOK)).await
    }

    /// Begins a verification.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn verify(
        &self,
        project: &str,
        options: &VerifyOptions,
    ) -> Result<VerificationId, Refusal> {
        let started: Started = self.post(&["projects", project, "verifications"], options).await?;
        Ok(started.id)
    }

    /// How far a verification is.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub async fn verification(&self, id: VerificationId) -> Result<Verification, Refusal> {
        self.get(&["verifications", &id.to_string()]).await
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        let is_question = method == Method::GET;
        let request = self.http.request(method, url).bearer_auth(self.token.expose());
        if is_question { request.timeout(ANSWER) } else { request }
    }

    async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Refusal> {
        self.send(self.request(Method::GET, path)).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Refusal> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Refusal> {
        let begun = Instant::now();
        let mut request = request;
        loop {
            // Every body is in memory, so it can be sent again.
            let again = request.try_clone();
            match (self.send_once(request).await, again) {
                (Err(refusal), Some(again))
                    if refusal.code == code::NO_LEADER && begun.elapsed() < self.patience =>
                {
                    sleep(PAUSE).await;
                    request = again;
                }
                (answer, _) => return answer,
            }
        }
    }

    async fn send_once<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Refusal> {
        let unreachable = |reason: &str| {
            let text = format!("the longhaul server at {} {reason}", self.base());
            let refusal = Refusal::new(RefusalKind::Unreachable, code::SERVER_UNREACHABLE, text);
            let next = "start it with `longhaul up`, or name another with `--server`";
            Refusal { next: next.to_owned(), ..refusal }
        };
        let answer = request.send().await.map_err(|_| unreachable("does not answer"))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|_| unreachable("hung up"))?;
        if status.is_success() {
            return serde_json::from_slice(&body)
                .map_err(|_| unreachable("gave an answer this version does not understand"));
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(problem.refusal),
            Err(_) => Err(unreachable(&format!("answered with HTTP status {}", status.as_u16()))),
        }
    }
}
