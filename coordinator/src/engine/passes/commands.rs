//! What operators ask for.

use std::collections::HashSet;

use longhaul_core::code::{BAD_VALUE, DUPLICATE_MAILBOX, NAME_TAKEN};
use longhaul_core::state::{PassEvent, PassState, ProjectEvent, ProjectState};
use longhaul_core::{PassId, ProjectId};
use longhaul_store::records::{self, MailboxRecord, PassKind, PassRecord, ProjectRecord, Record};
use longhaul_store::{Error, Expect};

use super::Passes;
use super::submission::Submission;
use crate::engine::command::Steer;
use crate::engine::{Detail, Refusal, RefusalKind, StartPass, find};

impl Passes {
    /// Writes a project down. Its mailboxes come first: without the project nobody sees them, so
    /// a project is there whole or not at all. Cut off before that, a later engine takes the
    /// mailboxes away again.
    pub(in crate::engine) async fn create(
        &mut self,
        mut project: ProjectRecord,
        mailboxes: Vec<MailboxRecord>,
    ) -> Result<ProjectRecord, Refusal> {
        let store = &*self.context.store;
        let taken = find::projects(store).await?;
        if taken.iter().any(|other| find::same_name(&other.name, &project.name)) {
            let text = format!("there is a project {:?} already", project.name);
            return Err(Refusal::new(RefusalKind::Conflict, NAME_TAKEN, text));
        }
        self.not_copied_by_others(&project, &mailboxes, &taken).await?;
        for event in [ProjectEvent::Process, ProjectEvent::Processed] {
            project.state = project
                .state
                .next(event)
                .map_err(|error| Refusal::wrong_state(error.to_string()))?;
        }
        let submission = Submission { project: project.id };
        records::save(store, &submission, Expect::Absent).await?;
        for mailbox in &mailboxes {
            records::save(store, mailbox, Expect::Absent).await?;
        }
        records::save(store, &project, Expect::Absent).await?;
        store.remove(&submission.key()).await?;
        tracing::info!(project.id = %project.id, mailboxes = mailboxes.len(), "project submitted");
        Ok(project)
    }

    /// Refuses pairs that another project copies: it has a ledger of its own, so what one has
    /// copied the other would copy again.
    async fn not_copied_by_others(
        &self,
        project: &ProjectRecord,
        mailboxes: &[MailboxRecord],
        others: &[ProjectRecord],
    ) -> Result<(), Refusal> {
        let store = &*self.context.store;
        let tenants = |of: &ProjectRecord| {
            [&of.source, &of.destination].map(|endpoint| endpoint.tenant_id.to_lowercase())
        };
        let pair = |of: &MailboxRecord| [&of.source, &of.destination].map(|a| a.to_lowercase());
        let mut taken = Vec::new();
        for other in others.iter().filter(|other| tenants(other) == tenants(project)) {
            let theirs = find::mailboxes(store, other.id).await?;
            let theirs: HashSet<_> = theirs.iter().map(pair).collect();
            taken.extend(mailboxes.iter().filter(|ours| theirs.contains(&pair(ours))).map(
                |ours| {
                    let text = format!("project {:?} copies it to the same mailbox", other.name);
                    Detail::new(DUPLICATE_MAILBOX, &ours.source, text)
                },
            ));
        }
        if taken.is_empty() {
            return Ok(());
        }
        let text =
            format!("{} of {} mailboxes belong to another project", taken.len(), mailboxes.len());
        Err(Refusal::new(RefusalKind::Conflict, DUPLICATE_MAILBOX, text).with(taken))
    }

    /// Starts a pass.
    pub(in crate::engine) async fn start(
        &mut self,
        project: &str,
        start: StartPass,
    ) -> Result<PassRecord, Refusal> {
        self.load().await?;
        let store = &*self.context.store;
        let project = find::project(store, project).await?;
        if project.state != ProjectState::Ready {
            let text = format!("project {:?} is {:?}, not Ready", project.name, project.state);
            return Err(Refusal::wrong_state(text));
        }
        let mailboxes = find::mailboxes(store, project.id).await?;
        let mailboxes = find::select(mailboxes, &start.selection)?;
        let busy: Vec<Detail> =
            mailboxes.iter().filter_map(|mailbox| self.cannot_start(mailbox, start.kind)).collect();
        if !busy.is_empty() {
            let text = format!("{} of {} mailboxes cannot start", busy.len(), mailboxes.len());
            return Err(Refusal::wrong_state(text).with(busy));
        }
        let before = find::passes(store, project.id).await?;
        let now = store.now().await?;
        if let Some(at) = start.at.filter(|at| *at <= now) {
            let text = format!("the start time {at} is over");
            return Err(Refusal::new(RefusalKind::Invalid, BAD_VALUE, text));
        }
        let record = PassRecord {
            id: PassId::generate(),
            project: project.id,
            number: before.last().map_or(1, |pass| pass.number + 1),
            kind: start.kind,
            state: PassState::Running,
            associated_items: project.options.associated_items,
            mailboxes: mailboxes.iter().map(|mailbox| mailbox.id).collect(),
            started: now,
            starts: start.at,
            error_budget: Some(start.error_budget.unwrap_or(project.options.error_budget)),
            ended: None,
        };
        records::save(store, &record, Expect::Absent).await?;
        tracing::info!(pass.id = %record.id, pass.number = record.number, "pass started");
        self.open_pass(project, record.clone()).await?;
        Ok(record)
    }

