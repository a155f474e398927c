//! Watching folders and publishing their jobs.

use futures::stream::{self, FuturesUnordered};
use futures::{StreamExt as _, TryStreamExt as _};
use longhaul_core::state::{MailboxEvent, MailboxState, PassState};
use longhaul_core::{FolderRef, MailboxId, PassId, Timestamp};
use longhaul_jobs::FolderSlice;
use longhaul_queue::{Health, Lane};
use longhaul_store::Error;
use longhaul_store::records::{self, FolderRecord, PassKind, Problem};

use super::Passes;
use super::allot::{Demand, allot};
use super::outcome::{outcome, sentence};
use super::set_aside::DeadJobs;
use super::survey::{Job, Survey, Suspect};
use crate::engine::Options;
use crate::engine::rates::Sample;

#[cfg(test)]
mod tests;

/// Mailboxes read at a time.
const READERS: usize = 8;

/// Jobs published at a time.
const PUBLISHERS: usize = 64;

impl Passes {
    /// Looks at every mailbox that is being copied: ends those that are over, publishes again what
    /// seems lost, and notes what can be fed. Says whether the queue takes jobs: each one that it
    /// does not take costs the look as long as a publisher waits.
    pub(super) async fn survey(&mut self) -> Result<bool, Error> {
        let copying = self.copying();
        self.fed = false;
        if copying.is_empty() {
            return Ok(false);
        }
        let mut taking = self.context.queue.health() == Health::Up;
        let mut dead = DeadJobs::default();
        let store = &self.context.store;
        let now = store.now().await?;
        let overviews: Vec<_> = stream::iter(copying)
            .map(|(pass, mailbox)| async move {
                store.overview(mailbox).await.map(|overview| (pass, mailbox, overview))
            })
            .buffered(READERS)
            .try_collect()
            .await?;
        for (pass, mailbox, overview) in overviews {
            let Some(line) = self.line(pass, mailbox) else {
                continue;
            };
            let (sweep, folders) = (line.sweep, line.record.folders.unwrap_or_default());
            let suspect = if sweep {
                Suspect::All
            } else {
                Suspect::IdleFor(self.context.options.republish_after)
            };
            let survey = Survey::of(pass, &overview, now, suspect);
            let sample = Sample { at: now, items: survey.items, bytes: survey.bytes };
            self.context.rates.sample(mailbox, sample);
            if self.stop_over_budget(pass, mailbox, &survey, now).await? {
                continue;
            }
            if survey.is_over(folders) {
                self.conclude(pass, mailbox, &survey, now).await?;
                continue;
            }
            taking =
                taking && self.publish_again(pass, mailbox, &survey, sweep, &mut dead, now).await?;
            if !taking {
                continue;
            }
            if let Some(line) = self.line(pass, mailbox) {
                line.sweep = false;
                line.demand = survey.demand;
                line.planned = survey.planned;
            }
        }
        Ok(taking)
    }

    /// The mailboxes of running passes that are being copied.
    fn copying(&self) -> Vec<(PassId, MailboxId)> {
        let running = self
            .open
            .iter()
            .filter(|(_, pass)| pass.conforms && pass.record.state == PassState::Running);
        running
            .flat_map(|(id, pass)| {
                pass.lines.iter().map(move |(mailbox, line)| (*id, *mailbox, line))
            })
            .filter(|(_, _, line)| !line.is_over() && line.record.state == MailboxState::Copying)
            .map(|(pass, mailbox, _)| (pass, mailbox))
            .collect()
    }

    async fn conclude(
        &mut self,
        pass: PassId,
        mailbox: MailboxId,
        survey: &Survey,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(record) = self.open.get(&pass).map(|pass| &pass.record) else {
            return Ok(());
        };
        let (event, parked) = match record.kind {
            PassKind::Retry => {
                let (event, parked) = outcome(self.kind_before(record, mailbox).await?, survey);
                let whole = parked.is_some() || survey.unfinished == 0;
                (if whole { event } else { MailboxEvent::EndWithErrors }, parked)
            }
            kind => outcome(kind, survey),
        };
        let problem = match parked {
            Some(parked) => {
                let folder = FolderRef { mailbox, folder: parked.folder };
                let key = FolderRecord::key_of(folder);
                let record = records::load::<FolderRecord>(&*self.context.store, &key).await?;
                let path = record.map(|(record, _)| record.path).unwrap_or_default();
                let text = sentence(&path, parked, survey.parked.len() - 1);
                Some(Problem { code: parked.code, text, at: now })
            }
            None => None,
        };
        self.context.rates.forget(mailbox);
        tracing::info!(pass.id = %pass, mailbox.id = %mailbox, ?event, "mailbox ended");
        self.turn_to(pass, mailbox, event, problem).await
    }

