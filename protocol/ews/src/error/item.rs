//! Failure of one item of a call.

use std::fmt;
use std::time::Duration;

use longhaul_core::{Code, code};

use super::{Class, Executed, Verdict, verdict};
use crate::blob;

/// Why one item of a call failed. The call as a whole went well.
#[derive(Clone, Debug)]
pub struct ItemError {
    cause: Cause,
    verdict: Verdict,
    service: Box<Service>,
}

impl std::error::Error for ItemError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.source()
    }
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

#[derive(Clone, Debug, thiserror::Error)]
enum Cause {
    #[error("exchange answered {0}")]
    Service(String),
    #[error("exchange reported success without {0}")]
    Missing(&'static str),
    #[error("exchange answered with another item than the one asked for")]
    Misplaced,
    #[error("the exported item is damaged")]
    Blob(#[source] blob::Error),
    #[error("the item is too large for a batch and has to be exported alone")]
    Alone,
}

/// What the service said beside the code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Service {
    pub(crate) response_code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) hint: Option<Duration>,
    pub(crate) request_id: Option<String>,
}

impl ItemError {
    /// The service's own refusal, classed by `response_code` (the inner one where there is one).
    pub(crate) fn refused(response_code: String, service: Service) -> Self {
        let verdict = verdict(&response_code);
        let service = Service { response_code: Some(response_code.clone()), ..service };
        Self { cause: Cause::Service(response_code), verdict, service: Box::new(service) }
    }

    /// Success that lacks what makes it one. It may have been carried out all the same.
    pub(crate) fn missing(what: &'static str, request_id: Option<String>) -> Self {
        let verdict = Verdict {
            class: Class::RetryItem,
            code: code::MALFORMED_ANSWER,
            executed: Executed::Unknown,
        };
        let service = Service { request_id, ..Service::default() };
        Self { cause: Cause::Missing(what), verdict, service: Box::new(service) }
    }

    /// The answer at the item's place is for another item.
    pub(crate) fn misplaced(request_id: Option<String>) -> Self {
        let verdict = Verdict {
            class: Class::RetryItem,
            code: code::MALFORMED_ANSWER,
            executed: Executed::No,
        };
        let service = Service { request_id, ..Service::default() };
        Self { cause: Cause::Misplaced, verdict, service: Box::new(service) }
    }

    /// A damaged export.
    pub(crate) fn damaged(error: blob::Error, request_id: Option<String>) -> Self {
        let verdict =
            Verdict { class: Class::RetryItem, code: error.code(), executed: Executed::No };
        let service = Service { request_id, ..Service::default() };
        Self { cause: Cause::Blob(error), verdict, service: Box::new(service) }
    }

    /// An item that outgrew the memory of its batch.
    pub(crate) fn alone(request_id: Option<String>) -> Self {
        let verdict =
            Verdict { class: Class::RetryItem, code: code::TOO_LARGE, executed: Executed::No };
        let service = Service { request_id, ..Service::default() };
        Self { cause: Cause::Alone, verdict, service: Box::new(service) }
    }

    /// What to do.
    #[must_use]
    pub fn class(&self) -> Class {
        self.verdict.class
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.verdict.code
    }

    /// How long the service asked to wait.
    #[must_use]
    pub fn hint(&self) -> Option<Duration> {
        self.service.hint
    }

    /// The service's own code, such as `ErrorItemNotFound`; of an `ErrorInternalServerError` the
    /// inner one.
    #[must_use]
    pub fn response_code(&self) -> Option<&str> {
        self.service.response_code.as_deref()
    }

    /// The service's sentence, in the mailbox's language. For reports: it may name people, so
    /// keep it out of logs.
    #[must_use]
    pub fn service_text(&self) -> Option<&str> {
        self.service.text.as_deref()
    }

    /// The service's id of the request, for a support case.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.service.request_id.as_deref()
    }

    /// Whether a write to this item may have been carried out.
    #[must_use]
    pub fn executed(&self) -> Executed {
        self.verdict.executed
    }
}
