//! Exit codes: public, so that scripts can tell what happened. One place, shown in `--help`.

use crate::Code;
use crate::code::*;

/// How a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A fault of longhaul itself.
    Bug = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A project file, setting or value is wrong.
    Invalid = 3,
    /// What is named does not exist, or is not in a state for it.
    State = 4,
    /// Someone said no: token, credential, rights, mailbox, EWS switched off.
    Refused = 5,
    /// Server, authority or endpoint cannot be reached.
    Unreachable = 6,
    /// Done, and not clean.
    NotClean = 7,
    /// A port, a folder or another resource of this machine.
    Local = 8,
    /// Interrupted by the operator.
    Interrupted = 130,
}

impl Exit {
    /// Every exit code, in ascending order.
    pub const ALL: [Self; 10] = [
        Self::Done,
        Self::Bug,
        Self::Usage,
        Self::Invalid,
        Self::State,
        Self::Refused,
        Self::Unreachable,
        Self::NotClean,
        Self::Local,
        Self::Interrupted,
    ];

    /// What it means, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Bug => "a fault of longhaul itself",
            Self::Usage => "the command line is wrong",
            Self::Invalid => "a project file, setting or value is wrong",
            Self::State => "not found, or not possible in the present state",
            Self::Refused => "refused: API token, credential, rights, mailbox, EWS switched off",
            Self::Unreachable => "server, authority or endpoint cannot be reached",
            Self::NotClean => "done but not clean: the sides differ, or a pass had failures",
            Self::Local => "a resource of this machine: port, file or data folder",
            Self::Interrupted => "interrupted",
        }
    }

    /// How a program ends with an error of this code.
    #[must_use]
    pub fn of(code: Code) -> Self {
        match code {
            UNKNOWN_KEY | BAD_VALUE | MISSING_KEY | FILE_UNREADABLE | NOT_CONFIRMED
            | DUPLICATE_MAILBOX | SECRET_UNREADABLE | BASIC_AUTH_REFUSED | BAD_CERTIFICATE
            | QUEUE_SETTINGS | STORE_NO_LOG | STORE_NOT_SYNCED | STORE_EVICTS | STORE_CLUSTER
            | STORE_TOO_OLD | STORE_REPLICA => Self::Invalid,
            NOT_FOUND | WRONG_STATE | NAME_TAKEN | STORE_CONFLICT | STALE_OWNER
            | QUEUE_CONFLICT | FENCED_OFF | STORE_REPLACED => Self::State,
            UNAUTHORISED
            | CREDENTIAL_REFUSED
            | TENANT_UNKNOWN
            | EWS_FORBIDDEN
            | EWS_UNAUTHORISED
            | MAILBOX_NOT_FOUND
            | ACCESS_DENIED
            | MAILBOX_FULL
            | REQUEST_REFUSED
            | UNKNOWN_SERVICE_ERROR
            | FOLDER_NOT_CREATED
            | NO_ARCHIVE
            | FOLDER_EXISTS
            | QUEUE_LOGIN_REFUSED
            | QUEUE_VHOST_REFUSED
            | QUEUE_FORBIDDEN
            | STORE_LOGIN_REFUSED
            | STORE_SETTINGS_HIDDEN => Self::Refused,
            SERVER_UNREACHABLE
            | NO_LEADER
            | CHANGE_UNANSWERED
            | AUTHORITY_UNREACHABLE
            | BAD_TOKEN_ANSWER
            | EWS_UNREACHABLE
            | THROTTLED
            | SERVICE_UNAVAILABLE
            | MALFORMED_ANSWER
            | SERVICE_FAILED
            | QUEUE_UNREACHABLE
            | QUEUE_TLS_FAILED
            | QUEUE_UNANSWERED
            | STORE_UNREACHABLE
            | STORE_TLS
            | STORE_FULL => Self::Unreachable,
            NOT_CLEAN | PASS_FAILED | FOLDER_GONE | SYNC_STATE_INVALID | TOO_LARGE | ITEM_GONE
            | ITEM_REFUSED | BLOB_TRUNCATED | BLOB_NOT_BASE64 | BLOB_BROKEN | ATTEMPTS_USED_UP
            | AMBIGUOUS_UPLOAD | UPLOAD_UNANSWERED | COPY_CHANGED | COPY_GONE | ITEM_CHANGED
            | DELIVERED_TOO_OFTEN | SET_ASIDE_BY_BROKER | JOB_SET_ASIDE | ERROR_BUDGET_SPENT => {
                Self::NotClean
            }
            ADDRESS_TAKEN | ADMIN_ADDRESS_TAKEN | REPORT_NOT_WRITTEN | STORE_IN_USE
            | STORE_NOT_WRITABLE | STORE_FAILED | STORE_BEHIND | STORE_FORMAT | STORE_DAMAGED
            | QUEUE_FAILED | QUEUE_UNROUTABLE => Self::Local,
            _ => Self::Bug,
        }
    }

    /// The list for `--help`.
    #[must_use]
    pub fn help() -> String {
        let mut help = String::from("Exit codes:\n");
        for exit in Self::ALL {
            help.push_str(&format!("  {:>3}  {}\n", exit as u8, exit.meaning()));
        }
        help.push_str("\n`longhaul explain-code LH-0101` says what an error code means.");
        help
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_faults_of_ours_end_as_a_bug() {
        let bugs: Vec<String> = CATALOGUE
            .iter()
            .filter(|entry| Exit::of(entry.code) == Exit::Bug)
            .map(|entry| entry.code.to_string())
            .collect();
        // Internal error, panicked job, and messages between coordinator and worker.
        assert_eq!(bugs, ["LH-0208", "LH-0802", "LH-0901", "LH-0902"]);
    }

    #[test]
    fn exit_codes_never_change() {
        let numbers: Vec<u8> = Exit::ALL.iter().map(|exit| *exit as u8).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]);
    }
}
