//! The engine: owns projects and passes, maps folders, feeds jobs, and tells when a pass is over.
//!
//! [`Options`] → [`Service`] → [`Handle`]. The service's one loop owns the truth about passes; it
//! keeps nothing in memory that the store does not know, so killed anywhere and started again it
//! goes on. Every step can be repeated. Workers answer through the store only.
//!
//! It fails towards the operator with a [`Refusal`], and while a pass runs by writing the problem
//! down where it belongs: at the folder, the mailbox or the project. A store or queue that is away
//! stops the feeding, never the pass.

mod command;
mod context;
mod dead;
mod find;
mod fleet;
mod folders;
mod handle;
mod listing;
mod options;
mod passes;
mod probe;
mod rates;
mod refusal;
mod request;
mod service;
mod status;
mod trouble;
mod view;

pub(crate) use context::Context;
pub use dead::{DeadFolder, DeadJob, DeadOutcome, DeadSelection};
pub use fleet::{
    BackendState, BackendStatus, CoordinatorStatus, FleetStatus, QueueStatus, WorkerStatus,
};
pub(crate) use folders::{Plan, Target, Tree, plan, read_tree};
pub use handle::Handle;
pub use options::Options;
pub use refusal::{Detail, Refusal, RefusalKind};
pub use request::{ErrorQuery, Selection, SetBatch, StartPass};
pub use service::Service;
pub use status::{
    ErrorLevel, ErrorPage, ErrorRow, FolderCounts, ItemCounts, MailboxStatus, PassStatus,
    ProblemStatus, ProjectStatus, Rate,
};
pub(crate) use trouble::Trouble;
