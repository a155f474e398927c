//! How the engine says no: a code, a sentence, what to do next, and every reason at once.

use longhaul_core::code::{NOT_FOUND, WRONG_STATE};
use longhaul_core::{Code, advice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A command the engine did not carry out. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[error("{text} ({code})")]
pub struct Refusal {
    /// The stable code; its page says more.
    #[schema(value_type = String, example = "LH-0205")]
    pub code: Code,
    /// One sentence with the place.
    pub text: String,
    /// What to do next.
    pub next: String,
    /// Which sort of refusal: decides HTTP status and exit code.
    pub kind: RefusalKind,
    /// Every reason found, if there are several or they have places of their own.
    #[serde(default)]
    pub details: Vec<Detail>,
}

/// Sorts of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The request itself is wrong.
    Invalid,
    /// It names something that does not exist.
    NotFound,
    /// It does not fit the present state.
    Conflict,
    /// A tenant or the authority refused us.
    Refused,
    /// A tenant, the authority or the engine cannot be reached.
    Unreachable,
    /// The store, the queue or longhaul itself failed.
    Internal,
}

/// One reason of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Detail {
    /// The stable code.
    #[schema(value_type = String, example = "LH-0404")]
    pub code: Code,
    /// Where: a side, a mailbox, a folder.
    pub place: String,
    /// What is wrong there.
    pub text: String,
    /// What to do next.
    pub next: String,
}

impl Detail {
    /// A reason with the advice that belongs to its code.
    #[must_use]
    pub fn new(code: Code, place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code, place: place.into(), text: text.into(), next: advice(code).to_owned() }
    }
}

impl Refusal {
    /// A refusal with the advice that belongs to its code.
    #[must_use]
    pub fn new(kind: RefusalKind, code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), next: advice(code).to_owned(), kind, details: Vec::new() }
    }

    /// The same with its reasons.
    #[must_use]
    pub fn with(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(RefusalKind::NotFound, NOT_FOUND, text)
    }

    pub(crate) fn wrong_state(text: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, WRONG_STATE, text)
    }

    /// Nobody is there who could carry a change out; nothing was done.
    pub(crate) fn no_leader(text: impl Into<String>) -> Self {
        Self::new(RefusalKind::Unreachable, longhaul_core::code::NO_LEADER, text)
    }

    /// A change was handed over, and no answer came.
    pub(crate) fn unanswered(text: impl Into<String>) -> Self {
        Self::new(RefusalKind::Unreachable, longhaul_core::code::CHANGE_UNANSWERED, text)
    }

    /// The engine's loop has ended.
    pub(crate) fn closing() -> Self {
        Self::new(
            RefusalKind::Unreachable,
            longhaul_core::code::SERVER_UNREACHABLE,
            "the coordinator is shutting down",
        )
    }
}

impl From<longhaul_queue::Error> for Refusal {
    fn from(error: longhaul_queue::Error) -> Self {
        Self::new(RefusalKind::Internal, error.code(), super::trouble::chain(&error))
    }
}

impl From<longhaul_telemetry::Error> for Refusal {
    fn from(error: longhaul_telemetry::Error) -> Self {
        Self::new(RefusalKind::Internal, error.code(), super::trouble::chain(&error))
    }
}

impl From<super::Trouble> for Refusal {
    fn from(trouble: super::Trouble) -> Self {
        use longhaul_core::Exit;
        let kind = match Exit::of(trouble.code) {
            Exit::Refused => RefusalKind::Refused,
            Exit::Unreachable => RefusalKind::Unreachable,
            _ => RefusalKind::Internal,
        };
        Self::new(kind, trouble.code, trouble.text)
    }
}

impl From<longhaul_store::Error> for Refusal {
    fn from(error: longhaul_store::Error) -> Self {
        if matches!(error, longhaul_store::Error::Fenced { .. }) {
            return Self::unanswered(
                "another coordinator took the lead in the middle of the change",
            );
        }
        Self::new(RefusalKind::Internal, error.code(), error.to_string())
    }
}
