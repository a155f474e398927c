//! A folder's truth: its checkpoint, its lease, and the steps that change them.

mod batches;
mod checkpoint;
mod lease;
mod stage;
mod step;
pub(crate) mod steps;
mod unchanged;

pub use batches::BatchSet;
pub use checkpoint::{
    Bounds, Checkpoint, Counters, Failure, Fingerprint, Intent, IntentItem, Onto, Outcome, Position,
};
pub use lease::{Claim, Held, Lease, LeaseHolder, Seen};
pub use stage::Stage;
pub use step::{Commit, PassStart, Receipt, SliceEnd};
pub(crate) use step::{Failed, Recorded};
