//! What can go wrong between us and the queue.

use longhaul_core::Code;
use longhaul_core::code::{
    QUEUE_CONFLICT, QUEUE_FAILED, QUEUE_FORBIDDEN, QUEUE_LOGIN_REFUSED, QUEUE_SETTINGS,
    QUEUE_TLS_FAILED, QUEUE_UNANSWERED, QUEUE_UNREACHABLE, QUEUE_UNROUTABLE, QUEUE_VHOST_REFUSED,
};

use crate::Health;

/// The cause of an error.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A call the queue could not carry out. None holds a password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The queue was closed; nothing more will be delivered or accepted.
    #[error("the queue is closed")]
    Closed,
    /// A setting cannot be used.
    #[error("{what} cannot be used")]
    Settings {
        /// Which: `queue.url`, `queue.ca`.
        what: &'static str,
        /// Why, if that can be told without telling a secret.
        #[source]
        source: Option<Cause>,
    },
    /// No connection comes about.
    #[error("the broker at {at} cannot be reached")]
    Unreachable {
        /// Host and port.
        at: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Certificates are wrong.
    #[error("the broker at {at} and longhaul cannot agree on TLS")]
    Tls {
        /// Host and port.
        at: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// User or password is wrong.
    #[error("the broker at {at} refuses the user {user:?} or the password")]
    Login {
        /// Host and port.
        at: String,
        /// The user.
        user: String,
    },
    /// There is no such virtual host, or not for this user.
    #[error("the broker at {at} has no virtual host {vhost:?} for the user {user:?}")]
    VirtualHost {
        /// Host and port.
        at: String,
        /// The virtual host.
        vhost: String,
        /// The user.
        user: String,
        /// The broker's words.
        #[source]
        source: Cause,
    },
    /// A queue exists with other arguments.
    #[error("the queue {queue} was made with other arguments")]
    Conflict {
        /// Its name.
        queue: String,
        /// Which argument, in the broker's words.
        #[source]
        source: Cause,
    },
    /// The user lacks a permission.
    #[error("the broker does not let its user {action}")]
    Forbidden {
        /// What was being done, as a verb.
        action: &'static str,
        /// On what, in the broker's words.
        #[source]
        source: Cause,
    },
    /// The broker returned a message because its queue does not exist.
    #[error("the broker returned a message: there is no queue {queue}")]
    Unroutable {
        /// Its name.
        queue: String,
    },
    /// No answer in time; what was asked for may have been carried out.
    #[error("the queue did not {action} in time: {health}")]
    Unanswered {
        /// What was being done, as a verb.
        action: &'static str,
        /// How the queue was then.
        health: Health,
    },
    /// The backend failed; trying again later may help.
    #[error("the queue could not {action}")]
    Backend {
        /// What was being done, as a verb: "publish", "acknowledge".
        action: &'static str,
        /// The backend's own error.
        #[source]
        source: Cause,
    },
}

impl Error {
    /// The error and its causes in one line, for a person.
    pub(crate) fn line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            line.push_str(&format!(": {error}"));
            cause = error.source();
        }
        line
    }

    /// Whether the broker is away, or not yet there: the same call may succeed once it is.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Unanswered { .. } | Self::Backend { .. })
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Closed | Self::Backend { .. } => QUEUE_FAILED,
            Self::Settings { .. } => QUEUE_SETTINGS,
            Self::Unreachable { .. } => QUEUE_UNREACHABLE,
            Self::Tls { .. } => QUEUE_TLS_FAILED,
            Self::Login { .. } => QUEUE_LOGIN_REFUSED,
            Self::VirtualHost { .. } => QUEUE_VHOST_REFUSED,
            Self::Conflict { .. } => QUEUE_CONFLICT,
            Self::Forbidden { .. } => QUEUE_FORBIDDEN,
            Self::Unroutable { .. } => QUEUE_UNROUTABLE,
            Self::Unanswered { .. } => QUEUE_UNANSWERED,
        }
    }
}
