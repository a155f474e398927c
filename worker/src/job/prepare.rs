//! From a message to the folder on both sides.

use longhaul_core::Code;
use longhaul_core::code::{FOLDER_NOT_CREATED, NOT_FOUND};
use longhaul_ews::FolderId;
use longhaul_jobs::FolderSlice;
use longhaul_store::Error;
use longhaul_store::records::{FolderRecord, MailboxRecord, ProjectRecord, Side, load};

use super::Copying;
use crate::slice::Peer;

/// Why the folder cannot be worked on at all.
#[derive(Debug)]
pub(super) enum Unprepared {
    /// The store did not answer: later.
    Store(Error),
    /// What the job needs is not there or not usable: not in this pass.
    Unusable { code: Code, detail: String },
}

impl From<Error> for Unprepared {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// What a slice needs to know besides the checkpoint.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) source: Peer,
    pub(super) destination: Peer,
    /// Whether what was deleted in the source is deleted in the destination too.
    pub(super) deletions: bool,
}

impl Copying {
    /// The two sides of the message's folder, and how to go about it.
    pub(super) async fn prepare(&self, job: &FolderSlice) -> Result<Prepared, Unprepared> {
        let store = &*self.store;
        let project = ProjectRecord::key_of(job.project);
        let mailbox = MailboxRecord::key_of(job.project, job.mailbox);
        let folder = FolderRecord::key_of(job.folder_ref());
        let (project, _) = load::<ProjectRecord>(store, &project).await?.ok_or_else(missing)?;
        let (mailbox, _) = load::<MailboxRecord>(store, &mailbox).await?.ok_or_else(missing)?;
        let (folder, _) = load::<FolderRecord>(store, &folder).await?.ok_or_else(missing)?;
        let destination_id = folder.destination_id.ok_or_else(|| Unprepared::Unusable {
            code: FOLDER_NOT_CREATED,
            detail: "the folder has no counterpart in the destination yet".to_owned(),
        })?;
        let peer = |side: Side, address: &str, id: String| -> Result<Peer, Unprepared> {
            let client = self.endpoints.client(project.endpoint(side)).map_err(|error| {
                Unprepared::Unusable { code: error.code(), detail: format!("{side}: {error}") }
            })?;
            let requests = project.options.mailbox_requests;
            Ok(Peer {
                mailbox: client.mailbox(side, address),
                folder: FolderId::new(id),
                lane: self.endpoints.lanes.lane(side, job.mailbox, requests),
            })
        };
        Ok(Prepared {
            source: peer(Side::Source, &mailbox.source, folder.source_id)?,
            destination: peer(Side::Destination, &mailbox.destination, destination_id)?,
            deletions: project.options.deletions,
        })
    }
}

fn missing() -> Unprepared {
    Unprepared::Unusable {
        code: NOT_FOUND,
        detail: "the job's project, mailbox or folder is not in the store".to_owned(),
    }
}
