//! A project whose pass is under way, and an engine's passes on it, without workers.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::state::{MailboxState, PassState, ProjectState};
use longhaul_core::{
    Code, FolderKey, FolderRef, MailboxId, ManualClock, PassId, ProjectId, Timestamp,
};
use longhaul_jobs::{FolderSlice, decode};
use longhaul_queue::{Lane, Queue};
use longhaul_store::folder::{Checkpoint, PassStart};
use longhaul_store::records::{
    self, CredentialRecord, EndpointRecord, MailboxPassRecord, MailboxRecord, OptionsRecord,
    PassKind, PassRecord, ProjectRecord, Record,
};
use longhaul_store::{Embedded, Expect, Store};
use longhaul_worker::Endpoints;

use super::Passes;
use crate::engine::Options;
use crate::engine::context::Context;
use crate::engine::rates::Rates;
use crate::verify::Board;

/// When a job without progress is published again.
pub(super) const SILENCE: Duration = Duration::from_secs(100);

pub(super) struct Bench {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) pass: PassRecord,
}

impl Bench {
    /// A pass with so many mailboxes, all still to be prepared.
    pub(super) async fn begun(kind: PassKind, mailboxes: usize) -> Self {
        Self::on(Arc::new(longhaul_queue::Embedded::new()), kind, mailboxes).await
    }

    pub(super) async fn on(queue: Arc<dyn Queue>, kind: PassKind, mailboxes: usize) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
        let store = Embedded::in_memory(Arc::<ManualClock>::clone(&clock)).expect("a store");
        let project = project();
        let pass = PassRecord {
            id: PassId::generate(),
            project: project.id,
            number: 1,
            kind,
            state: PassState::Running,
            associated_items: false,
            mailboxes: (0..mailboxes).map(|_| MailboxId::generate()).collect(),
            started: Timestamp(1_000_000),
            starts: None,
            error_budget: None,
            ended: None,
        };
        let bench = Self { store: Arc::new(store), clock, queue, pass };
        bench.save(&project).await;
        bench.save(&bench.pass).await;
        for (number, mailbox) in bench.pass.mailboxes.iter().enumerate() {
            let record = MailboxRecord {
                id: *mailbox,
                project: project.id,
                source: format!("user{number}@source.test"),
                destination: format!("user{number}@destination.test"),
                batch: None,
                state: MailboxState::Preparing,
                last_pass: Some(bench.pass.id),
                problem: None,
            };
            bench.save(&record).await;
            bench.save(&bench.line(*mailbox, MailboxState::Preparing, None)).await;
        }
        bench
    }

    /// The same with a mailbox that is being copied, and these folders of it.
    pub(super) async fn copying(kind: PassKind, folders: &[&str]) -> Self {
        Self::begun(kind, 1).await.with_folders(folders).await
    }

    pub(super) async fn with_folders(self, folders: &[&str]) -> Self {
        let count = u32::try_from(folders.len()).expect("a few");
        let mailbox = self.pass.mailboxes[0];
        self.save(&self.line(mailbox, MailboxState::Copying, Some(count))).await;
        for name in folders {
            let start = PassStart { pass: self.pass.id, bounds: self.pass.bounds() };
            self.store.begin(self.folder(name), start).await.expect("begun");
        }
        self
    }

    fn line(
        &self,
        mailbox: MailboxId,
        state: MailboxState,
        folders: Option<u32>,
    ) -> MailboxPassRecord {
        MailboxPassRecord {
            pass: self.pass.id,
            mailbox,
            state,
            folders,
            unchanged: 0,
            failed_before: 0,
            problem: None,
            started: None,
            ended: None,
        }
    }

    pub(super) async fn save<R: Record>(&self, record: &R) {
        records::save(&*self.store, record, Expect::Any).await.expect("saved");
    }

    pub(super) async fn load<R: Record>(&self, key: &str) -> R {
        records::load(&*self.store, key).await.expect("answers").expect("is there").0
    }

    /// The pass as the store has it.
    pub(super) async fn pass_now(&self) -> PassRecord {
        self.load(&self.pass.key()).await
    }

    /// The first mailbox as the store has it.
    pub(super) async fn mailbox_now(&self) -> MailboxRecord {
        self.load(&MailboxRecord::key_of(self.pass.project, self.pass.mailboxes[0])).await
    }

    pub(super) fn folder(&self, name: &str) -> FolderRef {
        FolderRef { mailbox: self.pass.mailboxes[0], folder: FolderKey::of(name) }
    }

    pub(super) async fn checkpoint(&self, name: &str) -> Checkpoint {
        self.store.checkpoint(self.folder(name)).await.expect("answers").expect("begun")
    }

    pub(super) fn context(&self) -> Arc<Context> {
        let options = Options { republish_after: SILENCE, ..Options::default() };
        Arc::new(Context {
            options,
            store: Arc::clone(&self.store),
            queue: Arc::clone(&self.queue),
            endpoints: Arc::new(Endpoints::new("longhaul-test/0")),
            rates: Rates::default(),
            verifications: Board::default(),
        })
    }

    /// The passes of an engine that has just begun.
    pub(super) fn passes(&self) -> Passes {
        Passes::new(self.context())
    }

    pub(super) async fn depth(&self) -> u64 {
        self.queue.depth().await.expect("answers")
    }

    /// Takes the job that is delivered next, which has to be there: it is lost with all its like, or
    /// set aside for a reason.
    pub(super) async fn take(&self, set_aside: Option<Code>) -> (FolderSlice, Lane) {
        let mut consumer = self.queue.consume(1).await.expect("consumes");
        let delivery = tokio::time::timeout(Duration::from_secs(30), consumer.next()).await;
        let delivery = delivery.expect("in time").expect("a delivery");
        let (job, lane) = (decode(&delivery.body).expect("a job"), delivery.lane);
        match set_aside {
            Some(reason) => delivery.park(reason).await.expect("set aside"),
            None => delivery.ack().await.expect("acknowledged"),
        }
        (job, lane)
    }
}

fn project() -> ProjectRecord {
    let endpoint = EndpointRecord {
        tenant_id: "11111111-1111-1111-1111-111111111111".to_owned(),
        client_id: "22222222-2222-2222-2222-222222222222".to_owned(),
        credential: CredentialRecord::Secret("env:NOBODY_SETS_THIS".to_owned()),
        // Nobody listens there.
        authority: "http://127.0.0.1:9".to_owned(),
        ews_url: "http://127.0.0.1:9/EWS/Exchange.asmx".to_owned(),
        ews_scope: "https://outlook.office365.com/.default".to_owned(),
        ca_certificate: None,
    };
    ProjectRecord {
        id: ProjectId::generate(),
        name: "Move".to_owned(),
        customer: None,
        state: ProjectState::Ready,
        source: endpoint.clone(),
        destination: endpoint,
        options: OptionsRecord::default(),
        created: Timestamp(1_000_000),
        problems: Vec::new(),
    }
}
