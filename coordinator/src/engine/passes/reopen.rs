//! Taking a folder up again whose job an operator puts back.
//!
//! The order of writes is that of a command: the pass, its mailbox, the folder. Cut off anywhere,
//! the pass ends again, or the folder is given up again, and the operator repeats the command.

use longhaul_core::code::JOB_SET_ASIDE;
use longhaul_core::state::{MailboxEvent, PassEvent};
use longhaul_core::{FolderRef, MailboxId, PassId, ProjectId};
use longhaul_store::folder::Outcome;
use longhaul_store::records::{self, MailboxRecord, PassRecord};
use longhaul_store::{Error, Expect};

use super::Passes;

/// What can be done for a folder whose job is to be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Reopened {
    /// The pass goes on with it.
    Yes,
    /// The pass is done with it, or another has it: the job would do nothing.
    Over,
}

impl Passes {
    /// Takes a folder up again that was given up because its job was set aside, and with it its
    /// mailbox and, if it has ended, the pass.
    pub(in crate::engine) async fn reopen(
        &mut self,
        project: ProjectId,
        pass: PassId,
        folder: FolderRef,
    ) -> Result<Reopened, Error> {
        self.load().await?;
        let Some(checkpoint) = self.context.store.checkpoint(folder).await? else {
            return Ok(Reopened::Over);
        };
        let given_up = match checkpoint.outcome {
            _ if checkpoint.pass != pass => return Ok(Reopened::Over),
            None => return Ok(Reopened::Yes),
            Some(Outcome::Parked { code, .. }) => code == JOB_SET_ASIDE,
            Some(Outcome::Done | Outcome::Cancelled) => false,
        };
        if !given_up || !self.has(project, pass, folder.mailbox).await? {
            return Ok(Reopened::Over);
        }
        if !self.open.contains_key(&pass) && !self.reopen_pass(project, pass).await? {
            return Ok(Reopened::Over);
        }
        self.reopen_mailbox(pass, folder.mailbox).await?;
        self.context.store.reopen(folder, pass).await?;
        Ok(Reopened::Yes)
    }

    /// Whether it is the pass that worked on the mailbox last.
    async fn has(
        &self,
        project: ProjectId,
        pass: PassId,
        mailbox: MailboxId,
    ) -> Result<bool, Error> {
        let key = MailboxRecord::key_of(project, mailbox);
        let record = records::load::<MailboxRecord>(&*self.context.store, &key).await?;
        Ok(record.is_some_and(|(record, _)| record.last_pass == Some(pass)))
    }

    /// An ended pass runs again; a stopped one does not.
    async fn reopen_pass(&mut self, project: ProjectId, pass: PassId) -> Result<bool, Error> {
        let store = &*self.context.store;
        let key = PassRecord::key_of(project, pass);
        let Some((mut record, _)) = records::load::<PassRecord>(store, &key).await? else {
            return Ok(false);
        };
        let Ok(state) = record.state.next(PassEvent::Reopen) else {
            return Ok(false);
        };
        (record.state, record.ended) = (state, None);
        records::save(store, &record, Expect::Any).await?;
        tracing::info!(pass.id = %pass, pass.number = record.number, "pass goes on");
        if let Some(opened) = self.read(record).await? {
            self.open.insert(pass, opened);
        }
        Ok(true)
    }

    /// A mailbox that failed is copied again, or paused like its pass.
    async fn reopen_mailbox(&mut self, pass: PassId, mailbox: MailboxId) -> Result<(), Error> {
        let Some(line) = self.line(pass, mailbox) else {
            return Ok(());
        };
        // The folder's job is put back by who asked; what else was outstanding has ended.
        line.sweep = false;
        if line.is_over() {
            self.turn_to(pass, mailbox, MailboxEvent::Reopen, None).await?;
        }
        if let Some(pass) = self.open.get_mut(&pass) {
            pass.conforms = false;
        }
        self.conform(pass).await
    }
}
