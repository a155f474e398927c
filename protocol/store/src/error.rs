//! What can go wrong between us and the store.

use std::path::PathBuf;

use longhaul_core::{Code, code};

/// A call the store refused or could not carry out. A refused call has written nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another owner has the folder by now, or the pass was begun anew (CP-4).
    #[error("another owner holds the folder by now")]
    StaleOwner,
    /// The call does not fit what is stored: a bug of ours, or a store that went back.
    #[error("the call does not fit the stored folder: {0}")]
    Conflict(&'static str),
    /// The record was changed by someone else since it was read.
    #[error("record {key} changed since it was read")]
    Changed {
        /// The record's key.
        key: String,
    },
    /// The record that guards the write changed: whoever relied on it is no longer the leader.
    #[error("record {key}, which this write relies on, changed: another leads by now")]
    Fenced {
        /// The guard's key.
        key: String,
    },
    /// There is no such folder or record.
    #[error("{0} is not in the store")]
    NotFound(String),
    /// The URL names no store.
    #[error("the store's URL is neither `embedded` nor a redis:// or rediss:// address")]
    Url,
    /// Another process has the data folder open.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// The data folder cannot be created or written.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Written by a longhaul whose format this one does not know.
    #[error("the store has format {found}, this longhaul reads {known}")]
    Format {
        /// The store's format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The store's file is gone, empty or not a store any more.
    #[error("{} was a store and is damaged or gone", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the database says of it, if it got that far.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A stored value that does not decode.
    #[error("stored value {key} does not decode")]
    Corrupt {
        /// The value's key.
        key: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The backend failed; trying again later may help.
    #[error("the store could not {action}")]
    Backend {
        /// What was being done, as a verb: "read", "commit".
        action: &'static str,
        /// The backend's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::StaleOwner => code::STALE_OWNER,
            Self::Conflict(_) | Self::Changed { .. } => code::STORE_CONFLICT,
            Self::Fenced { .. } => code::FENCED_OFF,
            Self::NotFound(_) => code::NOT_FOUND,
            Self::Url => code::BAD_VALUE,
            Self::InUse(_) => code::STORE_IN_USE,
            Self::NotWritable { .. } => code::STORE_NOT_WRITABLE,
            Self::Format { .. } => code::STORE_FORMAT,
            Self::Damaged { .. } => code::STORE_DAMAGED,
            Self::Corrupt { .. } | Self::Backend { .. } => code::STORE_FAILED,
        }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Backend { .. })
    }
}
