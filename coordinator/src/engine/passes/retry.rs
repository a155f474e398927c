//! Passes that only try again what failed (B-53).

use std::sync::Arc;

use longhaul_core::{FolderRef, MailboxId};
use longhaul_store::Error;
use longhaul_store::folder::{Bounds, Outcome, PassStart};
use longhaul_store::records::{PassKind, PassRecord};

use super::Passes;
use crate::engine::context::Context;
use crate::engine::find;
use crate::engine::folders::Begun;
use crate::engine::trouble::Trouble;

/// Begins the pass with the folders that have failures. A folder whose last pass did not reach the
/// end of its list is left out: the end of this pass would pass for the end of that one.
///
/// Cut off anywhere, it can be begun again.
pub(super) async fn prepare(
    context: Arc<Context>,
    pass: PassRecord,
    mailbox: MailboxId,
) -> Result<Begun, Trouble> {
    let mut begun = Begun::default();
    for (folder, checkpoint) in context.store.overview(mailbox).await? {
        let is_ours = checkpoint.pass == pass.id;
        let has_failed =
            checkpoint.counters.failed > 0 && checkpoint.outcome == Some(Outcome::Done);
        if is_ours || has_failed {
            let bounds = Bounds { failed_only: true, ..checkpoint.bounds };
            let folder = FolderRef { mailbox, folder };
            context.store.begin(folder, PassStart { pass: pass.id, bounds }).await?;
            begun.folders += 1;
        }
    }
    Ok(begun)
}

impl Passes {
    /// What the mailbox's last pass was for, retries left out: how it stands after one.
    pub(super) async fn kind_before(
        &self,
        retry: &PassRecord,
        mailbox: MailboxId,
    ) -> Result<PassKind, Error> {
        let passes = find::passes(&*self.context.store, retry.project).await?;
        let earlier = passes.into_iter().rev().filter(|pass| pass.number < retry.number);
        let mut others = earlier.filter(|pass| pass.kind != PassKind::Retry);
        let last = others.find(|pass| pass.mailboxes.contains(&mailbox));
        Ok(last.map_or(PassKind::Full, |pass| pass.kind))
    }
}
