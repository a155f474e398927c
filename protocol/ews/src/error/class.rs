//! What to do about a failure.

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Wait (at least the hint), then send the same again. No attempt is used up.
    Backoff,
    /// Try the item again, few times and at last alone; then record it as failed.
    RetryItem,
    /// Record the item as failed at once: the same request can never succeed.
    SkipItem,
    /// The item is gone, or cannot be seen. Not a failure.
    Vanished,
    /// Stop this mailbox, and look again later: it is full, moving or not there.
    StopMailbox,
    /// Stop: a person has to change something first.
    Fatal,
    /// The folder is gone: read the folder tree again.
    Rescan,
    /// The sync state is unusable: list the folder from an empty state.
    Resync,
    /// What was to be created is there: look it up and adopt it.
    Exists,
    /// The service calls our request malformed: a fault of longhaul.
    Bug,
}

/// Whether the service may have carried out a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Executed {
    /// It has not.
    No,
    /// It may have, in whole or in part.
    Unknown,
}
