//! A folder's truth: its checkpoint, its lease, and the steps that change them.

mod batches;
mod checkpoint;
mod lease;
mod step;
pub(crate) mod steps;

pub use batches::BatchSet;
pub use checkpoint::{
    Bounds, Checkpoint, Counters, Failure, Fingerprint, Intent, IntentItem, Outcome, Position,
};
pub use lease::{Claim, Held, Lease, LeaseHolder, Seen};
pub use step::{Commit, PassStart, Receipt, SliceEnd};
