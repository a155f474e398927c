//! Why an answer's XML could not be read.

/// Why an answer's XML could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// It ended, or the connection did, before the root was closed.
    #[error("it ends too early: {0}")]
    Cut(String),
    /// It is not well-formed, or holds what EWS never sends.
    #[error("{0}")]
    Malformed(String),
    /// It is larger or deeper than anything we ask for.
    #[error("{0} is too large")]
    TooLarge(&'static str),
    /// It carries the service's mark of truncation.
    #[error("it carries the mark of truncated data")]
    Truncated,
}

impl Error {
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed(what.into())
    }
}