    /// Why a pass cannot take the mailbox up, if it cannot.
    fn cannot_start(&self, mailbox: &MailboxRecord, kind: PassKind) -> Option<Detail> {
        let wrong_state = longhaul_core::code::WRONG_STATE;
        if kind == PassKind::Retry && mailbox.last_pass.is_none() {
            let text = "no pass has worked on it: there is nothing to try again";
            return Some(Detail::new(wrong_state, &mailbox.source, text));
        }
        let busy = self.open.values().find(|pass| {
            pass.record.mailboxes.contains(&mailbox.id)
                && pass.lines.get(&mailbox.id).is_none_or(|line| !line.is_over())
        });
        if let Some(pass) = busy {
            let text = format!("pass {} is working on it", pass.record.number);
            return Some(Detail::new(wrong_state, &mailbox.source, text));
        }
        (!mailbox.state.can_start()).then(|| {
            Detail::new(wrong_state, &mailbox.source, format!("it is {:?}", mailbox.state))
        })
    }

    async fn open_pass(&mut self, project: ProjectRecord, record: PassRecord) -> Result<(), Error> {
        let id = record.id;
        let pass = super::Pass {
            record,
            project: std::sync::Arc::new(project),
            lines: std::collections::BTreeMap::new(),
            conforms: false,
        };
        self.open.insert(id, pass);
        self.conform(id).await
    }

    /// Pauses, resumes or stops a pass.
    pub(in crate::engine) async fn steer(
        &mut self,
        project: &str,
        number: Option<u32>,
        to: Steer,
    ) -> Result<PassRecord, Refusal> {
        self.load().await?;
        let project = find::project(&*self.context.store, project).await?;
        let pass = self.choose(&project, number, to).await?;
        self.steer_pass(pass, to).await
    }

    /// Stops every pass of a project.
    pub(in crate::engine) async fn stop_project(
        &mut self,
        project: &str,
    ) -> Result<ProjectRecord, Refusal> {
        self.load().await?;
        let project = find::project(&*self.context.store, project).await?;
        for pass in self.open_of(project.id, |_| true) {
            self.steer_pass(pass, Steer::Stop).await?;
        }
        Ok(project)
    }

    fn open_of(&self, project: ProjectId, fits: impl Fn(PassState) -> bool) -> Vec<PassId> {
        let of_project = self.open.values().filter(|pass| pass.record.project == project);
        of_project
            .filter(|pass| !pass.record.state.is_over() && fits(pass.record.state))
            .map(|pass| pass.record.id)
            .collect()
    }

    /// The pass that is meant.
    async fn choose(
        &self,
        project: &ProjectRecord,
        number: Option<u32>,
        to: Steer,
    ) -> Result<PassId, Refusal> {
        if let Some(number) = number {
            let passes = find::passes(&*self.context.store, project.id).await?;
            let found = passes.iter().find(|pass| pass.number == number);
            return found.map(|pass| pass.id).ok_or_else(|| {
                Refusal::not_found(format!("project {:?} has no pass {number}", project.name))
            });
        }
        let fitting = self.open_of(project.id, |state| state.next(to.event()).is_ok());
        match fitting.as_slice() {
            [only] => Ok(*only),
            [] => {
                let text =
                    format!("project {:?} has no pass that can be {}", project.name, to.done());
                Err(Refusal::wrong_state(text))
            }
            several => {
                let numbers: Vec<_> =
                    several.iter().map(|id| self.open[id].record.number.to_string()).collect();
                let text = format!("several passes can be {}: {}", to.done(), numbers.join(", "));
                let mut refusal = Refusal::wrong_state(text);
                refusal.next = "name the pass by its number".to_owned();
                Err(refusal)
            }
        }
    }

    async fn steer_pass(&mut self, id: PassId, to: Steer) -> Result<PassRecord, Refusal> {
        let Some(pass) = self.open.get_mut(&id) else {
            return Err(Refusal::wrong_state("that pass is over"));
        };
        let mut record = pass.record.clone();
        record.state = record.state.next(to.event()).map_err(|_| {
            let text = format!("pass {} is {:?} already", record.number, record.state);
            Refusal::wrong_state(text)
        })?;
        records::save(&*self.context.store, &record, Expect::Any).await?;
        tracing::info!(pass.id = %id, pass.number = record.number, state = ?record.state, "pass steered");
        pass.record = record.clone();
        pass.conforms = false;
        self.conform(id).await?;
        Ok(record)
    }
}

impl Steer {
    const fn event(self) -> PassEvent {
        match self {
            Self::Pause => PassEvent::Pause,
            Self::Resume => PassEvent::Resume,
            Self::Stop => PassEvent::Stop,
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Stop => "stopped",
        }
    }
}
