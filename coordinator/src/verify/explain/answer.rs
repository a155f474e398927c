//! The answer.

use longhaul_core::{Bytes, Code, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// The mailbox's address in the source tenant.
    pub mailbox: String,
    /// In the destination tenant.
    pub destination: String,
    /// The id that was asked about.
    pub item: String,
    /// Where it stands, in one word.
    pub standing: Standing,
    /// Why, in a sentence.
    pub why: String,
    /// What to do next; empty if nothing.
    pub next: String,
    /// Display names of its source folder from the root down, if that is known.
    pub folder: Vec<String>,
    /// What the ledger has of it.
    pub ledger: Option<Trace>,
    /// The item at the source, as it is now.
    pub source: Option<Seen>,
    /// Its copy, as it is now.
    pub copy: Option<Seen>,
    /// Why it failed, if it is recorded as failed.
    pub failure: Option<WhyFailed>,
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is copied, and the copy exists.
    Copied,
    /// It was copied, then copied again over its copy because it had changed.
    Updated,
    /// It is copied; a later change was not carried over.
    Conflicting,
    /// It was copied, and the copy is gone.
    CopyGone,
    /// It is recorded as failed.
    Failed,
    /// Nobody can say whether it stands in the destination.
    Ambiguous,
    /// It is being uploaded, or an upload of it has to be settled.
    UnderWay,
    /// It is not older than the cut-off of the last pass.
    OutsideCutOff,
    /// It stands in a folder that is not copied.
    LeftOut,
    /// Its turn has not come, or it appeared after the last pass.
    NotYet,
    /// It stands in the destination and is no copy of ours.
    NotOurs,
    /// Neither side has it, and it was never copied.
    Unknown,
}

/// What the ledger has of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Trace {
    /// The copy's id.
    pub destination: String,
    /// The item's size when it was copied, as the source stated it.
    #[schema(value_type = u64)]
    pub size: Bytes,
    /// How often it was copied; more than once if it had changed.
    pub copies: u32,
}

/// An item on one side, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// Whether it exists.
    pub there: bool,
    /// Display names of its folder from the root down, if the folder is mapped.
    pub folder: Option<Vec<String>>,
    /// Its class.
    pub class: Option<String>,
    /// Its size.
    #[schema(value_type = Option<u64>)]
    pub size: Option<Bytes>,
    /// Its date, by B-51's rule.
    #[schema(value_type = Option<i64>)]
    pub received: Option<Timestamp>,
    /// When it was last changed in this mailbox.
    #[schema(value_type = Option<i64>)]
    pub modified: Option<Timestamp>,
    /// Its subject, if the project shows subjects (B-71).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// Why an item failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhyFailed {
    /// The stable code.
    #[schema(value_type = String)]
    pub code: Code,
    /// The service's response code or a sentence; never content.
    pub detail: String,
    /// Number of the pass that tried it last, if that is still known.
    pub pass: Option<u32>,
    /// How often that pass has tried it.
    pub attempts: u32,
    /// When it was last tried.
    #[schema(value_type = i64)]
    pub at: Timestamp,
}
