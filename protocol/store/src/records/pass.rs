//! A pass, and each mailbox within it.

use longhaul_core::state::{MailboxState, PassState};
use longhaul_core::{MailboxId, PassId, ProjectId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Problem, Record};
use crate::folder::Bounds;

/// What a pass is for (B section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PassKind {
    /// Items older than a cut-off.
    PreStage {
        /// The cut-off (B-51).
        cutoff: Timestamp,
    },
    /// Everything still missing.
    Full,
    /// Only items that are recorded as failed (B-53), each folder within its last pass's bounds.
    Retry,
}

/// One run over chosen mailboxes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassRecord {
    /// Its id.
    pub id: PassId,
    /// Its project.
    pub project: ProjectId,
    /// Counts the project's passes from 1: the name people use.
    pub number: u32,
    /// What it is for.
    pub kind: PassKind,
    /// Where it stands.
    pub state: PassState,
    /// Whether associated items are copied too.
    pub associated_items: bool,
    /// The mailboxes it works on.
    pub mailboxes: Vec<MailboxId>,
    /// When it was started.
    pub started: Timestamp,
    /// When its mailboxes are taken up; at once if there is no such time (B-54).
    #[serde(default)]
    pub starts: Option<Timestamp>,
    /// Items of a mailbox that may fail before the pass gives the mailbox up (B-72).
    #[serde(default)]
    pub error_budget: Option<u64>,
    /// When it was over.
    pub ended: Option<Timestamp>,
}

impl PassRecord {
    /// The key of all passes of a project.
    #[must_use]
    pub fn prefix(project: ProjectId) -> String {
        format!("pass/{project}/")
    }

    /// The key of one pass.
    #[must_use]
    pub fn key_of(project: ProjectId, pass: PassId) -> String {
        format!("{}{pass}", Self::prefix(project))
    }

    /// What its folders' epochs copy.
    #[must_use]
    pub const fn bounds(&self) -> Bounds {
        let cutoff = match self.kind {
            PassKind::PreStage { cutoff } => Some(cutoff),
            PassKind::Full | PassKind::Retry => None,
        };
        let failed_only = matches!(self.kind, PassKind::Retry);
        Bounds { cutoff, associated: self.associated_items, failed_only }
    }
}

impl Record for PassRecord {
    fn key(&self) -> String {
        Self::key_of(self.project, self.id)
    }
}

/// A mailbox within a pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailboxPassRecord {
    /// The pass.
    pub pass: PassId,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Where the mailbox stands in this pass.
    pub state: MailboxState,
    /// Folders of its map that the pass has begun with; `None` until it is mapped.
    pub folders: Option<u32>,
    /// Folders that have not changed since the last pass, and that it left alone.
    #[serde(default)]
    pub unchanged: u32,
    /// Items that were recorded as failed when its folders were mapped.
    #[serde(default)]
    pub failed_before: u64,
    /// Why the pass gave up on it, if it did.
    pub problem: Option<Problem>,
    /// When the pass took it up.
    pub started: Option<Timestamp>,
    /// When the pass was done with it.
    pub ended: Option<Timestamp>,
}

impl MailboxPassRecord {
    /// The key of all mailboxes of a pass.
    #[must_use]
    pub fn prefix(pass: PassId) -> String {
        format!("mailbox-pass/{pass}/")
    }

    /// The key of one mailbox of a pass.
    #[must_use]
    pub fn key_of(pass: PassId, mailbox: MailboxId) -> String {
        format!("{}{mailbox}", Self::prefix(pass))
    }
}

impl Record for MailboxPassRecord {
    fn key(&self) -> String {
        Self::key_of(self.pass, self.mailbox)
    }
}
