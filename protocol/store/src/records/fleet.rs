//! Who is there, and who leads.

use longhaul_core::{Code, OwnerToken, Timestamp};
use serde::{Deserialize, Serialize};

use super::Record;

/// Who was elected last. It changes with the leader only, so it guards what a leader writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermRecord {
    /// Grows by one with each election.
    pub number: u64,
    /// The coordinator that was elected.
    pub leader: OwnerToken,
}

impl TermRecord {
    /// Its key.
    pub const KEY: &str = "fleet/term";
}

impl Record for TermRecord {
    fn key(&self) -> String {
        Self::KEY.to_owned()
    }
}

/// The lease of the leader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRecord {
    /// The coordinator that leads.
    pub leader: OwnerToken,
    /// Where the others reach it.
    pub url: String,
    /// Since when it leads.
    pub since: Timestamp,
    /// Until when it leads without another heartbeat, on the store's clock.
    pub until: Timestamp,
}

impl LeadRecord {
    /// Its key.
    pub const KEY: &str = "fleet/lead";
}

impl Record for LeadRecord {
    fn key(&self) -> String {
        Self::KEY.to_owned()
    }
}

/// A process of the fleet. Each keeps its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRecord {
    /// The process, for its lifetime.
    pub id: OwnerToken,
    /// Host and process, for people.
    pub name: String,
    /// Its version of longhaul.
    pub version: String,
    /// What it does.
    pub role: MemberRole,
    /// Since when it is there.
    pub since: Timestamp,
    /// Until when it counts as there without another sign of life, on the store's clock.
    pub until: Timestamp,
    /// Why it cannot use the queue, if it cannot. A broker tells only those that publish that it
    /// takes no messages.
    #[serde(default)]
    pub queue: Option<QueueTrouble>,
}

/// Why a process cannot use the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueueTrouble {
    /// The broker takes no messages for now.
    Blocked {
        /// The broker's words.
        reason: String,
    },
    /// There is no connection.
    Down {
        /// Why.
        code: Code,
        /// A sentence for the operator; no secrets.
        error: String,
    },
}

/// What a process of the fleet does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberRole {
    /// It serves the API, and may lead.
    Coordinator {
        /// Where the others reach it.
        url: String,
    },
    /// It copies.
    Worker {
        /// How many folders at a time.
        slots: u32,
    },
}

impl MemberRecord {
    /// The key of all processes.
    pub const PREFIX: &str = "fleet/member/";

    /// The key of one process.
    #[must_use]
    pub fn key_of(id: OwnerToken) -> String {
        format!("{}{id}", Self::PREFIX)
    }
}

impl Record for MemberRecord {
    fn key(&self) -> String {
        Self::key_of(self.id)
    }
}
