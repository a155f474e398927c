//! Putting mailboxes into batches (B-75).

use longhaul_core::code::BAD_VALUE;
use longhaul_store::Expect;
use longhaul_store::records::{self, MailboxRecord};

use super::Passes;
use crate::engine::{Refusal, RefusalKind, SetBatch, find};

impl Passes {
    /// Puts mailboxes into a batch, or takes them out of theirs. Passes that run go on with the
    /// mailboxes they began with. It goes through the loop, which writes mailboxes as well.
    pub(in crate::engine) async fn set_batch(
        &mut self,
        project: &str,
        set: SetBatch,
    ) -> Result<Vec<MailboxRecord>, Refusal> {
        let batch = set.batch.map(|name| name.trim().to_owned());
        if batch.as_ref().is_some_and(String::is_empty) {
            let text = "a batch has a name";
            return Err(Refusal::new(RefusalKind::Invalid, BAD_VALUE, text));
        }
        let store = &*self.context.store;
        let project = find::project(store, project).await?;
        let mailboxes = find::mailboxes(store, project.id).await?;
        let mut chosen = find::select(mailboxes, &set.selection)?;
        for mailbox in chosen.iter_mut().filter(|mailbox| mailbox.batch != batch) {
            mailbox.batch.clone_from(&batch);
            records::save(store, mailbox, Expect::Any).await?;
        }
        tracing::info!(project.id = %project.id, mailboxes = chosen.len(), "batch set");
        Ok(chosen)
    }
}
