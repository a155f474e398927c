//! A project's mailboxes, and the folder map of each.

use longhaul_core::state::MailboxState;
use longhaul_core::{Bytes, Code, FolderKey, FolderRef, MailboxId, PassId, ProjectId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Record;

/// A mailbox of a project: one source address, one destination address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailboxRecord {
    /// Its id.
    pub id: MailboxId,
    /// Its project.
    pub project: ProjectId,
    /// The address in the source tenant.
    pub source: String,
    /// The address in the destination tenant.
    pub destination: String,
    /// The batch it belongs to (B-75).
    pub batch: Option<String>,
    /// Where it stands.
    pub state: MailboxState,
    /// The pass that worked on it last.
    pub last_pass: Option<PassId>,
    /// What is wrong with it, if anything.
    pub problem: Option<Problem>,
}

/// Something an operator has to know: what, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The stable code; its page says what to do.
    pub code: Code,
    /// A sentence with the place.
    pub text: String,
    /// When it was noticed.
    pub at: Timestamp,
}

impl MailboxRecord {
    /// The key of all mailboxes of a project.
    #[must_use]
    pub fn prefix(project: ProjectId) -> String {
        format!("mailbox/{project}/")
    }

    /// The key of one mailbox of a project.
    #[must_use]
    pub fn key_of(project: ProjectId, mailbox: MailboxId) -> String {
        format!("{}{mailbox}", Self::prefix(project))
    }
}

impl Record for MailboxRecord {
    fn key(&self) -> String {
        Self::key_of(self.project, self.id)
    }
}

/// A row of a mailbox's folder map: a source folder and its counterpart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FolderRecord {
    /// The folder, by its source id.
    pub folder: FolderRef,
    /// Its id at the source.
    pub source_id: String,
    /// Its counterpart's id in the destination, once it stands.
    pub destination_id: Option<String>,
    /// Display names from the root down.
    pub path: Vec<String>,
    /// The source folder it stands in.
    #[serde(default)]
    pub parent: Option<FolderKey>,
    /// Its folder class, e.g. `IPF.Note`.
    pub class: String,
    /// Its well-known name, if it is a well-known folder.
    pub distinguished: Option<String>,
    /// Items in it when it was mapped.
    pub items: u64,
    /// Their size.
    pub bytes: Bytes,
}

impl FolderRecord {
    /// The key of all folders of a mailbox.
    #[must_use]
    pub fn prefix(mailbox: MailboxId) -> String {
        format!("folder/{mailbox}/")
    }

    /// The key of one folder.
    #[must_use]
    pub fn key_of(folder: FolderRef) -> String {
        format!("folder/{}/{}", folder.mailbox, folder.folder)
    }

    /// The folder's key within its mailbox.
    #[must_use]
    pub const fn folder_key(&self) -> FolderKey {
        self.folder.folder
    }
}

impl Record for FolderRecord {
    fn key(&self) -> String {
        Self::key_of(self.folder)
    }
}
