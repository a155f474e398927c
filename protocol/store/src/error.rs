//! What can go wrong between us and the store.

use std::path::PathBuf;
use std::sync::Arc;

use longhaul_core::{Code, code};

use crate::Unfit;

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
    /// The store's settings cannot be right.
    #[error("store settings: {0}")]
    Settings(&'static str),
    /// A file the settings name cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No connection to the server comes about.
    #[error("the store's server cannot be reached")]
    Unreachable {
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server does not let the user in, or not do what longhaul does.
    #[error("the store's server refused the user")]
    Login {
        /// The server's own words.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server's certificate, or ours, does not do.
    #[error("no encrypted connection to the store's server")]
    Tls {
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server is one that may lose what it answered for, or that longhaul cannot use.
    #[error("the store's server does not fit: {}", list(.0))]
    Unfit(Vec<Unfit>),
    /// The server holds another store than before, or none.
    #[error("the server holds another store than it did, or none")]
    Replaced,
    /// The server takes no writes for now: its memory or its disk is full.
    #[error("the store's server takes no writes")]
    Full {
        /// The server's own words.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store does not answer for now; the connection comes back by itself.
    #[error("the store is away")]
    Away {
        /// The code of what keeps it away.
        code: Code,
        /// Why.
        #[source]
        source: Arc<Error>,
    },
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
    /// Away because of `source`.
    pub(crate) fn away(source: Arc<Self>) -> Self {
        Self::Away { code: source.code(), source }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::StaleOwner => code::STALE_OWNER,
            Self::Conflict(_) | Self::Changed { .. } => code::STORE_CONFLICT,
            Self::Fenced { .. } => code::FENCED_OFF,
            Self::NotFound(_) => code::NOT_FOUND,
            Self::Settings(_) => code::BAD_VALUE,
            Self::File { .. } => code::FILE_UNREADABLE,
            Self::Unreachable { .. } => code::STORE_UNREACHABLE,
            Self::Login { .. } => code::STORE_LOGIN_REFUSED,
            Self::Tls { .. } => code::STORE_TLS,
            Self::Unfit(unfit) => match unfit.as_slice().first() {
                Some(unfit) => unfit.code(),
                None => code::STORE_FAILED,
            },
            Self::Replaced => code::STORE_REPLACED,
            Self::Full { .. } => code::STORE_FULL,
            Self::Away { code, .. } => *code,
            Self::InUse(_) => code::STORE_IN_USE,
            Self::NotWritable { .. } => code::STORE_NOT_WRITABLE,
            Self::Format { .. } => code::STORE_FORMAT,
            Self::Damaged { .. } => code::STORE_DAMAGED,
            Self::Corrupt { .. } | Self::Backend { .. } => code::STORE_FAILED,
        }
    }

    /// Whether the store as a whole is away: every call fails until it is back, and no folder or
    /// record is to blame.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Replaced | Self::Full { .. } | Self::Away { .. }
        )
    }

    /// Whether the same call may succeed later. A store that was replaced counts: the right one
    /// may come back, and nothing of a folder or project is decided by its absence.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Backend { .. }
            | Self::Unreachable { .. }
            | Self::Replaced
            | Self::Full { .. }
            | Self::Away { .. } => true,
            Self::StaleOwner
            | Self::Conflict(_)
            | Self::Changed { .. }
            | Self::Fenced { .. }
            | Self::NotFound(_)
            | Self::Settings(_)
            | Self::File { .. }
            | Self::Login { .. }
            | Self::Tls { .. }
            | Self::Unfit(_)
            | Self::InUse(_)
            | Self::NotWritable { .. }
            | Self::Format { .. }
            | Self::Damaged { .. }
            | Self::Corrupt { .. } => false,
        }
    }
}

fn list(unfit: &[Unfit]) -> String {
    unfit.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
