//! What a coordinator is to the others right now.

use longhaul_core::Timestamp;

use crate::engine::Handle;

/// A coordinator that leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// Where the others reach it.
    pub url: String,
    /// Since when it leads.
    pub since: Timestamp,
}

/// What this coordinator does. Either way questions are answered from the store.
#[derive(Clone, Debug)]
pub enum Role {
    /// It runs the engine.
    Leads(Handle),
    /// It passes changes on to the leader, if there is one.
    Follows(Handle, Option<Leader>),
}

impl Role {
    /// The way to the engine; of a follower, for questions only.
    #[must_use]
    pub const fn handle(&self) -> &Handle {
        match self {
            Self::Leads(handle) | Self::Follows(handle, _) => handle,
        }
    }
}
