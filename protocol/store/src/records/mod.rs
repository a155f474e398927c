//! The records of a project: what the coordinator writes and the workers read.
//!
//! MessagePack with field names: a field added later has a default, one that is gone is ignored,
//! so that a coordinator and its workers may differ by a version.

mod fleet;
mod mailbox;
mod pass;
mod project;
mod record;

pub use fleet::{LeadRecord, MemberRecord, MemberRole, QueueTrouble, TermRecord};
pub use longhaul_core::Side;
pub use mailbox::{FolderRecord, MailboxRecord, Problem};
pub use pass::{MailboxPassRecord, PassKind, PassRecord};
pub use project::{CredentialRecord, EndpointRecord, OptionsRecord, ProjectRecord};
pub use record::{Record, list, load, save};
