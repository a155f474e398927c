//! The step that ends a slice, and the lease with it.

use longhaul_core::Timestamp;

use super::{begin_epoch, begin_stages, holder};
use crate::Error;
use crate::folder::{Checkpoint, Lease, Outcome, Position, SliceEnd, Stage};

/// Ends the slice. `position` is where the next one begins, if that changed.
pub(crate) fn end_slice(
    checkpoint: &mut Checkpoint,
    lease: &Lease,
    end: SliceEnd,
    position: Option<Position>,
    now: Timestamp,
) -> Result<(), Error> {
    holder(checkpoint, lease)?;
    let stage = checkpoint.stage;
    let at_end = || {
        let position = position.as_ref().or(checkpoint.position.as_ref());
        position.is_some_and(|position| position.last)
    };
    match end {
        SliceEnd::Done { .. } | SliceEnd::NextStage { .. } if !checkpoint.intents.is_empty() => {
            return Err(Error::Conflict("an intent is open"));
        }
        SliceEnd::NextStage { .. } if stage == Stage::Sweep => {
            return Err(Error::Conflict("there is no further stage"));
        }
        SliceEnd::NextStage { .. } if stage == Stage::Survey && position.is_some() => {
            return Err(Error::Conflict("what a survey has listed is not copied"));
        }
        SliceEnd::NextStage { .. } if stage == Stage::Survey => {}
        // What is not listed yet would be missing without a trace.
        SliceEnd::Done { .. } | SliceEnd::NextStage { .. } if !at_end() => {
            return Err(Error::Conflict("the list is not at its end"));
        }
        SliceEnd::Done { .. } if stage == Stage::Survey => {
            return Err(Error::Conflict("the folder is surveyed and not copied"));
        }
        SliceEnd::NewEpoch if position.is_some() => {
            return Err(Error::Conflict("the position is the last epoch's"));
        }
        _ => {}
    }
    checkpoint.lease = None;
    checkpoint.not_before = None;
    checkpoint.progressed = now;
    if position.is_some() {
        checkpoint.position = position;
    }
    match end {
        SliceEnd::Continue { wait } => {
            checkpoint.not_before = wait.map(|wait| now.after(wait));
            next_slice(checkpoint);
        }
        SliceEnd::NewEpoch => {
            begin_epoch(checkpoint);
            next_slice(checkpoint);
            // What left the folder is no longer told; it shows by what is not listed.
            if begin_stages(checkpoint) == Stage::Survey {
                checkpoint.stage_begins = checkpoint.slice;
            }
        }
        SliceEnd::NextStage { fingerprint } => {
            next_slice(checkpoint);
            checkpoint.stage_begins = checkpoint.slice;
            if stage == Stage::Survey {
                checkpoint.stage = Stage::Copy;
                checkpoint.surveyed_to = checkpoint.ledger_len;
                // The list that this survey went before has begun already, if there is a position.
                checkpoint.survey_all &= checkpoint.position.is_none();
            } else {
                checkpoint.stage = Stage::Sweep;
                checkpoint.fingerprint = fingerprint;
            }
        }
        SliceEnd::Done { fingerprint } => {
            checkpoint.outcome = Some(Outcome::Done);
            if stage != Stage::Sweep {
                checkpoint.fingerprint = fingerprint;
            }
        }
        SliceEnd::Parked { code, detail } => {
            checkpoint.outcome = Some(Outcome::Parked { code, detail });
            // No sync ended here; what an earlier one saw says nothing about what is left.
            checkpoint.fingerprint = None;
        }
    }
    Ok(())
}

const fn next_slice(checkpoint: &mut Checkpoint) {
    checkpoint.slice = checkpoint.slice.next();
    checkpoint.published = false;
}
