//! What callers ask of the engine.

use longhaul_core::{Code, Timestamp};
use longhaul_store::records::PassKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which of a project's mailboxes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// All of them.
    #[default]
    All,
    /// Those of one batch.
    Batch(String),
    /// These: by source address, destination address or id.
    Mailboxes(Vec<String>),
}

/// A pass to be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StartPass {
    /// What it is for.
    #[schema(value_type = Object)]
    pub kind: PassKind,
    /// On which mailboxes.
    #[serde(default)]
    pub selection: Selection,
    /// When its mailboxes are to be taken up, in milliseconds since 1970, UTC; at once if not set.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub at: Option<Timestamp>,
    /// Items of a mailbox that may fail before it is given up; the project's if not set.
    #[serde(default)]
    pub error_budget: Option<u64>,
}

impl StartPass {
    /// A pass that starts at once.
    #[must_use]
    pub const fn now(kind: PassKind, selection: Selection) -> Self {
        Self { kind, selection, at: None, error_budget: None }
    }
}

/// Mailboxes that are put into a batch (B-75).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetBatch {
    /// The batch's name; none takes them out of theirs.
    pub batch: Option<String>,
    /// Which mailboxes.
    pub selection: Selection,
}

/// Which errors, and which page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ErrorQuery {
    /// Of which mailboxes.
    pub selection: Selection,
    /// With this code only.
    #[schema(value_type = Option<String>)]
    pub code: Option<Code>,
    /// After this place: the `next` of the page before.
    pub after: Option<String>,
    /// At most so many; 0 means 100.
    pub limit: usize,
}
