//! What the engine answers: where a project stands, and what went wrong.

use longhaul_core::state::{MailboxState, PassState, ProjectState};
use longhaul_core::{Bytes, Code, MailboxId, PassId, ProjectId, Timestamp, advice};
use longhaul_store::records::{MailboxPassRecord, PassKind, PassRecord, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a project stands. Instants are milliseconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectStatus {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The customer it is for.
    pub customer: Option<String>,
    /// Where it stands.
    #[schema(value_type = String)]
    pub state: ProjectState,
    /// Its passes, the oldest first.
    pub passes: Vec<PassStatus>,
    /// Its mailboxes, in the order of their source addresses.
    pub mailboxes: Vec<MailboxStatus>,
}

/// Where a pass stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PassStatus {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PassId,
    /// The name people use: 1, 2, …
    pub number: u32,
    /// What it is for.
    #[schema(value_type = Object)]
    pub kind: PassKind,
    /// Where it stands.
    #[schema(value_type = String)]
    pub state: PassState,
    /// How many mailboxes it works on.
    pub mailboxes: usize,
    /// When it was started.
    #[schema(value_type = i64)]
    pub started: Timestamp,
    /// When its mailboxes are taken up, if that was not at once.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub starts: Option<Timestamp>,
    /// When it was over.
    #[schema(value_type = Option<i64>)]
    pub ended: Option<Timestamp>,
}

impl From<&PassRecord> for PassStatus {
    fn from(pass: &PassRecord) -> Self {
        Self {
            id: pass.id,
            number: pass.number,
            kind: pass.kind,
            state: pass.state,
            mailboxes: pass.mailboxes.len(),
            started: pass.started,
            starts: pass.starts,
            ended: pass.ended,
        }
    }
}

/// Where a mailbox stands in the pass that worked on it last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MailboxStatus {
    /// Its id.
    #[schema(value_type = String)]
    pub id: MailboxId,
    /// The address in the source tenant.
    pub source: String,
    /// The address in the destination tenant.
    pub destination: String,
    /// Its batch.
    pub batch: Option<String>,
    /// Where it stands.
    #[schema(value_type = String)]
    pub state: MailboxState,
    /// Number of the pass that worked on it last.
    pub pass: Option<u32>,
    /// Its folders in that pass.
    pub folders: FolderCounts,
    /// Its items.
    pub items: ItemCounts,
    /// Items copied by that pass.
    pub copied_in_pass: u64,
    /// How fast it goes, over about the last 30 seconds; `None` if nothing runs.
    pub rate: Option<Rate>,
    /// Seconds to go at that rate; an upper bound while a cut-off leaves items behind.
    pub eta_seconds: Option<u64>,
    /// Every open folder waits, the first of them until then: usually the service asked for it.
    #[schema(value_type = Option<i64>)]
    pub deferred_until: Option<Timestamp>,
    /// What is wrong with it, if anything.
    pub problem: Option<ProblemStatus>,
}

/// Folders of a mailbox in a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FolderCounts {
    /// All; `None` until they are mapped.
    pub total: Option<u32>,
    /// Worked through, or unchanged.
    pub done: u32,
    /// Unchanged since the last pass: nothing was to be done.
    #[serde(default)]
    pub unchanged: u32,
    /// Given up.
    pub parked: u32,
    /// Being worked on right now.
    pub active: u32,
}

impl FolderCounts {
    /// The same with what is known of the mailbox in its pass.
    pub(super) fn of(self, line: Option<&MailboxPassRecord>) -> Self {
        let unchanged = line.map_or(0, |line| line.unchanged);
        let begun = line.and_then(|line| line.folders);
        let total = begun.map(|begun| begun + unchanged);
        Self { total, unchanged, done: self.done + unchanged, ..self }
    }
}

/// Items of a mailbox, over all passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemCounts {
    /// In the source when its folders were mapped.
    pub total: u64,
    /// Standing in the destination.
    pub copied: u64,
    /// Changes of items, carried over to their copies.
    #[serde(default)]
    pub updated: u64,
    /// Recorded as failed.
    pub failed: u64,
    /// Changed in the source and left alone, because the destination's user has changed or deleted
    /// the copy.
    #[serde(default)]
    pub conflicts: u64,
    /// Gone from the source when their turn came.
    pub vanished: u64,
    /// Size of the source's folders when they were mapped.
    #[schema(value_type = u64)]
    pub bytes_total: Bytes,
    /// Size of what was copied, as the source states it.
    #[schema(value_type = u64)]
    pub bytes_copied: Bytes,
}

/// How fast a mailbox is copied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rate {
    /// Items per second.
    pub items: f64,
    /// Bytes per second.
    pub bytes: f64,
}

/// Something that is wrong, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemStatus {
    /// The stable code.
    #[schema(value_type = String)]
    pub code: Code,
    /// A sentence with the place.
    pub text: String,
    /// What to do next.
    pub next: String,
    /// When it was noticed.
    #[schema(value_type = i64)]
    pub at: Timestamp,
}

impl From<&Problem> for ProblemStatus {
    fn from(problem: &Problem) -> Self {
        Self {
            code: problem.code,
            text: problem.text.clone(),
            next: advice(problem.code).to_owned(),
            at: problem.at,
        }
    }
}

/// A page of errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorPage {
    /// The errors: of each mailbox its own, then those of its folders and their items.
    pub rows: Vec<ErrorRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// How much an error concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorLevel {
    /// A mailbox.
    Mailbox,
    /// A folder.
    Folder,
    /// An item.
    Item,
}

/// One error. It never holds a subject (B-71).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorRow {
    /// How much it concerns.
    pub level: ErrorLevel,
    /// The mailbox's source address.
    pub mailbox: String,
    /// Display names of the folder's path, from the root down; empty for a mailbox.
    pub folder: Vec<String>,
    /// The item's id at the source.
    pub item: Option<String>,
    /// The item's class.
    pub class: Option<String>,
    /// The item's size, as the source states it.
    #[schema(value_type = Option<u64>)]
    pub size: Option<Bytes>,
    /// The item's date, by B-51's rule.
    #[schema(value_type = Option<i64>)]
    pub received: Option<Timestamp>,
    /// The stable code.
    #[schema(value_type = String)]
    pub code: Code,
    /// The service's response code or a sentence; never content.
    pub detail: String,
    /// What to do next.
    pub next: String,
    /// How often it was tried.
    pub attempts: Option<u32>,
    /// When it was noticed, if that is known.
    #[schema(value_type = Option<i64>)]
    pub at: Option<Timestamp>,
}
