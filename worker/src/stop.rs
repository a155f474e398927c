//! How a worker stops: in two steps, within its grace time.

use tokio_util::sync::CancellationToken;

/// Tells slices to end.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    /// Begin nothing new; what was sent is waited for, so that its outcome is known.
    pub(crate) soon: CancellationToken,
    /// Wait for nothing any more but store and queue: an upload under way stays in doubt, covered
    /// by its intent, and the lease is given back.
    pub(crate) now: CancellationToken,
}

impl Stop {
    /// Ends soon once `shutdown` is cancelled.
    pub(crate) fn new(shutdown: CancellationToken) -> Self {
        Self { soon: shutdown, now: CancellationToken::new() }
    }
}
