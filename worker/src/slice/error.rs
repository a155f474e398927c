//! Why a slice ends before its folder is done.

use std::time::Duration;

use longhaul_core::Code;
use longhaul_core::code;
use longhaul_ews::Class;

use crate::throttle::CallError;

/// Why a slice ends early, most binding first: what one batch met decides for the slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The folder is no longer ours; nothing may be written.
    Lost,
    /// The folder is given up for this pass.
    Park { code: Code, detail: String },
    /// The sync state no longer works: enumerate anew.
    Resync,
    /// An upload may have been carried out: nobody may upload to the folder before it is settled.
    InDoubt,
    /// An earlier upload may still take effect; then it can be told what stands.
    Settling(Duration),
    /// The store is away: no try of the slice.
    Away { code: Code, detail: String },
    /// Something that may pass: try the slice again.
    Trouble { code: Code, detail: String },
    /// The service asked us to stay away.
    Throttled(Duration),
    /// The slice has done its share, or the pass was paused or stopped, or the worker stops.
    Enough,
}

impl Halt {
    /// The more binding of two.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Throttled(a), Self::Throttled(b)) => Self::Throttled(a.max(b)),
            (a, b) if a.rank() <= b.rank() => a,
            (_, b) => b,
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Lost => 0,
            Self::Park { .. } => 1,
            Self::Resync => 2,
            Self::InDoubt => 3,
            Self::Settling(_) => 4,
            Self::Away { .. } => 5,
            Self::Trouble { .. } => 6,
            Self::Throttled(_) => 7,
            Self::Enough => 8,
        }
    }

    /// What a store's error means for the slice.
    pub(crate) fn store(error: &longhaul_store::Error) -> Self {
        match error {
            longhaul_store::Error::StaleOwner => Self::Lost,
            error if error.is_outage() => {
                Self::Away { code: error.code(), detail: error.to_string() }
            }
            error => Self::Trouble { code: error.code(), detail: error.to_string() },
        }
    }
}

impl From<CallError> for Halt {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Throttled(wait) => Self::Throttled(wait),
            CallError::Cancelled => Self::Enough,
            CallError::Halted(halt) => halt,
            CallError::Unavailable(error) => {
                Self::Trouble { code: error.code(), detail: describe(&error) }
            }
            CallError::Refused(error) => match error.class() {
                Class::Resync => Self::Resync,
                Class::StopMailbox | Class::Fatal | Class::Rescan | Class::Bug => {
                    Self::Park { code: error.code(), detail: describe(&error) }
                }
                Class::Backoff
                | Class::RetryItem
                | Class::SkipItem
                | Class::Vanished
                | Class::Exists => Self::Trouble { code: error.code(), detail: describe(&error) },
            },
        }
    }
}

/// A sentence without content or addresses, with what a support case needs.
pub(crate) fn describe(error: &longhaul_ews::Error) -> String {
    match error.request_id() {
        Some(id) => format!("{error} (request-id {id})"),
        None => error.to_string(),
    }
}

/// The detail of an item's failure: the service's code if it gave one.
pub(crate) fn item_detail(error: &longhaul_ews::ItemError) -> String {
    error.response_code().map_or_else(|| error.to_string(), str::to_owned)
}

/// What an item's refusal means beyond the item, if anything.
pub(crate) fn beyond_the_item(error: &longhaul_ews::ItemError) -> Option<Halt> {
    match error.class() {
        Class::StopMailbox | Class::Fatal => {
            Some(Halt::Park { code: error.code(), detail: item_detail(error) })
        }
        Class::Rescan => Some(Halt::Park { code: code::FOLDER_GONE, detail: item_detail(error) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_lease_outranks_everything_and_the_longest_wait_counts() {
        let park = Halt::Park { code: code::MAILBOX_FULL, detail: String::new() };
        assert_eq!(park.clone().or(Halt::Lost), Halt::Lost);
        assert_eq!(Halt::Enough.or(park.clone()), park);
        let (short, long) = (Duration::from_secs(1), Duration::from_secs(9));
        assert_eq!(Halt::Throttled(short).or(Halt::Throttled(long)), Halt::Throttled(long));
    }
}
