//! What callers ask of the engine.

use longhaul_core::Code;
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
