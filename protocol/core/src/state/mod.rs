//! States and the transitions between them (behaviours, section 10).
//!
//! Each machine is one function `next` with every legal pair visible; what it does not list is
//! refused, never ignored.

mod folder_job;
mod mailbox;
mod pass;
mod project;

pub use folder_job::FolderJobState;
pub use mailbox::{MailboxEvent, MailboxState};
pub use pass::{PassEvent, PassState};
pub use project::{ProjectEvent, ProjectState};

/// An event that does not fit the state it met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event} is not possible while {state}")]
pub struct IllegalTransition {
    /// The state, as printed.
    pub state: String,
    /// The event, as printed.
    pub event: String,
}

impl IllegalTransition {
    fn new(state: impl std::fmt::Debug, event: impl std::fmt::Debug) -> Self {
        Self { state: format!("{state:?}"), event: format!("{event:?}") }
    }
}
