//! Where a folder job stands; shown, never stored: it is read off the checkpoint's facts.

use serde::{Deserialize, Serialize};

use crate::{Code, Timestamp};

/// Where a folder job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FolderJobState {
    /// Part of the pass, not offered to workers yet.
    Planned,
    /// A message for its next slice is on its way.
    Queued,
    /// A worker holds its lease and has not copied anything yet.
    Leased,
    /// A worker is copying.
    Copying,
    /// Every change is copied; the worker is closing the folder.
    Verifying,
    /// Done for this pass.
    Done,
    /// Waiting, usually because the service asked for it.
    Deferred {
        /// Until then, on the store's clock.
        until: Timestamp,
    },
    /// Given up for this pass.
    Parked {
        /// Why.
        code: Code,
    },
    /// Its pass was stopped.
    Cancelled,
}

impl FolderJobState {
    /// Whether this pass will do nothing more with the folder.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Parked { .. } | Self::Cancelled)
    }
}
