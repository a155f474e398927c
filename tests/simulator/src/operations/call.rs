//! What an operation works with, and how it can fail.

use std::borrow::Cow;

use crate::mailbox::Refusal;
use crate::soap::fault::Fault;
use crate::soap::request::ReadError;
use crate::tenant::{Account, Tenant};

/// One request at one mailbox.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) account: &'a Account,
}

/// The whole request failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// To be answered with HTTP 500.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// An injected answer.
    #[error("a fault was injected")]
    Early(crate::faults::Early),
    /// HTTP 403.
    #[error("EWS is switched off for the mailbox")]
    Forbidden,
    /// HTTP 413.
    #[error("the request is too large")]
    TooLarge,
    /// Nobody is there to be answered.
    #[error("the connection is gone")]
    Gone(#[source] std::io::Error),
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Fault(fault) => Self::Fault(fault),
            ReadError::Body(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                Self::TooLarge
            }
            ReadError::Body(error) => Self::Gone(error),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Gone(error)
    }
}

/// One item of a batch failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ItemError {
    pub(super) code: Cow<'static, str>,
    pub(super) text: Cow<'static, str>,
}

impl ItemError {
    pub(super) const fn new(code: &'static str, text: &'static str) -> Self {
        Self { code: Cow::Borrowed(code), text: Cow::Borrowed(text) }
    }
}

impl From<Refusal> for ItemError {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code().into(), text: refusal.to_string().into() }
    }
}
