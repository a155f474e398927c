//! The steps that change a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use longhaul_core::{BatchNo, Code, ItemKey, PassId};

use super::{Bounds, Counters, Failure, Fingerprint, Position};
use crate::ledger::Append;

/// A pass begins with a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassStart {
    /// The pass. Beginning the same pass again changes nothing.
    pub pass: PassId,
    /// What it copies.
    pub bounds: Bounds,
}

/// A batch's outcome, written in one step.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The batch; its intent must be there. A batch that was committed before is not written
    /// again, so a commit whose reply was lost can be repeated.
    pub batch: BatchNo,
    /// The records of what was uploaded.
    pub append: Append,
    /// Items that could not be copied; one already recorded is replaced.
    pub failures: Vec<Failure>,
    /// Items recorded as failed that no longer are.
    pub cleared: Vec<ItemKey>,
    /// Items that were gone when their turn came.
    pub vanished: u64,
    /// Where the next owner begins, if that changed.
    pub position: Option<Position>,
}

impl Commit {
    /// The items whose failures it writes or removes.
    pub(crate) fn touched(&self) -> Vec<ItemKey> {
        let failed = self.failures.iter().map(|failure| failure.key);
        failed.chain(self.cleared.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// How many failures are recorded once it is written, if `recorded` are those of the items it
    /// touches that are recorded already.
    pub(crate) fn failed_after(&self, before: &Counters, recorded: &[Recorded]) -> Failed {
        // Of several of one item the last is written.
        let written: BTreeMap<_, _> =
            self.failures.iter().map(|failure| (failure.key, failure.code)).collect();
        let count = |before: u64, written: usize, gone: usize| {
            (before + written as u64).saturating_sub(gone as u64)
        };
        let written_conflicts = written.values().filter(|code| code.is_conflict()).count();
        let gone_conflicts = recorded.iter().filter(|recorded| recorded.conflict).count();
        Failed {
            all: count(before.failed, written.len(), recorded.len()),
            conflicts: count(before.conflicts, written_conflicts, gone_conflicts),
        }
    }
}

/// A failure that is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// Whether it is a conflict.
    pub(crate) conflict: bool,
}

impl From<&Failure> for Recorded {
    fn from(failure: &Failure) -> Self {
        Self { conflict: failure.code.is_conflict() }
    }
}

/// How many failures are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) all: u64,
    pub(crate) conflicts: u64,
}

/// The store's answer to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The ledger's committed length, in bytes.
    pub ledger_len: u64,
    /// Whether this batch had been committed before; nothing was written then.
    pub repeated: bool,
}

/// How a slice ends. In each case the lease ends with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SliceEnd {
    /// There is more: the next slice may begin after the wait, if there is one.
    Continue {
        /// How long the service asked us to stay away.
        wait: Option<Duration>,
    },
    /// The sync state no longer works: the next slice begins a new epoch.
    NewEpoch,
    /// The folder is done with its stage and not with the pass: the next slice begins the next
    /// stage. No intent is open; a survey leaves the position where it was, copying ends at the
    /// list's end.
    NextStage {
        /// What the folder looked like before the sync that ended here.
        fingerprint: Option<Fingerprint>,
    },
    /// The whole list is worked through: the position is its end, and no intent is open.
    Done {
        /// What the folder looked like before the sync that ended here.
        fingerprint: Option<Fingerprint>,
    },
    /// The folder is given up for this pass.
    Parked {
        /// Why.
        code: Code,
        /// A sentence for the operator; never content or addresses.
        detail: String,
    },
}
