//! Taking mailboxes up: their preparations, a few at a time.

use std::collections::HashMap;
use std::time::Duration;

use longhaul_core::state::{MailboxEvent, MailboxState, PassState};
use longhaul_core::{MailboxId, PassId};
use longhaul_store::Error;
use longhaul_store::records::{PassKind, Problem};
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::{Passes, retry};
use crate::engine::Options;
use crate::engine::folders::{Begun, prepare};
use crate::engine::trouble::Trouble;

#[cfg(test)]
mod tests;

/// What came of a preparation.
type Outcome = Result<Begun, Trouble>;

/// A preparation that has ended.
pub(in crate::engine) type Ended = Result<(Id, Outcome), JoinError>;

/// Preparations under way. On shutdown they are aborted: each can be begun again.
#[derive(Debug, Default)]
pub(super) struct Preparations {
    tasks: JoinSet<Outcome>,
    mailboxes: HashMap<Id, (PassId, MailboxId)>,
}

impl Preparations {
    fn spawn(
        &mut self,
        pass: PassId,
        mailbox: MailboxId,
        task: impl Future<Output = Outcome> + Send + 'static,
    ) -> AbortHandle {
        let handle = self.tasks.spawn(task);
        self.mailboxes.insert(handle.id(), (pass, mailbox));
        handle
    }

    pub(super) async fn shutdown(&mut self) {
        self.tasks.shutdown().await;
        self.mailboxes.clear();
    }
}

impl Passes {
    /// The next preparation to end; pending while there is none. Cancel safe.
    pub(in crate::engine) async fn prepared(&mut self) -> Ended {
        match self.preparations.tasks.join_next_with_id().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    /// Begins preparations: as many as may run at a time, and only while the mailboxes that are
    /// being copied do not keep the workers busy anyway. The passes take turns.
    pub(super) fn take_up(&mut self) {
        let options = &self.context.options;
        let appetite: usize = self
            .open
            .values()
            .flat_map(|pass| pass.lines.values())
            .map(|line| line.demand.appetite(options.window))
            .sum();
        // A large fleet is done with mailboxes sooner than a few at a time can be prepared.
        let width = options.preparing.max(self.slots / 16);
        let free = width.saturating_sub(self.preparations.tasks.len());
        if free == 0 || appetite >= 2 * self.budget() {
            return;
        }
        let now = Instant::now();
        let mut waiting = Vec::new();
        for (id, pass) in &self.open {
            if !pass.conforms || pass.record.state != PassState::Running {
                continue;
            }
            let prepares = |state| state == MailboxState::Preparing;
            let lines = pass.lines.iter().filter(|(_, line)| prepares(line.record.state));
            let ready = lines
                .filter(|(_, line)| line.task.is_none() && line.due.is_none_or(|due| due <= now));
            waiting.extend(ready.enumerate().map(|(turn, (mailbox, _))| (turn, *id, *mailbox)));
        }
        waiting.sort_unstable();
        for (_, pass, mailbox) in waiting.into_iter().take(free) {
            self.begin_preparing(pass, mailbox);
        }
    }

    fn begin_preparing(&mut self, id: PassId, mailbox: MailboxId) {
        let Some(pass) = self.open.get_mut(&id) else {
            return;
        };
        let context = std::sync::Arc::clone(&self.context);
        let project = std::sync::Arc::clone(&pass.project);
        let record = pass.record.clone();
        let task = async move {
            match record.kind {
                PassKind::Retry => retry::prepare(context, record, mailbox).await,
                PassKind::PreStage { .. } | PassKind::Full => {
                    prepare(context, project, record, mailbox).await
                }
            }
        };
        let handle = self.preparations.spawn(id, mailbox, task);
        if let Some(line) = pass.lines.get_mut(&mailbox) {
            line.task = Some(handle);
            line.due = None;
        }
    }

    /// Notes what came of a preparation.
    ///
    /// # Errors
    ///
    /// [`Error`] of the store; then nothing of what is held is trusted any more.
    pub(in crate::engine) async fn note(&mut self, ended: Ended) -> Result<(), Error> {
        let task = match &ended {
            Ok((task, _)) => *task,
            Err(error) => error.id(),
        };
        let Some((pass, mailbox)) = self.preparations.mailboxes.remove(&task) else {
            return Ok(());
        };
        let Some(line) = self.line(pass, mailbox) else {
            return Ok(());
        };
        if line.task.as_ref().map(AbortHandle::id) != Some(task) {
            return Ok(());
        }
        line.task = None;
        if line.is_over() || line.record.state != MailboxState::Preparing {
            return Ok(());
        }
        match ended {
            Ok((_, Ok(begun))) => {
                let failed = self.failed(mailbox).await?;
                let Some(line) = self.line(pass, mailbox) else {
                    return Ok(());
                };
                line.tries = 0;
                line.record.folders = Some(begun.folders);
                line.record.unchanged = begun.unchanged;
                line.record.failed_before = failed;
                self.turn_to(pass, mailbox, MailboxEvent::Copy, None).await
            }
            Ok((_, Err(trouble))) => self.after_trouble(pass, mailbox, trouble).await,
            Err(error) if error.is_panic() => {
                let text = "preparing the mailbox ended in a panic";
                let trouble = Trouble::lasting(longhaul_core::code::JOB_PANICKED, text);
                self.after_trouble(pass, mailbox, trouble).await
            }
            Err(_aborted) => Ok(()),
        }
    }

    async fn after_trouble(
        &mut self,
        pass: PassId,
        mailbox: MailboxId,
        trouble: Trouble,
    ) -> Result<(), Error> {
        let at = self.context.store.now().await?;
        let options = self.context.options.clone();
        let Some(line) = self.line(pass, mailbox) else {
            return Ok(());
        };
        line.tries += u32::from(!trouble.throttled);
        let wait = wait_before(&options, line.tries, trouble.hint);
        let Trouble { code, text, .. } = trouble;
        if !trouble.passing || line.tries >= options.prepare_attempts {
            let problem = Problem { code, text, at };
            return self.turn_to(pass, mailbox, MailboxEvent::Fail, Some(problem)).await;
        }
        line.due = Some(Instant::now() + wait);
        let text = format!("{text}; trying again in {} s", wait.as_secs().max(1));
        let problem = Problem { code, text, at };
        self.show(pass, mailbox, MailboxState::Preparing, Some(problem)).await
    }

    /// Ends the preparation of a mailbox, if one is under way, and waits until it has ended.
    pub(super) async fn stop_preparing(&mut self, pass: PassId, mailbox: MailboxId) {
        let Some(task) = self.line(pass, mailbox).and_then(|line| line.task.take()) else {
            return;
        };
        task.abort();
        // The others that end meanwhile are not lost: their mailboxes are prepared again.
        while !task.is_finished() {
            let Some(ended) = self.preparations.tasks.join_next_with_id().await else {
                return;
            };
            let id = ended.map_or_else(|error| error.id(), |(id, _)| id);
            if let Some((pass, mailbox)) = self.preparations.mailboxes.remove(&id)
                && let Some(line) = self.line(pass, mailbox)
            {
                line.task = None;
            }
        }
    }
}

/// The wait before the next try: doubled each time, at least what the service asked for, with
/// jitter on top.
fn wait_before(options: &Options, tries: u32, hint: Option<Duration>) -> Duration {
    let doubled = options.prepare_wait.saturating_mul(1 << tries.saturating_sub(1).min(16));
    let wait = doubled.min(options.prepare_wait_longest).max(hint.unwrap_or_default());
    wait + wait.mul_f64(rand::random_range(0.0..0.25))
}
