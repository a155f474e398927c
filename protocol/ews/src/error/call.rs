//! Failure of a whole call.

use std::fmt;
use std::time::Duration;

use longhaul_core::{Code, code};

use super::item::Service;
use super::{Class, Executed, ItemError, Verdict, verdict};

/// Why a call failed as a whole.
#[derive(Debug)]
pub struct Error(Box<Details>);

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.kind.source()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kind.fmt(f)
    }
}

/// The parts of an [`Error`].
#[derive(Debug)]
pub(crate) struct Details {
    pub(crate) kind: Kind,
    pub(crate) verdict: Verdict,
    pub(crate) service: Service,
    pub(crate) http_status: Option<u16>,
}

/// Where and how a call failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("there is no token for exchange")]
    Token(#[source] longhaul_identity::Error),
    #[error("{sentence}")]
    Transport { sentence: String, source: Option<reqwest::Error> },
    #[error("exchange answered HTTP {status}: {sentence}")]
    Status { status: u16, sentence: &'static str },
    #[error("exchange refused the request: {0}")]
    Fault(String),
    #[error(transparent)]
    Message(ItemError),
    #[error("exchange's answer is not what the protocol promises: {0}")]
    Malformed(String),
    #[error("exchange cut its answer short")]
    Truncated,
    #[error("the request cannot be written: {0}")]
    Argument(&'static str),
}

impl Error {
    pub(crate) fn new(kind: Kind, verdict: Verdict) -> Self {
        Self(Box::new(Details { kind, verdict, service: Service::default(), http_status: None }))
    }

    /// No token: nothing was sent.
    pub(crate) fn token(error: longhaul_identity::Error) -> Self {
        let class = if error.is_transient() { Class::Backoff } else { Class::Fatal };
        let verdict = Verdict { class, code: error.code(), executed: Executed::No };
        let hint = error.hint();
        Self::new(Kind::Token(error), verdict).with_hint(hint)
    }

    /// A SOAP fault.
    pub(crate) fn fault(response_code: String, service: Service) -> Self {
        let verdict = verdict(&response_code);
        let service = Service { response_code: Some(response_code.clone()), ..service };
        Self(Box::new(Details {
            kind: Kind::Fault(response_code),
            verdict,
            service,
            http_status: None,
        }))
    }

    /// An answer that breaks the protocol.
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        let verdict = Verdict {
            class: Class::RetryItem,
            code: code::MALFORMED_ANSWER,
            executed: Executed::Unknown,
        };
        Self::new(Kind::Malformed(what.into()), verdict)
    }

    /// An answer that carries the service's own mark of truncation.
    pub(crate) fn truncated() -> Self {
        let verdict = Verdict {
            class: Class::RetryItem,
            code: code::BLOB_TRUNCATED,
            executed: Executed::Unknown,
        };
        Self::new(Kind::Truncated, verdict)
    }

    /// An argument that no request can carry. Nothing was sent.
    pub(crate) fn argument(what: &'static str) -> Self {
        let verdict =
            Verdict { class: Class::Bug, code: code::REQUEST_REFUSED, executed: Executed::No };
        Self::new(Kind::Argument(what), verdict)
    }

    pub(crate) fn with_hint(mut self, hint: Option<Duration>) -> Self {
        self.0.service.hint = self.0.service.hint.max(hint);
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<&str>) -> Self {
        if let Some(id) = request_id {
            self.0.service.request_id.get_or_insert_with(|| id.to_owned());
        }
        self
    }

    pub(crate) fn with_http_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    /// The same failure of a request that was not sent to its end: it was not carried out.
    pub(crate) fn of_incomplete_request(mut self) -> Self {
        self.0.verdict.executed = Executed::No;
        self
    }

    /// Whether the connection was lost, or nothing was answered in time.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self.0.kind, Kind::Transport { .. })
    }

    /// What to do.
    #[must_use]
    pub fn class(&self) -> Class {
        self.0.verdict.class
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.verdict.code
    }

    /// How long the service asked to wait: the larger of `BackOffMilliseconds` and
    /// `Retry-After`. It may be zero.
    #[must_use]
    pub fn hint(&self) -> Option<Duration> {
        self.0.service.hint
    }

    /// The service's own code, such as `ErrorServerBusy`.
    #[must_use]
    pub fn response_code(&self) -> Option<&str> {
        self.0.service.response_code.as_deref()
    }

    /// The service's sentence, in the mailbox's language. For reports: it may name people, so
    /// keep it out of logs.
    #[must_use]
    pub fn service_text(&self) -> Option<&str> {
        self.0.service.text.as_deref()
    }

    /// The service's id of the request, else the id we sent, for a support case.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.service.request_id.as_deref()
    }

    /// The HTTP status, if an answer came.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// Whether the service may have carried out the call.
    #[must_use]
    pub fn executed(&self) -> Executed {
        self.0.verdict.executed
    }
}

/// The refusal of a call's only response message.
impl From<ItemError> for Error {
    fn from(error: ItemError) -> Self {
        let verdict =
            Verdict { class: error.class(), code: error.code(), executed: error.executed() };
        let service = Service {
            response_code: error.response_code().map(str::to_owned),
            text: error.service_text().map(str::to_owned),
            hint: error.hint(),
            request_id: error.request_id().map(str::to_owned),
        };
        let kind = Kind::Message(error);
        Self(Box::new(Details { kind, verdict, service, http_status: Some(200) }))
    }
}
