//! Two simulated tenants, a data folder, and servers that come and go on it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use longhaul::engine::{
    Handle, MailboxStatus, Options, ProjectStatus, Selection, Service, StartPass,
};
use longhaul::project::{Endpoint, Pair, Spec};
use longhaul::verify::{Deep, Report, VerificationState, VerifyOptions};
use longhaul_core::state::{MailboxState, PassState};
use longhaul_core::{SystemClock, Timestamp};
use longhaul_simulator::{Content, Running, Simulator};
use longhaul_store::records::PassKind;
use longhaul_worker::{Endpoints, Worker};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longest wait for anything: far beyond what a slow machine takes.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) const PROJECT: &str = "Move";

pub(crate) struct Scene {
    pub(crate) simulator: Running,
    pub(crate) folder: TempDir,
    http: reqwest::Client,
}

impl Scene {
    /// `mailboxes` generated mailboxes of about `items` items of all kinds and sizes, and as many
    /// empty ones.
    pub(crate) async fn generated(mailboxes: u32, items: u64) -> Self {
        Self::of(Simulator::builder().demo_tenants(7, mailboxes, items)).await
    }

    /// The same without big items: what was cut off is settled sooner.
    pub(crate) async fn small(mailboxes: u32, items: u64) -> Self {
        let content = |number: u32| Content::Generated {
            profile: "small".to_owned(),
            items,
            seed: 7 + u64::from(number),
        };
        Self::of(Simulator::builder().pair(mailboxes, content)).await
    }

    pub(crate) async fn of(simulator: Simulator) -> Self {
        // `RUST_LOG=debug` shows what a failing test did.
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer();
        drop(log.try_init());
        let simulator = simulator.start("127.0.0.1:0", false).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { simulator, folder, http: reqwest::Client::new() }
    }

    /// A project over all mailboxes, in pairs by their names.
    pub(crate) fn spec(&self) -> Spec {
        let description = self.simulator.description();
        let tenants = description["tenants"].as_array().unwrap();
        let addresses = |tenant: usize| -> Vec<String> {
            let list = tenants[tenant]["mailboxes"].as_array().unwrap();
            list.iter().map(|address| address.as_str().unwrap().to_owned()).collect()
        };
        let pairs = addresses(0).into_iter().zip(addresses(1));
        let mailboxes =
            pairs.map(|(source, destination)| Pair { source, destination, batch: None }).collect();
        Spec {
            name: PROJECT.to_owned(),
            customer: None,
            confirm: "Confirm".to_owned(),
            source: self.endpoint("source", &tenants[0]),
            destination: self.endpoint("destination", &tenants[1]),
            options: longhaul::project::Options::default(),
            mailboxes,
        }
    }

    fn endpoint(&self, side: &str, tenant: &Value) -> Endpoint {
        let text = |name: &str| tenant[name].as_str().unwrap().to_owned();
        let secret = self.folder.path().join(format!("{side}.secret"));
        std::fs::write(&secret, text("client_secret")).unwrap();
        Endpoint {
            tenant_id: text("tenant_id"),
            client_id: text("client_id"),
            client_secret: Some(format!("file:{}", secret.display()).parse().unwrap()),
            certificate: None,
            authority: self.simulator.base_url(),
            ews_url: text("ews_url"),
            ews_scope: "https://outlook.office365.com/.default".to_owned(),
            ca_certificate: None,
        }
    }

    pub(crate) fn server(&self) -> Server {
        self.server_with(options())
    }

    pub(crate) fn server_with(&self, options: Options) -> Server {
        Server::start(&self.folder.path().join("data"), options)
    }

    /// The project submitted and a server running.
    pub(crate) async fn submitted(&self) -> Server {
        let server = self.server();
        server.handle.submit(self.spec()).await.unwrap();
        server
    }

    /// Acts as a user through the simulator's control interface.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/_sim/{path}", self.simulator.base_url());
        let body = body.to_string();
        let request = self.http.post(url).header("content-type", "application/json").body(body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null)
    }

    /// What the control interface says; also that there is no such thing.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let url = format!("{}/_sim/{path}", self.simulator.base_url());
        let text = self.http.get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn items(&self, mailbox: &str, folder: &str) -> Vec<Value> {
        let items = self.get(&format!("mailboxes/{mailbox}/items?folder={folder}")).await;
        items.as_array().unwrap().clone()
    }

    /// How often an operation was called at a mailbox.
    pub(crate) fn inject(&self, rule: Value) {
        self.simulator.inject(rule).unwrap();
    }
}

/// Short waits, so that tests are.
pub(crate) fn options() -> Options {
    Options {
        poll: Duration::from_millis(50),
        prepare_attempts: 3,
        prepare_wait: Duration::from_millis(20),
        prepare_wait_longest: Duration::from_millis(100),
        ..Options::default()
    }
}

/// Opens the store. What a killed server had under way may hold it a moment longer than a killed
/// process would.
fn open(folder: &Path) -> Arc<dyn longhaul_store::Store> {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        match longhaul_store::Embedded::open(folder, Arc::new(SystemClock)) {
            Ok(store) => return Arc::new(store),
            Err(longhaul_store::Error::InUse(_)) if std::time::Instant::now() < deadline => {
                std::thread::yield_now();
            }
            Err(error) => panic!("the store does not open: {error}"),
        }
    }
}

