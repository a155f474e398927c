//! One mailbox between two simulated tenants, and a worker that copies one folder of it.

mod clock;
mod compare;
mod poison;
mod service;
mod simulated;
mod stages;
mod stall;

pub(crate) use clock::ShiftedClock;
pub(crate) use poison::Poison;
pub(crate) use service::{Service, Spy};
pub(crate) use stall::Stall;

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::state::{MailboxState, PassState, ProjectState};
use longhaul_core::{Bytes, FolderKey, FolderRef, MailboxId, PassId, ProjectId, Side};
use longhaul_ews::{Folder, FolderName, Mailbox};
use longhaul_jobs::FolderSlice;
use longhaul_simulator::{Content, MailboxSpecification, Running, Simulator, TenantSpecification};
use longhaul_store::folder::{Checkpoint, Failure, PassStart};
use longhaul_store::records::{
    CredentialRecord, EndpointRecord, FolderRecord, MailboxRecord, OptionsRecord, PassKind,
    PassRecord, ProjectRecord, save,
};
use longhaul_store::{Expect, Store};
use longhaul_worker::{Endpoints, Options};
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior};

pub(crate) const SOURCE: &str = "user1@source.test";
pub(crate) const DESTINATION: &str = "user1@destination.test";

/// No test waits longer than this for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything a worker needs, and nothing else.
pub(crate) struct World {
    pub(crate) simulator: Running,
    pub(crate) store: Arc<dyn Store>,
    /// The store's clock.
    pub(crate) clock: Arc<ShiftedClock>,
    pub(crate) endpoints: Arc<Endpoints>,
    /// The inbox, on both sides.
    pub(crate) folder: FolderRef,
    pub(crate) options: Options,
    project: ProjectRecord,
    _secrets: tempfile::TempDir,
}

impl World {
    /// The source inbox holds what the profile puts there.
    pub(crate) async fn with(profile: &str, items: u64) -> Self {
        let content = Content::Generated { profile: profile.to_owned(), items, seed: 7 };
        let source = TenantSpecification::of_domain("source.test", "en-US")
            .mailbox(MailboxSpecification::holding(SOURCE, content));
        let destination = TenantSpecification::of_domain("destination.test", "de-DE")
            .mailbox(MailboxSpecification::empty(DESTINATION));
        Self::of([source, destination]).await
    }

    pub(crate) async fn of(tenants: [TenantSpecification; 2]) -> Self {
        let [source, destination] = tenants;
        let simulator = Simulator::builder()
            .tenant(source)
            .tenant(destination)
            .start("127.0.0.1:0", false)
            .await
            .expect("the simulator starts");
        let secrets = tempfile::tempdir().expect("a folder");
        let description = simulator.description();
        let endpoint = |at: usize| endpoint(&description["tenants"][at], secrets.path(), at);
        let project = ProjectRecord {
            id: ProjectId::generate(),
            name: "contoso".to_owned(),
            customer: None,
            state: ProjectState::Ready,
            source: endpoint(0),
            destination: endpoint(1),
            options: OptionsRecord::default(),
            created: longhaul_core::Timestamp(0),
            problems: Vec::new(),
        };
        let clock = Arc::new(ShiftedClock::default());
        let store = longhaul_store::Embedded::in_memory(Arc::<ShiftedClock>::clone(&clock));
        let store: Arc<dyn Store> = Arc::new(store.expect("a store"));
        let endpoints = Arc::new(Endpoints::new("longhaul-test/0"));
        let mailbox = MailboxId::generate();
        let options = Options {
            upload_time: Duration::from_secs(2),
            settle: Duration::ZERO,
            // On a busy machine the running batches take seconds.
            grace: Duration::from_secs(20),
            ..Options::default()
        };
        let mut world = Self {
            simulator,
            store,
            clock,
            endpoints,
            folder: FolderRef { mailbox, folder: FolderKey::of("") },
            options,
            project,
            _secrets: secrets,
        };
        let address = MailboxRecord {
            id: mailbox,
            project: world.project.id,
            source: SOURCE.to_owned(),
            destination: DESTINATION.to_owned(),
            batch: None,
            state: MailboxState::Copying,
            last_pass: None,
            problem: None,
        };
        save(&*world.store, &world.project, Expect::Any).await.expect("saved");
        save(&*world.store, &address, Expect::Any).await.expect("saved");
        world.folder = world.map("inbox").await;
        world
    }

