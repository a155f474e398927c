//! One mailbox between two simulated tenants, and a worker that copies one folder of it.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of the support")]

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::state::{MailboxState, PassState, ProjectState};
use longhaul_core::{Bytes, FolderKey, FolderRef, MailboxId, PassId, ProjectId, SystemClock};
use longhaul_ews::{Folder, FolderName, Mailbox, Traversal};
use longhaul_jobs::{FolderSlice, encode};
use longhaul_queue::{Lane, Queue};
use longhaul_simulator::{Content, MailboxSpecification, Running, Simulator, TenantSpecification};
use longhaul_store::folder::{Checkpoint, Failure, PassStart};
use longhaul_store::records::{
    CredentialRecord, EndpointRecord, FolderRecord, MailboxRecord, OptionsRecord, PassKind,
    PassRecord, ProjectRecord, save,
};
use longhaul_store::{Expect, Store};
use longhaul_worker::{Endpoints, Options, Worker};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub const SOURCE: &str = "user1@source.test";
pub const DESTINATION: &str = "user1@destination.test";

/// Everything a worker needs, and nothing else.
pub struct World {
    pub simulator: Running,
    pub store: Arc<dyn Store>,
    pub endpoints: Arc<Endpoints>,
    pub folder: FolderRef,
    pub options: Options,
    project: ProjectRecord,
    _secrets: tempfile::TempDir,
}

impl World {
    /// The source inbox holds what the profile puts there.
    pub async fn with(profile: &str, items: u64) -> Self {
        let content = Content::Generated { profile: profile.to_owned(), items, seed: 7 };
        let source = TenantSpecification::of_domain("source.test", "en-US")
            .mailbox(MailboxSpecification::holding(SOURCE, content));
        let destination = TenantSpecification::of_domain("destination.test", "de-DE")
            .mailbox(MailboxSpecification::empty(DESTINATION));
        Self::of([source, destination]).await
    }

    pub async fn of(tenants: [TenantSpecification; 2]) -> Self {
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
        let store = longhaul_store::Embedded::in_memory(Arc::new(SystemClock)).expect("a store");
        let store: Arc<dyn Store> = Arc::new(store);
        let endpoints = Arc::new(Endpoints::new("longhaul-test/0"));
        let mailbox = MailboxId::generate();
        let options = Options {
            upload_time: Duration::from_secs(2),
            settle: Duration::ZERO,
            grace: Duration::from_secs(5),
            ..Options::default()
        };
        let mut world = Self {
            simulator,
            store,
            endpoints,
            folder: FolderRef { mailbox, folder: FolderKey::of("") },
            options,
            project,
            _secrets: secrets,
        };
        world.map_inbox(mailbox).await;
        world
    }

    async fn map_inbox(&mut self, mailbox: MailboxId) {
        let source_inbox = inbox(&self.source()).await;
        let destination_inbox = inbox(&self.destination()).await;
        let source_id = source_inbox.id.as_str().to_owned();
        self.folder = FolderRef { mailbox, folder: FolderKey::of(&source_id) };
        let records = FolderRecord {
            folder: self.folder,
            source_id,
            destination_id: Some(destination_inbox.id.as_str().to_owned()),
            path: vec!["Inbox".to_owned()],
            class: "IPF.Note".to_owned(),
            distinguished: Some("inbox".to_owned()),
            items: 0,
            bytes: Bytes(0),
        };
        let address = MailboxRecord {
            id: mailbox,
            project: self.project.id,
            source: SOURCE.to_owned(),
            destination: DESTINATION.to_owned(),
            batch: None,
            state: MailboxState::Copying,
            last_pass: None,
            problem: None,
        };
        let store = &*self.store;
        save(store, &self.project, Expect::Any).await.expect("saved");
        save(store, &address, Expect::Any).await.expect("saved");
        save(store, &records, Expect::Any).await.expect("saved");
    }

    pub fn source(&self) -> Mailbox {
        self.endpoints.client(&self.project.source).expect("a client").mailbox(SOURCE)
    }

    pub fn destination(&self) -> Mailbox {
        self.endpoints.client(&self.project.destination).expect("a client").mailbox(DESTINATION)
    }

