//! What a verification found.

use longhaul_core::{Bytes, Code, MailboxId, ProjectId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{VerificationId, VerifyOptions};
use crate::engine::ProblemStatus;

/// A verification: how far it is, and when it is over, what it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// The project.
    #[schema(value_type = String)]
    pub project: ProjectId,
    /// How it verifies.
    pub options: VerifyOptions,
    /// Where it stands.
    pub state: VerificationState,
    /// How far it is.
    pub progress: Progress,
    /// When it was started, in milliseconds since 1970, UTC.
    #[schema(value_type = i64)]
    pub started: Timestamp,
    /// When it was over.
    #[schema(value_type = Option<i64>)]
    pub ended: Option<Timestamp>,
    /// What it found, once it is done.
    pub report: Option<Report>,
}

/// Where a verification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerificationState {
    /// Reading both sides.
    Running,
    /// Over; the report says whether the two sides are alike.
    Done,
    /// The server stopped before it was over: start another.
    Interrupted,
}

/// How far a verification is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// Mailboxes to look at.
    pub mailboxes: u32,
    /// Mailboxes looked at.
    pub mailboxes_done: u32,
    /// Folders found so far.
    pub folders: u32,
    /// Folders looked at.
    pub folders_done: u32,
    /// Items listed so far, both sides.
    pub items_listed: u64,
    /// Items compared property by property so far.
    pub items_compared: u64,
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Whether every mailbox is clean.
    pub clean: bool,
    /// One entry per mailbox.
    pub mailboxes: Vec<MailboxReport>,
    /// What no mailbox has carried over, whatever stands in it.
    #[serde(default)]
    pub limits: Vec<String>,
}

/// A mailbox, both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MailboxReport {
    /// Its id.
    #[schema(value_type = String)]
    pub id: MailboxId,
    /// The address in the source tenant.
    pub source: String,
    /// The address in the destination tenant.
    pub destination: String,
    /// Whether every folder is clean and nothing kept us from looking.
    pub clean: bool,
    /// What kept us from looking at the whole mailbox, if anything.
    pub problem: Option<ProblemStatus>,
    /// One entry per folder that is copied.
    pub folders: Vec<FolderReport>,
    /// What is not carried over by design, each with its reason.
    pub not_copied: Vec<NotCopied>,
}

/// Something that is not carried over, or will not show, by design (B-17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotCopied {
    /// Display names of the folder from the root down; empty if it is about the whole mailbox.
    pub path: Vec<String>,
    /// Why.
    pub reason: String,
    /// Items it is about; `None` if it is not about items.
    #[serde(default)]
    pub items: Option<u64>,
}

/// A folder, both sides. Lists hold at most [`FolderReport::LIST`] entries; the counts are exact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FolderReport {
    /// Display names of the source folder from the root down.
    pub path: Vec<String>,
    /// Its class.
    pub class: String,
    /// Whether the two sides are alike.
    pub clean: bool,
    /// What kept us from looking at the folder, if anything.
    pub problem: Option<ProblemStatus>,
    /// The source folder.
    pub source: Counts,
    /// The destination folder.
    pub destination: Counts,
    /// Source items with a counterpart that exists.
    pub paired: u64,
    /// Source items the last pass was not asked to copy (cut-off).
    pub outside: u64,
    /// Copied items that are gone from the source by now; no fault.
    pub source_gone: u64,
    /// Destination items that were there before the project; no fault.
    pub standing: u64,
    /// Source items whose class clients do not show in a folder of this class.
    #[serde(default)]
    pub not_shown: u64,
    /// Source items that only their addressee's own key opens (S/MIME).
    #[serde(default)]
    pub encrypted: u64,
    /// Source items without a counterpart.
    pub missing: u64,
    /// Source items recorded as failed, other than the ambiguous and the conflicting ones.
    pub quarantined: u64,
    /// Source items of which nobody can say whether they stand in the destination.
    #[serde(default)]
    pub ambiguous: u64,
    /// Copied items whose later change at the source was not carried over.
    #[serde(default)]
    pub conflicting: u64,
    /// Destination items that appeared during the project and are not in the ledger.
    pub extra: u64,
    /// Pairs compared property by property.
    pub compared: u64,
    /// Pairs that could not be compared or differ.
    pub different: u64,
    /// The first of the missing items.
    pub missing_items: Vec<Missing>,
    /// The first of the quarantined items.
    pub quarantined_items: Vec<ItemRef>,
    /// The first of the ambiguous items.
    #[serde(default)]
    pub ambiguous_items: Vec<ItemRef>,
    /// The first of the conflicting pairs, by their source ids.
    #[serde(default)]
    pub conflicting_items: Vec<ItemRef>,
    /// The first of the extra items, by their destination ids.
    pub extra_items: Vec<ItemRef>,
    /// The first of the pairs that differ.
    pub differences: Vec<Difference>,
}

impl FolderReport {
    /// Entries of a list at most: a report of a big project stays readable and bounded.
    pub const LIST: usize = 200;

    /// Items that are to be looked at.
    #[must_use]
    pub const fn findings(&self) -> u64 {
        self.missing
            + self.quarantined
            + self.ambiguous
            + self.conflicting
            + self.extra
            + self.different
    }

    /// How many of them the lists name.
    #[must_use]
    pub const fn named(&self) -> u64 {
        (self.missing_items.len()
            + self.quarantined_items.len()
            + self.ambiguous_items.len()
            + self.conflicting_items.len()
            + self.extra_items.len()
            + self.differences.len()) as u64
    }
}

impl Report {
    /// Items named in all at most; the counts stay exact.
    pub const NAMES: usize = 20_000;
}

/// What stands in a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Items.
    pub items: u64,
    /// The sum of their sizes; the two sides may differ legitimately.
    #[schema(value_type = u64)]
    pub bytes: Bytes,
    /// Of class and date of every pair: the same on both sides if each pair agrees in them.
    #[serde(default)]
    pub digest: Digest,
}

/// A digest over items in any order: the sum of their own, in 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(into = "String", try_from = "String")]
#[schema(value_type = String)]
pub struct Digest(pub u64);

impl Digest {
    /// Takes one more item in.
    pub const fn add(&mut self, item: u64) {
        self.0 = self.0.wrapping_add(item);
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

/// An item by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemRef {
    /// Its id on the side the list is about.
    pub id: String,
    /// Its class.
    pub class: Option<String>,
    /// Its size.
    #[schema(value_type = Option<u64>)]
    pub size: Option<Bytes>,
    /// Its date, by B-51's rule.
    #[schema(value_type = Option<i64>)]
    pub received: Option<Timestamp>,
    /// Why it failed, if it is recorded as failed.
    #[schema(value_type = Option<String>)]
    pub code: Option<Code>,
    /// Its subject, if the project shows subjects (B-71).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// A source item without a counterpart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Missing {
    /// The item, by its source id.
    pub item: ItemRef,
    /// What is missing.
    pub reason: MissingReason,
}

/// What is missing of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MissingReason {
    /// It was never copied.
    NotCopied,
    /// It was copied, and the copy is gone from its folder.
    CopyGone,
}

/// A pair that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// The item's id at the source.
    pub source: String,
    /// Its counterpart's id.
    pub destination: String,
    /// Names of the properties that differ, `class` and `date` among them; empty if the pair could
    /// not be compared.
    pub properties: Vec<String>,
    /// Why the pair could not be compared, if it could not.
    pub problem: Option<ProblemStatus>,
}
