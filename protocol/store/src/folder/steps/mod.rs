//! The steps themselves, as plain functions over a checkpoint.
//!
//! A step validates, then changes; its caller throws the checkpoint away if it is refused, and
//! stores the whole of it, atomically, if not. Every accepted step is held against the named
//! invariants. This is what a backend's own atomic steps (a script, a transaction) must equal.

mod batch;
mod lease;
mod pass;
mod slice;

pub(crate) use batch::{commit, intend};
pub(crate) use lease::{break_lease, claim, release, renew};
pub(crate) use pass::{begin, cancel, mark_published, reopen};
pub(crate) use slice::end_slice;

use super::{Checkpoint, Lease, LeaseHolder, Stage};
use crate::Error;
use crate::invariants::{self, Invariant};

/// Carries `step` out on a copy of `before` and checks that it moved forward (CP-1).
///
/// # Errors
///
/// The step's own refusal; `before` stays as it is.
pub(crate) fn apply<T>(
    before: &Checkpoint,
    step: impl FnOnce(&mut Checkpoint) -> Result<T, Error>,
) -> Result<(Checkpoint, T), Error> {
    let mut after = before.clone();
    let answer = step(&mut after)?;
    invariants::check(Invariant::Cp1, invariants::moves_forward(before, &after));
    Ok((after, answer))
}

/// Like [`apply`], for a step that only the folder's owner may take (CP-4).
pub(crate) fn apply_owned<T>(
    before: &Checkpoint,
    lease: &Lease,
    step: impl FnOnce(&mut Checkpoint) -> Result<T, Error>,
) -> Result<(Checkpoint, T), Error> {
    let (after, answer) = apply(before, step)?;
    let owned = before.fence == lease.fence
        && before.lease.is_some_and(|holder| holder.owner == lease.owner);
    invariants::check(Invariant::Cp4, owned && after.fence == lease.fence);
    Ok((after, answer))
}

/// The folder's holder, if it is the one of `lease`.
///
/// A lease that has run out and that nobody has taken over still counts: the fence, not the time,
/// tells an owner from a stale one. What it may not do is begin another upload.
fn holder(checkpoint: &Checkpoint, lease: &Lease) -> Result<LeaseHolder, Error> {
    match checkpoint.lease {
        Some(holder) if holder.owner == lease.owner && checkpoint.fence == lease.fence => {
            Ok(holder)
        }
        _ => Err(Error::StaleOwner),
    }
}

/// The folder's list is to be gone through from its beginning.
fn begin_epoch(checkpoint: &mut Checkpoint) {
    checkpoint.epoch = checkpoint.epoch.next();
    checkpoint.position = None;
    checkpoint.survey_all = checkpoint.ledger_len > 0;
    // It belongs to a sync of the epoch before.
    checkpoint.fingerprint = None;
}

/// The folder is to go through its stages: what is in its ledger may have left it, so it is
/// surveyed first; not by a pass that only tries failures again, which sees some folders only.
const fn begin_stages(checkpoint: &mut Checkpoint) -> Stage {
    let surveys = checkpoint.ledger_len > 0 && !checkpoint.bounds.failed_only;
    checkpoint.stage = if surveys { Stage::Survey } else { Stage::Copy };
    checkpoint.stage
}

#[cfg(test)]
mod tests;
