//! A folder in a pass, without anything behind it.

use longhaul_core::state::PassState;
use longhaul_core::{FolderKey, FolderRef, MailboxId, PassId, ProjectId, Timestamp};
use longhaul_jobs::{FolderSlice, encode};
use longhaul_store::folder::{Bounds, Checkpoint, PassStart};
use longhaul_store::records::{PassKind, PassRecord, save};
use longhaul_store::{Expect, Store};

/// A running full pass over one mailbox.
pub(in crate::job) fn pass() -> PassRecord {
    PassRecord {
        id: PassId::generate(),
        project: ProjectId::generate(),
        number: 1,
        kind: PassKind::Full,
        state: PassState::Running,
        associated_items: false,
        mailboxes: vec![MailboxId::generate()],
        started: Timestamp(0),
        starts: None,
        error_budget: None,
        ended: None,
    }
}

/// Begins the pass with a folder called `name`.
pub(in crate::job) async fn begin(store: &dyn Store, pass: &PassRecord, name: &str) -> FolderRef {
    let folder = FolderRef { mailbox: pass.mailboxes[0], folder: FolderKey::of(name) };
    save(store, pass, Expect::Any).await.expect("saved");
    let start = PassStart { pass: pass.id, bounds: Bounds::default() };
    store.begin(folder, start).await.expect("begins");
    folder
}

pub(in crate::job) async fn checkpoint(store: &dyn Store, folder: FolderRef) -> Checkpoint {
    store.checkpoint(folder).await.expect("reads").expect("began")
}

/// The message for the slice that the store is at.
pub(in crate::job) fn message(
    pass: &PassRecord,
    folder: FolderRef,
    checkpoint: &Checkpoint,
) -> FolderSlice {
    FolderSlice {
        project: pass.project,
        pass: pass.id,
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

/// The message as it is published.
pub(in crate::job) fn body(message: &FolderSlice) -> bytes::Bytes {
    encode(message).expect("encodes").into()
}
