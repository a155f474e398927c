//! Passes that wait for their time (B-54).
//!
//! The time is in the pass's record and compared with the store's clock at every look, so it
//! holds over restarts, and a coordinator that was away begins what has become due meanwhile.

use longhaul_core::state::{MailboxEvent, MailboxState, PassState};
use longhaul_core::{MailboxId, PassId, Timestamp};
use longhaul_store::Error;

use super::{Pass, Passes};

impl Pass {
    /// Whether its mailboxes are to wait at `now`.
    fn waits(&self, now: Timestamp) -> bool {
        self.record.starts.is_some_and(|starts| starts > now)
    }
}

impl Passes {
    /// Whether the pass waits for its time.
    pub(super) async fn waits(&self, id: PassId) -> Result<bool, Error> {
        let Some(pass) = self.open.get(&id).filter(|pass| pass.record.starts.is_some()) else {
            return Ok(false);
        };
        Ok(pass.waits(self.context.store.now().await?))
    }

    /// Takes up the mailboxes of running passes whose time has come.
    pub(super) async fn begin_due(&mut self) -> Result<(), Error> {
        let scheduled = self.scheduled();
        if scheduled.is_empty() {
            return Ok(());
        }
        let now = self.context.store.now().await?;
        for (id, mailbox) in scheduled {
            if self.open.get(&id).is_some_and(|pass| !pass.waits(now)) {
                self.turn_to(id, mailbox, MailboxEvent::Prepare, None).await?;
            }
        }
        Ok(())
    }

    fn scheduled(&self) -> Vec<(PassId, MailboxId)> {
        let running = |pass: &Pass| pass.conforms && pass.record.state == PassState::Running;
        let passes = self.open.iter().filter(|(_, pass)| running(pass));
        passes
            .flat_map(|(id, pass)| {
                pass.lines.iter().map(move |(mailbox, line)| (*id, *mailbox, line))
            })
            .filter(|(_, _, line)| line.record.state == MailboxState::Scheduled)
            .map(|(id, mailbox, _)| (id, mailbox))
            .collect()
    }
}
