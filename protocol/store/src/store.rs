//! Both kinds of truth together.

use std::sync::Arc;

use longhaul_core::{Code, Timestamp};

use crate::{Checkpoints, Documents, Error, Guard};

/// Everything a longhaul process keeps: one backend, both kinds of truth.
pub trait Store: Checkpoints + Documents {
    /// A handle whose writes, of either kind, are carried out only while `guard` stands; it is
    /// checked in the same atomic step as the write. Reads are not guarded. A guarded handle's
    /// own handles have the new guard only.
    ///
    /// A coordinator takes one when it begins to lead. Of the calls it makes on folders, a late
    /// `mark_published` would do no harm (it was published), but a late `begin` would put a
    /// folder back into a pass that is over, and a late `cancel` would end what the present
    /// leader let go on.
    ///
    /// A refused write is [`Error::Fenced`].
    fn guarded(&self, guard: Guard) -> Arc<dyn Store>;

    /// Whether the backend answers, as far as is known without asking it. Never waits.
    fn health(&self) -> Health;
}

/// Whether a backend answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answered last time, or was never needed.
    Up,
    /// It does not; calls fail until it does.
    Down {
        /// Why.
        code: Code,
        /// A sentence for the operator; no secrets.
        error: String,
        /// Since when, on this machine's clock.
        since: Timestamp,
    },
}

impl Health {
    /// Down because of `error`.
    pub(crate) fn down(error: &Error, since: Timestamp) -> Self {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self::Down { code: error.code(), error: text, since }
    }
}
