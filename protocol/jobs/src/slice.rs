//! The one kind of job there is: work on a folder for one slice.

use longhaul_core::{Epoch, Fence, FolderKey, FolderRef, MailboxId, PassId, ProjectId, SliceNo};
use serde::{Deserialize, Serialize};

/// "Work on this folder": the message a worker consumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderSlice {
    /// The project, where the endpoints are found.
    pub project: ProjectId,
    /// The pass this slice belongs to; a message of an earlier pass is acknowledged and dropped.
    pub pass: PassId,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// The source folder.
    pub folder: FolderKey,
    /// The epoch the sender saw.
    pub epoch: Epoch,
    /// The slice this message asks for; compared with the store's (design section 3).
    pub slice: SliceNo,
    /// How often this slice was tried and failed before. Throttling does not count.
    pub attempt: u16,
    /// The fence the sender saw: a store that shows a lower one has gone back.
    pub fence: Fence,
    /// The ledger length the sender saw, in bytes: likewise.
    pub ledger_len: u64,
    /// Trace to continue, if the sender had one.
    #[serde(default)]
    pub trace: Option<TraceContext>,
}

impl FolderSlice {
    /// What the message points at.
    #[must_use]
    pub const fn folder_ref(&self) -> FolderRef {
        FolderRef { mailbox: self.mailbox, folder: self.folder }
    }

    /// The message for one more try of the same slice.
    #[must_use]
    pub fn retried(&self) -> Self {
        Self { attempt: self.attempt.saturating_add(1), ..self.clone() }
    }
}

/// A W3C trace context (`traceparent`, `tracestate`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceContext {
    /// The `traceparent` header's value.
    pub parent: String,
    /// The `tracestate` header's value; may be empty.
    #[serde(default)]
    pub state: String,
}