    /// Publishes jobs whose messages seem lost; a duplicate is harmless. One that is among the dead
    /// jobs ended its workers: its folder is given up instead. `false` if the queue does not take
    /// them: then the next look does.
    async fn publish_again(
        &mut self,
        pass: PassId,
        mailbox: MailboxId,
        survey: &Survey,
        sweep: bool,
        dead: &mut DeadJobs,
        now: Timestamp,
    ) -> Result<bool, Error> {
        for job in &survey.idle {
            let folder = FolderRef { mailbox, folder: job.folder };
            if !sweep {
                if !self.is_lost(folder, job, now).await {
                    continue;
                }
                tracing::warn!(folder = %folder, slice = %job.slice, "job without progress");
            }
            if dead.holds(&*self.context.queue, pass, folder, job.slice).await {
                self.set_aside(pass, folder, job).await?;
            } else if !self.publish(pass, mailbox, *job).await? {
                return Ok(false);
            }
            self.sent_again.insert(folder, now);
        }
        Ok(true)
    }

    /// Whether the message of a job without progress is taken for lost: nothing waits in the queue,
    /// or it has waited for so long that it cannot be there.
    async fn is_lost(&self, folder: FolderRef, job: &Job, now: Timestamp) -> bool {
        let span = self.context.options.republish_after;
        let whatever_waits = span.saturating_mul(Options::REPUBLISH_WHATEVER_WAITS);
        let silent = match self.sent_again.get(&folder) {
            Some(sent) => job.silent.min(now.since(*sent)),
            None => job.silent,
        };
        silent > whatever_waits || (silent > span && self.queue_is_empty().await)
    }

    /// Whether nothing waits in the queue that a worker could take; unknown counts as no.
    async fn queue_is_empty(&self) -> bool {
        self.context.queue.depth().await.is_ok_and(|depth| depth == 0)
    }

    /// Publishes first slices, as many as windows and budget let through.
    pub(super) async fn feed(&mut self) -> Result<(), Error> {
        let copying = self.copying();
        let demands: Vec<Demand> =
            copying.iter().map(|(pass, mailbox)| self.open[pass].lines[mailbox].demand).collect();
        let options = &self.context.options;
        let given = allot(&demands, options.window, self.budget(), self.turn);
        self.turn = self.turn.wrapping_add(1);
        self.fed = given.iter().any(|count| *count > 0);
        let jobs: Vec<(PassId, MailboxId, Job)> = copying
            .iter()
            .zip(given)
            .flat_map(|((pass, mailbox), count)| {
                let planned = &self.open[pass].lines[mailbox].planned;
                planned.iter().take(count).map(|job| (*pass, *mailbox, *job))
            })
            .collect();
        // Each waits for the broker's disk and the store's: one after the other they would keep
        // up with some 250 folders a second.
        let mut jobs = jobs.into_iter();
        let mut publishing = FuturesUnordered::new();
        loop {
            publishing.extend(
                jobs.by_ref()
                    .take(PUBLISHERS - publishing.len())
                    .map(|(pass, mailbox, job)| self.publish(pass, mailbox, job)),
            );
            if publishing.try_next().await? != Some(true) {
                return Ok(());
            }
        }
    }

    /// Publishes a job and notes that it is; `false` if the queue did not take it.
    async fn publish(&self, pass: PassId, mailbox: MailboxId, job: Job) -> Result<bool, Error> {
        let Some(record) = self.open.get(&pass).map(|pass| &pass.record) else {
            return Ok(true);
        };
        let message = FolderSlice {
            project: record.project,
            pass,
            mailbox,
            folder: job.folder,
            epoch: job.epoch,
            slice: job.slice,
            attempt: 0,
            fence: job.fence,
            ledger_len: job.ledger_len,
            trace: None,
        };
        let body = match longhaul_jobs::encode(&message) {
            Ok(body) => body.into(),
            Err(error) => {
                tracing::error!(%error, "job message not written");
                return Ok(false);
            }
        };
        if let Err(error) = self.context.queue.publish(lane(record.kind), body, job.wait).await {
            tracing::warn!(code = %error.code(), %error, "job not published; trying again");
            return Ok(false);
        }
        self.context.store.mark_published(message.folder_ref(), pass, job.slice).await?;
        Ok(true)
    }
}

/// Which queue a pass's jobs go to: few and small ones that an operator waits for go first.
const fn lane(kind: PassKind) -> Lane {
    match kind {
        PassKind::Retry => Lane::Urgent,
        PassKind::PreStage { .. } | PassKind::Full => Lane::Normal,
    }
}
