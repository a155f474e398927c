//! The only way into the engine.

use std::sync::Arc;

use longhaul_core::Timestamp;
use longhaul_store::folder::Bounds;
use longhaul_store::records::{MailboxRecord, PassRecord, ProjectRecord};
use tokio::sync::{mpsc, oneshot};

use super::command::{Answer, Command, Steer};
use super::context::Context;
use super::dead;
use super::{
    DeadJob, DeadOutcome, DeadSelection, ErrorPage, ErrorQuery, FleetStatus, ProjectStatus,
    Refusal, Selection, SetBatch, StartPass, find, fleet, listing, probe, view,
};
use crate::project::Spec;
use crate::verify::{self, Explanation, Forecast, Verification, VerificationId, VerifyOptions};

/// Talks to the engine. Cheap to clone.
///
/// Questions are answered from the store and need no running loop. Changes go through the loop,
/// one after the other; a cancelled call may have been carried out.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(super) context: Arc<Context>,
    pub(super) commands: mpsc::Sender<Command>,
}

impl Handle {
    /// Writes a new project down, after both tenants have answered for it: a token each, and every
    /// mailbox found on its side.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with every problem found in its details; then nothing was written.
    pub async fn submit(&self, spec: Spec) -> Result<ProjectRecord, Refusal> {
        let (project, mailboxes) = probe::admit(&self.context, spec).await?;
        let project = Box::new(project);
        self.ask(|answer| Command::Create { project, mailboxes, answer }).await
    }

    /// All projects, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if the store does not answer.
    pub async fn projects(&self) -> Result<Vec<ProjectRecord>, Refusal> {
        Ok(find::projects(&*self.context.store).await?)
    }

    /// The project of that name or id.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is none; it names similar ones.
    pub async fn project(&self, name_or_id: &str) -> Result<ProjectRecord, Refusal> {
        find::project(&*self.context.store, name_or_id).await
    }

    /// A project's mailboxes, in the order of their source addresses.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is no such project.
    pub async fn mailboxes(&self, project: &str) -> Result<Vec<MailboxRecord>, Refusal> {
        let project = self.project(project).await?;
        Ok(find::mailboxes(&*self.context.store, project.id).await?)
    }

    /// Stops every pass of a project. What was copied stays; a later pass goes on from there.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is no such project.
    pub async fn stop_project(&self, project: &str) -> Result<ProjectRecord, Refusal> {
        let project = project.to_owned();
        self.ask(|answer| Command::StopProject { project, answer }).await
    }

    /// Puts mailboxes into a batch, or takes them out of theirs; returns them.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: no such project, batch or mailbox (LH-0203), or an empty name (LH-0102).
    pub async fn set_batch(
        &self,
        project: &str,
        set: SetBatch,
    ) -> Result<Vec<MailboxRecord>, Refusal> {
        let project = project.to_owned();
        self.ask(|answer| Command::SetBatch { project, set, answer }).await
    }

    /// Starts a pass.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: no such project, batch or mailbox (LH-0203); a pass works on one of them, or
    /// one of them cannot start (LH-0205).
    pub async fn start_pass(&self, project: &str, start: StartPass) -> Result<PassRecord, Refusal> {
        let project = project.to_owned();
        self.ask(|answer| Command::Start { project, start, answer }).await
    }

    /// What a pass with this cut-off, or a full one without, would do with a mailbox (B-58).
    /// Nothing is changed.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is no such project or mailbox, or a tenant does not answer.
    pub async fn forecast(
        &self,
        project: &str,
        mailbox: &str,
        cutoff: Option<Timestamp>,
    ) -> Result<Forecast, Refusal> {
        let (project, mailbox) = self.mailbox(project, mailbox).await?;
        let associated = project.options.associated_items;
        let bounds = Bounds { cutoff, associated, failed_only: false };
        verify::forecast(&self.context, &project, &mailbox, bounds).await
    }

    /// Pauses a pass, the only running one if no number is given: nothing more is fed, and slices
    /// end at their next commit.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: no such pass (LH-0203), or it is not running (LH-0205).
    pub async fn pause_pass(
        &self,
        project: &str,
        number: Option<u32>,
    ) -> Result<PassRecord, Refusal> {
        self.steer(project, number, Steer::Pause).await
    }

