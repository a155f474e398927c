//! Verification: source and destination side by side, folder by folder.
//!
//! A folder is clean if every item of the source that the last pass covered has a record in the
//! ledger whose destination item exists, nothing is quarantined, the destination holds nothing
//! else that appeared since the project began, and the compared items have equal canonical
//! properties. Sizes are shown and not compared: the service counts them anew.
//!
//! It only reads: neither tenant nor the ledger is changed. Items are listed page by page and kept
//! as keys of 12 bytes, so a folder of a million items takes some 70 MB; at most so many items are
//! named as [`FolderReport::LIST`] and [`Report::NAMES`] say, however many there are. What changes while it
//! looks can show as a difference; a second look tells.
//!
//! Which items a pass covers is decided here once more, independently of the workers, so that a
//! misreading of the rule does not hide on both sides.

mod board;
mod compare;
mod cover;
mod explain;
mod folder;
mod forecast;
mod limits;
mod list;
mod mailbox;
mod names;
mod options;
mod pairs;
mod patience;
mod report;
mod run;
mod shown;
mod subjects;
mod traits;
mod written;

pub(crate) use board::Board;
pub(crate) use explain::explain;
pub use explain::{Explanation, Seen, Standing, Trace, WhyFailed};
pub use forecast::Forecast;
pub(crate) use forecast::forecast;
pub use options::{Deep, VerificationId, VerifyOptions};
pub use report::{
    Counts, Difference, Digest, FolderReport, ItemRef, MailboxReport, Missing, MissingReason,
    NotCopied, Progress, Report, Verification, VerificationState,
};
pub(crate) use run::begin;
pub use written::ReportFormat;
pub(crate) use written::write;