/// Engine, worker, queue and store in one process, as `longhaul up` has them.
pub(crate) struct Server {
    pub(crate) handle: Handle,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    fn start(folder: &Path, options: Options) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let store = open(folder);
        let queue: Arc<dyn longhaul_queue::Queue> = Arc::new(longhaul_queue::Embedded::new());
        let endpoints = Arc::new(Endpoints::new("longhaul-tests/0"));
        let work = longhaul_worker::Options {
            slice_bytes: longhaul_core::Bytes(200_000),
            upload_time: Duration::from_secs(3),
            settle: Duration::from_secs(1),
            ..longhaul_worker::Options::default()
        };
        let (service, handle) =
            Service::new(options, Arc::clone(&store), Arc::clone(&queue), Arc::clone(&endpoints));
        let worker = Worker::new(work, store, queue, endpoints);
        let stop = CancellationToken::new();
        let engine = tokio::spawn(service.run(stop.clone()));
        let worker = tokio::spawn({
            let stop = stop.clone();
            async move { worker.run(stop).await.unwrap() }
        });
        Self { handle, stop, tasks: vec![engine, worker] }
    }

    /// Ends it as SIGTERM does.
    pub(crate) async fn stop(self) {
        let Self { handle, stop, tasks } = self;
        stop.cancel();
        for task in tasks {
            task.await.unwrap();
        }
        drop(handle);
    }

    /// Ends it as SIGKILL does: wherever it is, nothing is finished.
    pub(crate) async fn kill(self) {
        let Self { handle, tasks, .. } = self;
        for task in tasks {
            task.abort();
            assert!(task.await.is_err_and(|error| error.is_cancelled()));
        }
        drop(handle);
    }

    pub(crate) async fn start_full(&self) -> u32 {
        self.start_pass(PassKind::Full).await
    }

    pub(crate) async fn start_pass(&self, kind: PassKind) -> u32 {
        let start = StartPass::now(kind, Selection::All);
        self.handle.start_pass(PROJECT, start).await.unwrap().number
    }

    /// A pre-stage of a part: generated mail begins on 1 January 2021, four a day and folder.
    pub(crate) async fn start_pre_stage(&self) -> u32 {
        const SECOND_OF_JANUARY: Timestamp = Timestamp(1_609_545_600_000);
        let kind = PassKind::PreStage { cutoff: SECOND_OF_JANUARY };
        self.start_pass(kind).await
    }

    /// Waits until `reached`, looking every now and then.
    pub(crate) async fn wait_for(
        &self,
        what: &str,
        mut reached: impl FnMut(&ProjectStatus) -> bool,
    ) -> ProjectStatus {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let status = self.handle.status(PROJECT).await.unwrap();
            if reached(&status) {
                return status;
            }
            assert!(tokio::time::Instant::now() < deadline, "{what} not reached: {status:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn wait_until_over(&self, number: u32) -> ProjectStatus {
        let over = |status: &ProjectStatus| pass_state(status, number).is_over();
        self.wait_for("the end of the pass", over).await
    }

    /// Runs a full pass to its end; every mailbox has to be completed by it.
    pub(crate) async fn complete(&self) -> ProjectStatus {
        let number = self.start_full().await;
        let status = self.wait_until_over(number).await;
        for mailbox in &status.mailboxes {
            assert_eq!(mailbox.state, MailboxState::Completed, "{mailbox:#?}");
        }
        status
    }

    pub(crate) async fn verify(&self, deep: Deep) -> Report {
        let options = VerifyOptions { deep, selection: Selection::All };
        let id = self.handle.verify(PROJECT, options).await.unwrap();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let verification = self.handle.verification(id).await.unwrap();
            if verification.state == VerificationState::Done {
                return verification.report.unwrap();
            }
            assert!(tokio::time::Instant::now() < deadline, "{verification:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn assert_clean(&self) {
        let report = self.verify(Deep::All).await;
        let unclean: Vec<_> = report
            .mailboxes
            .iter()
            .flat_map(|mailbox| &mailbox.folders)
            .filter(|folder| !folder.clean)
            .collect();
        assert!(report.clean, "{:?} {unclean:#?}", report.mailboxes[0].problem);
        let paired: u64 =
            report.mailboxes.iter().flat_map(|m| &m.folders).map(|folder| folder.paired).sum();
        assert!(paired > 0, "nothing was verified");
    }
}

pub(crate) fn pass_state(status: &ProjectStatus, number: u32) -> PassState {
    status.passes.iter().find(|pass| pass.number == number).unwrap().state
}

pub(crate) fn copied(status: &ProjectStatus) -> u64 {
    status.mailboxes.iter().map(|mailbox| mailbox.items.copied).sum()
}

pub(crate) fn total(status: &ProjectStatus) -> u64 {
    status.mailboxes.iter().map(|mailbox| mailbox.items.total).sum()
}

pub(crate) fn mailbox<'a>(status: &'a ProjectStatus, source: &str) -> &'a MailboxStatus {
    status.mailboxes.iter().find(|mailbox| mailbox.source == source).unwrap()
}

/// A fault at every call of an operation at a mailbox.
pub(crate) fn always(operation: &str, mailbox: &str, action: Value) -> Value {
    json!({ "operation": operation, "mailbox": mailbox, "every": 1, "action": action })
}
