//! What can keep a worker from doing its work.

use longhaul_core::{Code, code};

/// An error of the worker itself; what happens to folders and items is in the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] longhaul_store::Error),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] longhaul_queue::Error),
    /// A message could not be written.
    #[error("a job message could not be written")]
    Message(#[from] rmp_serde::encode::Error),
}

impl Error {
    /// Whether the store is away, so that nothing can be told of the job.
    pub(crate) const fn is_outage_of_store(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_outage())
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::Queue(error) => error.code(),
            Self::Message(_) => code::BUG,
        }
    }
}
