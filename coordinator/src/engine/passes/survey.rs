//! What the folders of a mailbox say.

use std::time::Duration;

use longhaul_core::state::FolderJobState;
use longhaul_core::{Bytes, Code, Epoch, Fence, FolderKey, PassId, SliceNo, Timestamp};
use longhaul_store::folder::{Checkpoint, Outcome, Stage};

use super::allot::Demand;

/// A job that can be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) folder: FolderKey,
    pub(super) epoch: Epoch,
    pub(super) slice: SliceNo,
    pub(super) fence: Fence,
    pub(super) ledger_len: u64,
    /// It cannot be worked on before.
    pub(super) wait: Option<Duration>,
    /// For how long it has had neither lease nor progress.
    pub(super) silent: Duration,
}

/// A folder that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parked {
    pub(super) folder: FolderKey,
    pub(super) code: Code,
    pub(super) detail: String,
}

/// What the folders of a mailbox add up to in a pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// Folders the pass has begun with.
    pub(super) begun: usize,
    /// Folders the pass is done with.
    pub(super) over: usize,
    /// Folders given up.
    pub(super) parked: Vec<Parked>,
    /// Items recorded as failed, conflicts left out.
    pub(super) failed: u64,
    /// Folders that an earlier pass began with and did not finish, and this one leaves alone.
    pub(super) unfinished: usize,
    /// Items in the destination, over all passes.
    pub(super) items: u64,
    /// Their sizes.
    pub(super) bytes: Bytes,
    /// Jobs to publish for the first time.
    pub(super) planned: Vec<Job>,
    /// Jobs whose message is not seen to do anything.
    pub(super) idle: Vec<Job>,
    pub(super) demand: Demand,
}

/// When a job's message is taken for lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspect {
    /// At once: the queue may have lost everything, or a pause has dropped messages.
    All,
    /// Without lease and progress for so long.
    IdleFor(Duration),
}

impl Survey {
    /// What `overview` says about `pass` at `now` (the store's clock).
    pub(super) fn of(
        pass: PassId,
        overview: &[(FolderKey, Checkpoint)],
        now: Timestamp,
        suspect: Suspect,
    ) -> Self {
        let mut survey = Self::default();
        let open = overview.iter().filter(|(_, c)| c.pass == pass && !c.is_over());
        // No folder begins a stage before all are done with those before.
        let stage = open.map(|(_, checkpoint)| checkpoint.stage).min().unwrap_or_default();
        for (folder, checkpoint) in overview {
            survey.items += checkpoint.counters.items;
            survey.bytes += checkpoint.counters.bytes;
            if checkpoint.pass != pass && checkpoint.outcome != Some(Outcome::Done) {
                survey.unfinished += 1;
            }
            if checkpoint.pass == pass {
                survey.count(*folder, checkpoint, stage, now, suspect);
            }
        }
        survey.demand.planned = survey.planned.len();
        survey
    }

    fn count(
        &mut self,
        folder: FolderKey,
        checkpoint: &Checkpoint,
        stage: Stage,
        now: Timestamp,
        suspect: Suspect,
    ) {
        self.begun += 1;
        self.failed += checkpoint.counters.to_retry();
        if let Some(outcome) = &checkpoint.outcome {
            self.over += 1;
            if let Outcome::Parked { code, detail } = outcome {
                self.parked.push(Parked { folder, code: *code, detail: detail.clone() });
            }
            return;
        }
        let leased_until = checkpoint.lease.map(|lease| lease.expires).filter(|until| *until > now);
        let not_before = checkpoint.not_before.filter(|until| *until > now);
        let free_from = leased_until.max(not_before);
        let moved = checkpoint
            .lease
            .map(|lease| lease.expires)
            .max(checkpoint.not_before)
            .max(Some(checkpoint.progressed));
        let silent = moved.map_or(Duration::ZERO, |moved| now.since(moved));
        let job = Job {
            folder,
            epoch: checkpoint.epoch,
            slice: checkpoint.slice,
            fence: checkpoint.fence,
            ledger_len: checkpoint.ledger_len,
            wait: free_from.map(|until| until.since(now)),
            silent,
        };
        // A later slice that is not published is in the hands of the worker that ended the one
        // before; only the first one of a stage is ours to publish unasked.
        if !checkpoint.published && checkpoint.begins_stage() && leased_until.is_none() {
            if checkpoint.stage == stage {
                self.planned.push(job);
            }
            return;
        }
        match checkpoint.job_state(now) {
            FolderJobState::Deferred { .. } => self.demand.deferred += 1,
            _ => self.demand.outstanding += 1,
        }
        let lost = match suspect {
            Suspect::All => true,
            Suspect::IdleFor(span) => free_from.is_none() && silent > span,
        };
        if lost {
            self.idle.push(job);
        }
    }

    /// Whether the pass is done with every folder of the mailbox.
    pub(super) fn is_over(&self, folders: u32) -> bool {
        self.over == self.begun && self.begun >= folders as usize
    }
}
