//! The named invariants: tests rely on them, production counts them.
//!
//! | Name | What holds |
//! |---|---|
//! | CP-1 | within an epoch a checkpoint never moves backwards |
//! | CP-2 | an item is in the ledger if and only if its destination id is known |
//! | CP-3 | no upload without an intent of the current fence and before its deadline |
//! | CP-4 | a stale owner cannot commit |
//! | CP-5 | no budget is exceeded |
//! | CP-6 | source content is never written |

use longhaul_core::Timestamp;
pub use longhaul_telemetry::labels::Invariant;
use longhaul_telemetry::metrics;

use crate::folder::{Checkpoint, Intent, Lease};

/// Counts a broken invariant; in debug builds it panics, so that no test passes over it.
///
/// # Panics
///
/// In debug builds, if `holds` is false.
pub fn check(invariant: Invariant, holds: bool) {
    if holds {
        return;
    }
    metrics().violations.add(1, invariant);
    tracing::error!(?invariant, "invariant broken");
    debug_assert!(holds, "invariant {invariant:?} broken");
}

/// CP-1 for one step from `before` to `after`.
#[must_use]
pub fn moves_forward(before: &Checkpoint, after: &Checkpoint) -> bool {
    if after.epoch > before.epoch {
        return after.fence >= before.fence && after.ledger_len >= before.ledger_len;
    }
    after.epoch == before.epoch
        && after.fence >= before.fence
        && after.ledger_len >= before.ledger_len
        && after.next_batch >= before.next_batch
        && (after.pass != before.pass || after.stage >= before.stage)
        && (after.pass != before.pass || after.slice >= before.slice)
        && (before.position.is_none() || after.position.is_some())
}

/// CP-3 at the moment of sending: the intent is the owner's, and what is sent ends in time.
#[must_use]
pub fn may_upload(lease: &Lease, intent: &Intent, now: Timestamp) -> bool {
    intent.fence == lease.fence && now < intent.deadline && intent.deadline <= lease.expires
}
