//! Steps of the coordinator: a pass begins, its message is out, it is stopped or taken up again.

use longhaul_core::{BatchNo, Epoch, Fence, PassId, SliceNo, Timestamp};

use super::{begin_epoch, begin_stages, break_lease};
use crate::folder::{BatchSet, Checkpoint, Counters, Outcome, PassStart, Stage};

/// The checkpoint once `start` has begun.
pub(crate) fn begin(before: Option<&Checkpoint>, start: PassStart, now: Timestamp) -> Checkpoint {
    let Some(before) = before else {
        return first(start, now);
    };
    let mut after = before.clone();
    if before.pass == start.pass {
        return after;
    }
    break_lease(&mut after);
    let goes_on = before.bounds == start.bounds
        && before.counters.to_retry() == 0
        && before.position.is_some();
    if !goes_on {
        begin_epoch(&mut after);
    }
    // The end of the last pass's list is not the end of this one's.
    if let Some(position) = &mut after.position {
        position.last = false;
    }
    after.pass = start.pass;
    after.bounds = start.bounds;
    after.slice = SliceNo(0);
    begin_stages(&mut after);
    after.stage_begins = SliceNo(0);
    after.published = false;
    after.not_before = None;
    after.outcome = None;
    after.items_before = before.counters.copied();
    after.progressed = now;
    after
}

fn first(start: PassStart, now: Timestamp) -> Checkpoint {
    Checkpoint {
        pass: start.pass,
        epoch: Epoch(1),
        bounds: start.bounds,
        position: None,
        slice: SliceNo(0),
        stage: Stage::Copy,
        stage_begins: SliceNo(0),
        surveyed_to: 0,
        survey_all: false,
        published: false,
        not_before: None,
        outcome: None,
        fence: Fence(0),
        lease: None,
        next_batch: BatchNo(0),
        committed: BatchSet::default(),
        intents: std::collections::BTreeMap::new(),
        ledger_len: 0,
        template: Vec::new(),
        counters: Counters::default(),
        items_before: 0,
        fingerprint: None,
        progressed: now,
    }
}

/// The message for `slice` is out.
pub(crate) fn mark_published(checkpoint: &mut Checkpoint, pass: PassId, slice: SliceNo) {
    if checkpoint.pass == pass && checkpoint.slice == slice {
        checkpoint.published = true;
    }
}

/// The pass is stopped.
pub(crate) fn cancel(checkpoint: &mut Checkpoint, pass: PassId) {
    if checkpoint.pass != pass || checkpoint.is_over() {
        return;
    }
    break_lease(checkpoint);
    checkpoint.outcome = Some(Outcome::Cancelled);
    checkpoint.not_before = None;
    checkpoint.fingerprint = None;
}

/// A folder that was given up is taken up again.
pub(crate) fn reopen(checkpoint: &mut Checkpoint, pass: PassId, now: Timestamp) {
    if checkpoint.pass == pass && matches!(checkpoint.outcome, Some(Outcome::Parked { .. })) {
        checkpoint.outcome = None;
        checkpoint.published = true;
        checkpoint.progressed = now;
    }
}