    /// Maps a well-known folder of the source onto that of the destination.
    pub(crate) async fn map(&self, role: &str) -> FolderRef {
        self.map_between(self.folder.mailbox, &self.source(), &self.destination(), role).await
    }

    async fn map_between(
        &self,
        mailbox: MailboxId,
        source: &Mailbox,
        destination: &Mailbox,
        role: &str,
    ) -> FolderRef {
        let source_id = known(source, role).await.id.as_str().to_owned();
        let destination_id = known(destination, role).await.id.as_str().to_owned();
        let folder = FolderRef { mailbox, folder: FolderKey::of(&source_id) };
        let record = FolderRecord {
            folder,
            source_id,
            destination_id: Some(destination_id),
            path: vec![role.to_owned()],
            parent: None,
            class: "IPF.Note".to_owned(),
            distinguished: Some(role.to_owned()),
            items: 0,
            bytes: Bytes(0),
        };
        save(&*self.store, &record, Expect::Any).await.expect("saved");
        folder
    }

    /// Another mailbox of the project; its inbox.
    pub(crate) async fn map_mailbox(&self, source: &str, destination: &str) -> FolderRef {
        let mailbox = MailboxId::generate();
        let record = MailboxRecord {
            id: mailbox,
            project: self.project.id,
            source: source.to_owned(),
            destination: destination.to_owned(),
            batch: None,
            state: MailboxState::Copying,
            last_pass: None,
            problem: None,
        };
        save(&*self.store, &record, Expect::Any).await.expect("saved");
        let client = |endpoint| self.endpoints.client(endpoint).expect("a client");
        let source = client(&self.project.source).mailbox(Side::Source, source);
        let destination = client(&self.project.destination).mailbox(Side::Destination, destination);
        self.map_between(mailbox, &source, &destination, "inbox").await
    }

    /// From now on the destination is reached through `poison`.
    pub(crate) async fn reach_destination_through(&mut self, poison: &Poison) {
        self.project.destination.ews_url = format!("http://{}/EWS/Exchange.asmx", poison.address());
        save(&*self.store, &self.project, Expect::Any).await.expect("saved");
    }

    pub(crate) fn source(&self) -> Mailbox {
        self.endpoints.client(&self.project.source).expect("a client").mailbox(Side::Source, SOURCE)
    }

    pub(crate) fn destination(&self) -> Mailbox {
        self.endpoints
            .client(&self.project.destination)
            .expect("a client")
            .mailbox(Side::Destination, DESTINATION)
    }

    /// Begins a pass over the inbox without anybody working on it. It copies associated items
    /// too, so that everything in the folder can be compared.
    pub(crate) async fn begin(&self, kind: PassKind) -> PassRecord {
        let pass = PassRecord {
            id: PassId::generate(),
            project: self.project.id,
            number: 1,
            kind,
            state: PassState::Running,
            associated_items: true,
            mailboxes: vec![self.folder.mailbox],
            started: longhaul_core::Timestamp(0),
            starts: None,
            error_budget: None,
            ended: None,
        };
        self.write(&pass).await;
        self.begin_in(&pass, self.folder).await;
        pass
    }

    /// Begins the pass with another folder.
    pub(crate) async fn begin_in(&self, pass: &PassRecord, folder: FolderRef) {
        let start = PassStart { pass: pass.id, bounds: pass.bounds() };
        self.store.begin(folder, start).await.expect("begins");
    }

    pub(crate) async fn write(&self, pass: &PassRecord) {
        save(&*self.store, pass, Expect::Any).await.expect("saved");
    }

