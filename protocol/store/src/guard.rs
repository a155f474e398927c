//! What a write may depend on.

use crate::Version;

/// A record as it was seen. What is written under it is refused once the record has another
/// version or is gone.
///
/// It must be one that changes with the leader only. A heartbeat belongs into another record:
/// each beat is a write, and would refuse the leader its own writes that are under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The record's key.
    pub key: String,
    /// The version it had.
    pub version: Version,
}
