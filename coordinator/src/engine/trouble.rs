//! What a call to a tenant failed with, put into a sentence with its place.

use std::time::Duration;

use longhaul_core::Code;
use longhaul_core::code::{
    AUTHORITY_UNREACHABLE, EWS_UNREACHABLE, MAILBOX_FULL, MAILBOX_NOT_FOUND, THROTTLED,
};
use longhaul_ews::Class;

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) code: Code,
    /// For operators; it may hold addresses, so it is never logged.
    pub(crate) text: String,
    /// Whether it may pass by itself.
    pub(crate) passing: bool,
    /// Whether the service asked us to wait: no failure, and not counted as one.
    pub(crate) throttled: bool,
    /// How long it asked us to wait.
    pub(crate) hint: Option<Duration>,
}

impl Trouble {
    /// It does not pass by itself.
    pub(crate) fn lasting(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), passing: false, throttled: false, hint: None }
    }

    /// It may pass by itself.
    pub(crate) fn passing(code: Code, text: impl Into<String>) -> Self {
        Self { passing: true, ..Self::lasting(code, text) }
    }

    /// A call that failed as a whole.
    pub(crate) fn call(place: &str, error: &longhaul_ews::Error) -> Self {
        let request = error.request_id().map(|id| format!(" (request-id {id})"));
        let text = format!("{place}: {}{}", chain(error), request.unwrap_or_default());
        Self::classed(error.code(), text, error.class(), error.hint())
    }

    /// One item of a call that was refused.
    pub(crate) fn item(place: &str, error: &longhaul_ews::ItemError) -> Self {
        let request = error.request_id().map(|id| format!(" (request-id {id})"));
        let text = format!("{place}: {}{}", chain(error), request.unwrap_or_default());
        Self::classed(error.code(), text, error.class(), error.hint())
    }

    fn classed(code: Code, text: String, class: Class, hint: Option<Duration>) -> Self {
        let passing = match class {
            Class::Backoff | Class::RetryItem | Class::Rescan | Class::Resync => true,
            // Full and not there last until somebody acts; a move between databases does not.
            Class::StopMailbox => code != MAILBOX_FULL && code != MAILBOX_NOT_FOUND,
            Class::SkipItem | Class::Vanished | Class::Fatal | Class::Exists | Class::Bug => false,
        };
        Self { code, text, passing, throttled: code == THROTTLED, hint }
    }

    /// Whether the way to the tenant or its authority is cut.
    pub(crate) fn is_unreachable(&self) -> bool {
        self.code == EWS_UNREACHABLE || self.code == AUTHORITY_UNREACHABLE
    }
}

impl From<longhaul_store::Error> for Trouble {
    fn from(error: longhaul_store::Error) -> Self {
        Self { passing: error.is_transient(), ..Self::lasting(error.code(), chain(&error)) }
    }
}

/// An error with its causes, each said once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Said(&'static str, #[source] Option<Box<Said>>);

    #[test]
    fn a_cause_that_repeats_its_effect_is_said_once() {
        let root = Said("the name cannot be resolved", None);
        let middle = Said("no token", Some(Box::new(root)));
        let outer = Said("no token", Some(Box::new(middle)));
        assert_eq!(chain(&outer), "no token: the name cannot be resolved");
    }
}
