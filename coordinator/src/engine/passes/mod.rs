//! The passes that are not over: the one place that moves them on.
//!
//! What is held here is a copy of the store and of what this process has set going; when a store
//! call fails it is thrown away and read again. The order of writes makes every step repeatable:
//! a command writes the pass first, and [`Passes::conform`] brings mailboxes and folders into
//! line with it, as often as it takes.

mod allot;
mod batches;
#[cfg(test)]
mod bench;
mod budget;
mod commands;
mod conform;
mod feed;
mod observe;
mod outcome;
mod preparing;
mod reopen;
mod retry;
mod schedule;
mod set_aside;
mod submission;
mod survey;
#[cfg(test)]
mod tests;

pub(super) use self::reopen::Reopened;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{FolderRef, MailboxId, PassId, Timestamp};
use longhaul_store::records::{self, MailboxPassRecord, PassRecord, ProjectRecord};
use longhaul_store::{Error, Expect};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use self::allot::Demand;
use self::observe::Observed;
use self::preparing::Preparations;
use self::survey::Job;
use super::context::Context;
use super::fleet;

/// Between two looks at the members of the fleet.
const MEMBERS: Duration = Duration::from_secs(2);

/// The passes that are not over.
#[derive(Debug)]
pub(super) struct Passes {
    context: Arc<Context>,
    open: BTreeMap<PassId, Pass>,
    preparations: Preparations,
    /// Whether `open` is what the store says.
    loaded: bool,
    /// Which mailbox is fed first: moves on, so that none is always the last.
    turn: usize,
    /// Whether the last look fed anything.
    fed: bool,
    /// Slots of all workers, as of the last look at the members of the fleet.
    slots: usize,
    /// When to look at them again.
    members_due: Instant,
    /// When a job was last published again, to give it time.
    sent_again: HashMap<FolderRef, Timestamp>,
    _observed: Observed,
}

/// A pass that is not over.
#[derive(Debug)]
struct Pass {
    record: PassRecord,
    project: Arc<ProjectRecord>,
    lines: BTreeMap<MailboxId, Line>,
    /// Whether mailboxes and folders are known to be in line with the pass.
    conforms: bool,
}

/// A mailbox within it.
#[derive(Debug)]
struct Line {
    record: MailboxPassRecord,
    /// Its preparation, while that runs.
    task: Option<AbortHandle>,
    /// The next try of its preparation is due then.
    due: Option<Instant>,
    /// Tries of its preparation that count.
    tries: u32,
    /// Whether messages may be lost: publish again what is outstanding.
    sweep: bool,
    demand: Demand,
    /// Its jobs to publish for the first time, as of the last look.
    planned: Vec<Job>,
}

impl Line {
    fn new(record: MailboxPassRecord) -> Self {
        Self {
            record,
            task: None,
            due: None,
            tries: 0,
            sweep: true,
            demand: Demand::default(),
            planned: Vec::new(),
        }
    }

    const fn is_over(&self) -> bool {
        self.record.ended.is_some()
    }
}

impl Passes {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            open: BTreeMap::new(),
            preparations: Preparations::default(),
            loaded: false,
            turn: 0,
            fed: false,
            slots: 0,
            members_due: Instant::now(),
            sent_again: HashMap::new(),
            _observed: Observed::new(),
        }
    }

    /// Does what is due: reads what is missing, takes mailboxes up, feeds jobs, ends what is over.
    ///
    /// # Errors
    ///
    /// [`Error`] of the store; then nothing of what is held is trusted any more.
    pub(super) async fn tend(&mut self) -> Result<(), Error> {
        self.load().await?;
        self.count_slots().await?;
        let passes: Vec<PassId> = self.open.keys().copied().collect();
        for pass in &passes {
            self.conform(*pass).await?;
        }
        self.begin_due().await?;
        let taking = self.survey().await?;
        for pass in passes {
            self.end_if_over(pass).await?;
        }
        if taking {
            self.feed().await?;
        }
        self.take_up();
        self.observe();
        Ok(())
    }

    /// Looks from time to time how many folders the workers that are there can copy at a time.
    async fn count_slots(&mut self) -> Result<(), Error> {
        if Instant::now() < self.members_due {
            return Ok(());
        }
        let members = fleet::members(&*self.context.store).await?;
        self.slots = self.context.options.slots + fleet::slots(&members) as usize;
        fleet::forget_the_gone(&*self.context.store).await?;
        self.observe_queue().await;
        self.members_due = Instant::now() + MEMBERS;
        Ok(())
    }

    /// Jobs of the whole fleet that may be in the queue or in work at a time (design section 3).
    const fn budget(&self) -> usize {
        4 * self.slots
    }

    /// Reads the passes that are not over, unless that is done.
    async fn load(&mut self) -> Result<(), Error> {
        if self.loaded {
            return Ok(());
        }
        let store = &*self.context.store;
        submission::clear_away(store).await?;
        let records: Vec<PassRecord> = records::list(store, "pass/").await?;
        let mut open = BTreeMap::new();
        for record in records.into_iter().filter(|record| record.ended.is_none()) {
            let id = record.id;
            if let Some(pass) = self.read(record).await? {
                open.insert(id, pass);
            }
        }
        self.open = open;
        self.loaded = true;
        Ok(())
    }

    /// What the store has of a pass; `None` if its project is gone.
    async fn read(&self, record: PassRecord) -> Result<Option<Pass>, Error> {
        let store = &*self.context.store;
        let key = ProjectRecord::key_of(record.project);
        let Some((project, _)) = records::load::<ProjectRecord>(store, &key).await? else {
            return Ok(None);
        };
        let lines: Vec<MailboxPassRecord> =
            records::list(store, &MailboxPassRecord::prefix(record.id)).await?;
        let lines = lines.into_iter().map(|line| (line.mailbox, Line::new(line))).collect();
        Ok(Some(Pass { record, project: Arc::new(project), lines, conforms: false }))
    }

    /// Whether the last look fed anything.
    pub(super) const fn has_fed(&self) -> bool {
        self.fed
    }

    /// Throws away what is held. Preparations end; each can be begun again.
    pub(super) async fn forget(&mut self) {
        self.preparations.shutdown().await;
        self.open.clear();
        self.loaded = false;
    }

    /// Ends a running pass when its last mailbox has ended.
    async fn end_if_over(&mut self, id: PassId) -> Result<(), Error> {
        let Some(pass) = self.open.get_mut(&id) else {
            return Ok(());
        };
        let over = pass.conforms && pass.lines.values().all(Line::is_over);
        let Ok(ended) = pass.record.state.next(longhaul_core::state::PassEvent::End) else {
            return Ok(());
        };
        if !over {
            return Ok(());
        }
        let mut record = pass.record.clone();
        record.state = ended;
        record.ended = Some(self.context.store.now().await?);
        records::save(&*self.context.store, &record, Expect::Any).await?;
        tracing::info!(pass.id = %id, pass.number = record.number, "pass ended");
        self.open.remove(&id);
        Ok(())
    }
}
