//! What handles send to the loop: everything that changes something.

use longhaul_core::{FolderRef, PassId, ProjectId};
use longhaul_store::records::{MailboxRecord, PassRecord, ProjectRecord};
use tokio::sync::oneshot;

use super::passes::Reopened;
use super::{Refusal, SetBatch, StartPass};
use crate::verify::{VerificationId, VerifyOptions};

/// Where the answer goes.
pub(super) type Answer<T> = oneshot::Sender<Result<T, Refusal>>;

/// A change to make.
#[derive(Debug)]
pub(super) enum Command {
    /// Write a probed project down.
    Create {
        project: Box<ProjectRecord>,
        mailboxes: Vec<MailboxRecord>,
        answer: Answer<ProjectRecord>,
    },
    /// Stop every pass of a project.
    StopProject { project: String, answer: Answer<ProjectRecord> },
    /// Start a pass.
    Start { project: String, start: StartPass, answer: Answer<PassRecord> },
    /// Pause, resume or stop a pass.
    Steer { project: String, number: Option<u32>, to: Steer, answer: Answer<PassRecord> },
    /// Take a folder up again whose job is to be put back.
    Reopen { project: ProjectId, pass: PassId, folder: FolderRef, answer: Answer<Reopened> },
    /// Put mailboxes into a batch.
    SetBatch { project: String, set: SetBatch, answer: Answer<Vec<MailboxRecord>> },
    /// Compare both sides.
    Verify { project: String, options: VerifyOptions, answer: Answer<VerificationId> },
}

/// What can be done to a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Steer {
    Pause,
    Resume,
    Stop,
}
