//! Failures of a streamed export and of a streamed upload.

use std::time::Duration;

use longhaul_core::{Code, code};

use super::{Class, Error, Executed};
use crate::blob;

/// Why a streamed export ended before its end. What was read so far must not be used.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The item is damaged.
    #[error("the exported item is damaged")]
    Blob(#[source] blob::Error),
    /// The answer was lost or breaks the protocol.
    #[error(transparent)]
    Call(#[from] Error),
}

impl StreamError {
    /// What to do.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Blob(_) => Class::RetryItem,
            Self::Call(error) => error.class(),
        }
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Blob(error) => error.code(),
            Self::Call(error) => error.code(),
        }
    }

    /// How long the service asked to wait.
    #[must_use]
    pub fn hint(&self) -> Option<Duration> {
        match self {
            Self::Blob(_) => None,
            Self::Call(error) => error.hint(),
        }
    }

    /// The service's id of the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Blob(_) => None,
            Self::Call(error) => error.request_id(),
        }
    }
}

/// Why a streamed upload failed, and on which side.
#[derive(Debug, thiserror::Error)]
pub enum UploadStreamError {
    /// The source failed. The request was broken off before its closing tags, so the item was
    /// not uploaded.
    #[error("the source side failed")]
    Source(#[source] StreamError),
    /// The source gave another number of bytes than was announced. The item was not uploaded.
    #[error("the item has changed in length between measuring and sending")]
    LengthChanged,
    /// The destination broke the connection before the request was complete. The item was not
    /// uploaded.
    #[error("the destination side ended before the item was sent")]
    Cut(#[source] Error),
    /// The destination failed; see [`Error::executed`].
    #[error("the destination side failed")]
    Destination(#[source] Error),
}

impl UploadStreamError {
    /// What to do.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Source(error) => error.class(),
            Self::LengthChanged => Class::RetryItem,
            Self::Cut(error) | Self::Destination(error) => error.class(),
        }
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Source(error) => error.code(),
            Self::LengthChanged => code::ITEM_CHANGED,
            Self::Cut(error) | Self::Destination(error) => error.code(),
        }
    }

    /// How long the failing side asked to wait.
    #[must_use]
    pub fn hint(&self) -> Option<Duration> {
        match self {
            Self::Source(error) => error.hint(),
            Self::LengthChanged => None,
            Self::Cut(error) | Self::Destination(error) => error.hint(),
        }
    }

    /// Whether the destination may have stored the item.
    #[must_use]
    pub fn executed(&self) -> Executed {
        match self {
            Self::Source(_) | Self::LengthChanged | Self::Cut(_) => Executed::No,
            Self::Destination(error) => error.executed(),
        }
    }

    /// Whether it may be the form of the request that the destination does not take: a body
    /// whose length is not announced. It has no code of its own for that.
    #[must_use]
    pub fn may_refuse_chunks(&self) -> bool {
        match self {
            Self::Cut(_) => true,
            Self::Destination(error) => {
                matches!(error.http_status(), Some(400 | 405 | 411 | 501))
            }
            Self::Source(_) | Self::LengthChanged => false,
        }
    }
}
