//! Bringing mailboxes and folders into line with their pass.

use longhaul_core::state::{MailboxEvent, MailboxState, PassState};
use longhaul_core::{FolderRef, MailboxId, PassId};
use longhaul_store::records::{self, MailboxPassRecord, MailboxRecord, Problem};
use longhaul_store::{Error, Expect};

use super::{Line, Passes};

impl Passes {
    /// Brings the mailboxes of a pass into line with it, unless that is done. Cut off anywhere, it
    /// goes on the next time.
    pub(super) async fn conform(&mut self, id: PassId) -> Result<(), Error> {
        let Some(pass) = self.open.get(&id) else {
            return Ok(());
        };
        if pass.conforms {
            return Ok(());
        }
        let (state, mailboxes) = (pass.record.state, pass.record.mailboxes.clone());
        for mailbox in mailboxes {
            self.adopt(id, mailbox).await?;
            match state {
                PassState::Running => self.resume(id, mailbox).await?,
                PassState::Paused => self.hold(id, mailbox, MailboxEvent::Pause).await?,
                PassState::Stopped | PassState::Ended => {
                    self.hold(id, mailbox, MailboxEvent::Stop).await?;
                }
            }
        }
        let Some(pass) = self.open.get_mut(&id) else {
            return Ok(());
        };
        pass.conforms = true;
        if state.is_over() {
            let mut record = pass.record.clone();
            record.ended = Some(self.context.store.now().await?);
            records::save(&*self.context.store, &record, Expect::Any).await?;
            tracing::info!(pass.id = %id, pass.number = record.number, "pass stopped");
            self.open.remove(&id);
        }
        Ok(())
    }

    /// Makes the mailbox part of the pass, and its record say so.
    async fn adopt(&mut self, id: PassId, mailbox: MailboxId) -> Result<(), Error> {
        let Some(pass) = self.open.get(&id) else {
            return Ok(());
        };
        if let Some(line) = pass.lines.get(&mailbox) {
            let (state, problem) = (line.record.state, line.record.problem.clone());
            if !line.is_over() {
                return self.show(id, mailbox, state, problem).await;
            }
            // Ended, perhaps just before the end of the process: its record is to say so, unless
            // a later pass has it by now.
            return self.show_if_ours(id, mailbox, state, problem).await;
        }
        let state = match self.waits(id).await? {
            true => MailboxState::Scheduled,
            false => MailboxState::Preparing,
        };
        let record = MailboxPassRecord {
            pass: id,
            mailbox,
            state,
            folders: None,
            unchanged: 0,
            failed_before: 0,
            problem: None,
            started: None,
            ended: None,
        };
        records::save(&*self.context.store, &record, Expect::Any).await?;
        let mut line = Line::new(record);
        line.sweep = false;
        if let Some(pass) = self.open.get_mut(&id) {
            pass.lines.insert(mailbox, line);
        }
        self.show(id, mailbox, state, None).await
    }

    /// A running pass: what was paused goes on.
    async fn resume(&mut self, id: PassId, mailbox: MailboxId) -> Result<(), Error> {
        let Some(line) = self.line(id, mailbox) else {
            return Ok(());
        };
        if line.record.state != MailboxState::Paused {
            return Ok(());
        }
        line.sweep = true;
        if self.waits(id).await? {
            return self.turn_to(id, mailbox, MailboxEvent::Schedule, None).await;
        }
        self.turn_to(id, mailbox, MailboxEvent::Prepare, None).await?;
        let mapped = self.line(id, mailbox).is_some_and(|line| line.record.folders.is_some());
        if mapped {
            self.turn_to(id, mailbox, MailboxEvent::Copy, None).await?;
        }
        Ok(())
    }

