//! What is wrong with an exported item.

use longhaul_core::{Code, code};

/// What is wrong with an exported item. All of it is worth another export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It ends too early, or says itself that it was cut.
    #[error("it is cut short: {0}")]
    Truncated(&'static str),
    /// It is not base64.
    #[error("it is not valid base64")]
    NotBase64,
    /// Its records or its stream break the format.
    #[error("it breaks the format: {0}")]
    Broken(&'static str),
}

impl Error {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Truncated(_) => code::BLOB_TRUNCATED,
            Self::NotBase64 => code::BLOB_NOT_BASE64,
            Self::Broken(_) => code::BLOB_BROKEN,
        }
    }
}