    /// Resumes a paused pass.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: no such pass (LH-0203), or it is not paused (LH-0205).
    pub async fn resume_pass(
        &self,
        project: &str,
        number: Option<u32>,
    ) -> Result<PassRecord, Refusal> {
        self.steer(project, number, Steer::Resume).await
    }

    /// Stops a pass for good. What was copied stays.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: no such pass (LH-0203), or it is over (LH-0205).
    pub async fn stop_pass(
        &self,
        project: &str,
        number: Option<u32>,
    ) -> Result<PassRecord, Refusal> {
        self.steer(project, number, Steer::Stop).await
    }

    /// Where a project stands.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is no such project.
    pub async fn status(&self, project: &str) -> Result<ProjectStatus, Refusal> {
        view::status(&self.context, project).await
    }

    /// Which processes are there, who leads, and how queue and store are. It never fails.
    pub async fn fleet(&self) -> FleetStatus {
        fleet::status(&self.context).await
    }

    /// Jobs that were set aside, the oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if queue or store do not answer.
    pub async fn dead_jobs(&self, limit: usize) -> Result<Vec<DeadJob>, Refusal> {
        dead::list(&self.context, limit).await
    }

    /// Puts dead jobs back into the queue; their attempts count from zero. A folder that was given
    /// up because of its dead job is taken up again.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if queue or store do not answer; some may be back then.
    pub async fn retry_dead(&self, selection: DeadSelection) -> Result<DeadOutcome, Refusal> {
        dead::retry(self, selection).await
    }

    /// Drops dead jobs for good. A pass that still needs one publishes it again after a while; a
    /// folder that was given up stays so.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if the queue does not answer; some may be dropped then.
    pub async fn drop_dead(&self, selection: DeadSelection) -> Result<DeadOutcome, Refusal> {
        dead::discard(&self.context, selection).await
    }

    /// What went wrong: mailboxes, folders and items.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is no such project, batch or mailbox.
    pub async fn errors(&self, project: &str, query: ErrorQuery) -> Result<ErrorPage, Refusal> {
        listing::errors(&self.context, project, query).await
    }

    /// Begins to compare both sides. [`Self::verification`] shows how far it is.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is no such project, batch or mailbox.
    pub async fn verify(
        &self,
        project: &str,
        options: VerifyOptions,
    ) -> Result<VerificationId, Refusal> {
        let project = project.to_owned();
        self.ask(|answer| Command::Verify { project, options, answer }).await
    }

    /// How far a verification is, or what it found.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is none of that id.
    pub async fn verification(&self, id: VerificationId) -> Result<Verification, Refusal> {
        self.context.verifications.get(&*self.context.store, id).await
    }

    /// What became of an item of a mailbox, by its id on either side.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is no such project or mailbox, or a tenant does not answer.
    pub async fn explain(
        &self,
        project: &str,
        mailbox: &str,
        item: &str,
    ) -> Result<Explanation, Refusal> {
        let (project, mailbox) = self.mailbox(project, mailbox).await?;
        verify::explain(&self.context, &project, &mailbox, item).await
    }

    async fn mailbox(
        &self,
        project: &str,
        mailbox: &str,
    ) -> Result<(ProjectRecord, MailboxRecord), Refusal> {
        let project = self.project(project).await?;
        let mailboxes = find::mailboxes(&*self.context.store, project.id).await?;
        let named = Selection::Mailboxes(vec![mailbox.to_owned()]);
        let found = find::select(mailboxes, &named)?.into_iter().next();
        Ok((project, found.ok_or_else(|| Refusal::not_found("no mailbox is named"))?))
    }

    async fn steer(
        &self,
        project: &str,
        number: Option<u32>,
        to: Steer,
    ) -> Result<PassRecord, Refusal> {
        let project = project.to_owned();
        self.ask(|answer| Command::Steer { project, number, to, answer }).await
    }

    pub(super) async fn ask<T>(
        &self,
        command: impl FnOnce(Answer<T>) -> Command,
    ) -> Result<T, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).await.map_err(|_| Refusal::closing())?;
        answered.await.map_err(|_| {
            Refusal::unanswered("the coordinator ended, or lost the lead, before it answered")
        })?
    }
}
