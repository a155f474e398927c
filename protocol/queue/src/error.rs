//! What can go wrong between us and the queue.

use longhaul_core::Code;
use longhaul_core::code::QUEUE_FAILED;

/// A call the queue could not carry out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The queue was closed; nothing more will be delivered or accepted.
    #[error("the queue is closed")]
    Closed,
    /// The backend failed; trying again later may help.
    #[error("the queue could not {action}")]
    Backend {
        /// What was being done, as a verb: "publish", "acknowledge".
        action: &'static str,
        /// The backend's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        QUEUE_FAILED
    }
}