    /// A pass that is paused or stopped: the mailbox is held, or let go of.
    async fn hold(
        &mut self,
        id: PassId,
        mailbox: MailboxId,
        to: MailboxEvent,
    ) -> Result<(), Error> {
        let Some(line) = self.line(id, mailbox) else {
            return Ok(());
        };
        let over = line.is_over();
        let paused = line.record.state == MailboxState::Paused;
        line.demand = super::allot::Demand::default();
        line.planned.clear();
        self.stop_preparing(id, mailbox).await;
        self.context.rates.forget(mailbox);
        if to == MailboxEvent::Stop {
            self.cancel_folders(id, mailbox).await?;
        }
        if over || (paused && to == MailboxEvent::Pause) {
            return Ok(());
        }
        self.turn_to(id, mailbox, to, None).await
    }

    pub(super) async fn cancel_folders(
        &self,
        pass: PassId,
        mailbox: MailboxId,
    ) -> Result<(), Error> {
        for (folder, checkpoint) in self.context.store.overview(mailbox).await? {
            if checkpoint.pass == pass && !checkpoint.is_over() {
                self.context.store.cancel(FolderRef { mailbox, folder }, pass).await?;
            }
        }
        Ok(())
    }

    pub(super) fn line(&mut self, pass: PassId, mailbox: MailboxId) -> Option<&mut Line> {
        self.open.get_mut(&pass)?.lines.get_mut(&mailbox)
    }

    /// Moves a mailbox to its next state: within the pass first, then where people look. An event
    /// that does not fit its state is a bug of ours; it is logged and changes nothing.
    pub(super) async fn turn_to(
        &mut self,
        id: PassId,
        mailbox: MailboxId,
        event: MailboxEvent,
        problem: Option<Problem>,
    ) -> Result<(), Error> {
        let now = self.context.store.now().await?;
        let Some(line) = self.line(id, mailbox) else {
            return Ok(());
        };
        let mut record = line.record.clone();
        record.state = match record.state.next(event) {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(mailbox.id = %mailbox, %error, "mailbox state not changed");
                return Ok(());
            }
        };
        record.problem.clone_from(&problem);
        record.started = record.started.or(Some(now));
        record.ended = ends(event).then_some(now);
        records::save(&*self.context.store, &record, Expect::Any).await?;
        let state = record.state;
        if let Some(line) = self.line(id, mailbox) {
            if record.ended.is_some() {
                // What it asked for last would keep others from being taken up for ever.
                line.demand = super::allot::Demand::default();
                line.planned.clear();
            }
            line.record = record;
        }
        self.show(id, mailbox, state, problem).await
    }

    /// Writes where a mailbox stands into its own record.
    pub(super) async fn show(
        &self,
        pass: PassId,
        mailbox: MailboxId,
        state: MailboxState,
        problem: Option<Problem>,
    ) -> Result<(), Error> {
        self.write_mailbox(pass, mailbox, state, problem, true).await
    }

    async fn show_if_ours(
        &self,
        pass: PassId,
        mailbox: MailboxId,
        state: MailboxState,
        problem: Option<Problem>,
    ) -> Result<(), Error> {
        self.write_mailbox(pass, mailbox, state, problem, false).await
    }

    async fn write_mailbox(
        &self,
        pass: PassId,
        mailbox: MailboxId,
        state: MailboxState,
        problem: Option<Problem>,
        take: bool,
    ) -> Result<(), Error> {
        let Some(project) = self.open.get(&pass).map(|pass| pass.record.project) else {
            return Ok(());
        };
        let store = &*self.context.store;
        let key = MailboxRecord::key_of(project, mailbox);
        let Some((record, _)) = records::load::<MailboxRecord>(store, &key).await? else {
            return Ok(());
        };
        if !take && record.last_pass != Some(pass) {
            return Ok(());
        }
        let shown = MailboxRecord { state, problem, last_pass: Some(pass), ..record.clone() };
        if shown != record {
            records::save(store, &shown, Expect::Any).await?;
        }
        Ok(())
    }
}

/// Whether the pass is done with the mailbox after `event`.
const fn ends(event: MailboxEvent) -> bool {
    matches!(
        event,
        MailboxEvent::EndPreStage
            | MailboxEvent::EndFull
            | MailboxEvent::EndWithErrors
            | MailboxEvent::Fail
            | MailboxEvent::Stop
    )
}
