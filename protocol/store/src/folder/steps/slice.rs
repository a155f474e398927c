//! The step that ends a slice, and the lease with it.

use longhaul_core::Timestamp;

use super::{begin_epoch, holder};
use crate::Error;
use crate::folder::{Checkpoint, Lease, Outcome, Position, SliceEnd};

/// Ends the slice. `position` is where the next one begins, if that changed.
pub(crate) fn end_slice(
    checkpoint: &mut Checkpoint,
    lease: &Lease,
    end: SliceEnd,
    position: Option<Position>,
    now: Timestamp,
) -> Result<(), Error> {
    holder(checkpoint, lease)?;
    match end {
        SliceEnd::Done { .. } if !checkpoint.intents.is_empty() => {
            return Err(Error::Conflict("an intent is open"));
        }
        // What is not listed yet would be missing without a trace.
        SliceEnd::Done { .. }
            if !position
                .as_ref()
                .or(checkpoint.position.as_ref())
                .is_some_and(|position| position.last) =>
        {
            return Err(Error::Conflict("the list is not at its end"));
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
        }
        SliceEnd::Done { fingerprint } => {
            checkpoint.outcome = Some(Outcome::Done);
            checkpoint.fingerprint = fingerprint;
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