    /// The message for the slice the store is at.
    pub(crate) async fn message(&self, pass: &PassRecord) -> FolderSlice {
        self.message_in(pass, self.folder).await
    }

    pub(crate) async fn message_in(&self, pass: &PassRecord, folder: FolderRef) -> FolderSlice {
        FolderSlice { pass: pass.id, ..self.message_to(folder).await }
    }

    /// The message for the slice the store is at, in the pass that is running.
    pub(crate) async fn present_message(&self) -> FolderSlice {
        self.message_to(self.folder).await
    }

    async fn message_to(&self, folder: FolderRef) -> FolderSlice {
        let checkpoint = self.checkpoint_of(folder).await;
        FolderSlice {
            project: self.project.id,
            pass: checkpoint.pass,
            mailbox: folder.mailbox,
            folder: folder.folder,
            epoch: checkpoint.epoch,
            slice: checkpoint.slice,
            attempt: 0,
            fence: checkpoint.fence,
            ledger_len: checkpoint.ledger_len,
            trace: None,
        }
    }

    /// A worker on a queue of its own, with nothing to do yet.
    pub(crate) fn service(&self) -> Service {
        self.service_on(&Arc::new(Spy::default()), &self.store)
    }

    /// A worker on this queue and store.
    pub(crate) fn service_on(&self, queue: &Arc<Spy>, store: &Arc<dyn Store>) -> Service {
        Service::start(self.options.clone(), Arc::clone(store), queue, &self.endpoints)
    }

    /// Looks at a folder until `enough` says so.
    pub(crate) async fn until(
        &self,
        folder: FolderRef,
        enough: impl Fn(&Checkpoint) -> bool,
    ) -> Checkpoint {
        let look = async || Some(self.checkpoint_of(folder).await).filter(|found| enough(found));
        match try_poll(look).await {
            Some(reached) => reached,
            None => panic!("it stays at {:#?}", self.checkpoint_of(folder).await),
        }
    }

    /// Runs a pass to its end.
    pub(crate) async fn pass(&self, kind: PassKind) -> Checkpoint {
        let pass = self.begin(kind).await;
        self.work_until(&pass, Checkpoint::is_over).await
    }

    pub(crate) async fn checkpoint(&self) -> Checkpoint {
        self.checkpoint_of(self.folder).await
    }

    pub(crate) async fn checkpoint_of(&self, folder: FolderRef) -> Checkpoint {
        self.store.checkpoint(folder).await.expect("reads").expect("a pass began")
    }

    pub(crate) async fn failures(&self) -> Vec<Failure> {
        self.store.failures(self.folder, None, 1000).await.expect("reads")
    }
}

/// Looks every few milliseconds until there is something to see.
pub(crate) async fn poll<T>(look: impl AsyncFnMut() -> Option<T>) -> T {
    try_poll(look).await.expect("it happens")
}

async fn try_poll<T>(mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while began.elapsed() < PATIENCE {
        tick.tick().await;
        if let Some(seen) = look().await {
            return Some(seen);
        }
    }
    None
}

async fn known(mailbox: &Mailbox, role: &str) -> Folder {
    let answers = mailbox.get_folders(&[FolderName::Distinguished(role)]).await;
    answers.expect("answers").remove(0).expect("has the folder")
}

fn endpoint(tenant: &Value, folder: &std::path::Path, at: usize) -> EndpointRecord {
    let text = |name: &str| tenant[name].as_str().expect("a text").to_owned();
    let secret = folder.join(format!("secret{at}"));
    std::fs::write(&secret, text("client_secret")).expect("written");
    let token_url = text("token_url");
    let tenant_id = text("tenant_id");
    let authority = token_url.split(&tenant_id).next().expect("a base").to_owned();
    EndpointRecord {
        client_id: text("client_id"),
        credential: CredentialRecord::Secret(format!("file:{}", secret.display())),
        authority,
        ews_url: text("ews_url"),
        ews_scope: "https://outlook.office365.com/.default".to_owned(),
        ca_certificate: None,
        tenant_id,
    }
}