    /// Begins a pass without anybody working on it.
    pub async fn begin(&self, kind: PassKind) -> PassRecord {
        let pass = PassRecord {
            id: PassId::generate(),
            project: self.project.id,
            number: 1,
            kind,
            state: PassState::Running,
            associated_items: false,
            mailboxes: vec![self.folder.mailbox],
            started: longhaul_core::Timestamp(0),
            ended: None,
        };
        self.write(&pass).await;
        let start = PassStart { pass: pass.id, bounds: pass.bounds() };
        self.store.begin(self.folder, start).await.expect("begins");
        pass
    }

    pub async fn write(&self, pass: &PassRecord) {
        save(&*self.store, pass, Expect::Any).await.expect("saved");
    }

    /// The message for the slice the store is at.
    pub async fn message(&self, pass: &PassRecord) -> FolderSlice {
        let checkpoint = self.checkpoint().await;
        FolderSlice {
            project: pass.project,
            pass: pass.id,
            mailbox: self.folder.mailbox,
            folder: self.folder.folder,
            epoch: checkpoint.epoch,
            slice: checkpoint.slice,
            attempt: 0,
            fence: checkpoint.fence,
            ledger_len: checkpoint.ledger_len,
            trace: None,
        }
    }

    /// Runs a worker on the pass until `enough` says so.
    pub async fn work_until(
        &self,
        pass: &PassRecord,
        enough: impl Fn(&Checkpoint) -> bool,
    ) -> Checkpoint {
        let queue: Arc<dyn Queue> = Arc::new(longhaul_queue::Embedded::new());
        let body = encode(&self.message(pass).await).expect("encodes").into();
        queue.publish(Lane::Normal, body, None).await.expect("published");
        let stop = CancellationToken::new();
        let worker = Worker::new(
            self.options.clone(),
            Arc::clone(&self.store),
            Arc::clone(&queue),
            Arc::clone(&self.endpoints),
        );
        let running = tokio::spawn(worker.run(stop.clone()));
        let mut look = tokio::time::interval(Duration::from_millis(10));
        let reached = tokio::time::timeout(Duration::from_secs(60), async {
            loop {
                look.tick().await;
                let checkpoint = self.checkpoint().await;
                if enough(&checkpoint) {
                    return checkpoint;
                }
            }
        });
        let reached = reached.await.expect("the worker gets there within a minute");
        stop.cancel();
        running.await.expect("no panic").expect("stops");
        reached
    }

    /// Runs a pass to its end.
    pub async fn pass(&self, kind: PassKind) -> Checkpoint {
        let pass = self.begin(kind).await;
        self.work_until(&pass, Checkpoint::is_over).await
    }

    pub async fn checkpoint(&self) -> Checkpoint {
        self.store.checkpoint(self.folder).await.expect("reads").expect("a pass began")
    }

    pub async fn failures(&self) -> Vec<Failure> {
        self.store.failures(self.folder, None, 1000).await.expect("reads")
    }

    /// Items in the destination inbox, by message id or, without one, by subject.
    pub async fn copies(&self) -> Vec<String> {
        names(&self.destination()).await
    }

    /// Items in the source inbox, likewise.
    pub async fn originals(&self) -> Vec<String> {
        names(&self.source()).await
    }

    pub fn fault(&self, rule: Value) {
        self.simulator.inject(rule).expect("a rule");
    }
}

async fn inbox(mailbox: &Mailbox) -> Folder {
    let answers = mailbox.get_folders(&[FolderName::Distinguished("inbox")]).await;
    answers.expect("answers").remove(0).expect("has an inbox")
}

async fn names(mailbox: &Mailbox) -> Vec<String> {
    let folder = inbox(mailbox).await.id;
    let mut names = Vec::new();
    let mut offset = 0;
    loop {
        let page = mailbox.find_items(&folder, Traversal::Shallow, offset, 1000).await;
        let page = page.expect("answers");
        names.extend(
            page.items.into_iter().map(|item| item.message_id.or(item.subject).unwrap_or_default()),
        );
        match page.next_offset {
            Some(next) if !page.last => offset = next,
            _ => break,
        }
    }
    names.sort();
    names
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
