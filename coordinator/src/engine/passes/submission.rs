//! A project that is being written down.

use longhaul_core::ProjectId;
use longhaul_store::records::{self, MailboxRecord, ProjectRecord, Record};
use longhaul_store::{Error, Store};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

const PREFIX: &str = "submission/";

/// Stands while a project's records are being written.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Submission {
    pub(super) project: ProjectId,
}

impl Record for Submission {
    fn key(&self) -> String {
        format!("{PREFIX}{}", self.project)
    }
}

/// Takes away what submissions have left that were cut off: mailboxes without a project, which
/// nobody sees. Only one engine writes projects, so none is under way.
pub(super) async fn clear_away(store: &dyn Store) -> Result<(), Error> {
    let submissions: Vec<Submission> = records::list(store, PREFIX).await?;
    for submission in submissions {
        if store.get(&ProjectRecord::key_of(submission.project)).await?.is_none() {
            let prefix = MailboxRecord::prefix(submission.project);
            let left: Vec<MailboxRecord> = records::list(store, &prefix).await?;
            for mailbox in &left {
                store.remove(&mailbox.key()).await?;
            }
            tracing::info!(mailboxes = left.len(), "what a cut-off submission left is removed");
        }
        store.remove(&submission.key()).await?;
    }
    Ok(())
}
