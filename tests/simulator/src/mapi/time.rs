//! Points in time as Exchange stores them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Ticks of 100 ns since 1601-01-01 UTC, a Windows FILETIME (Microsoft: MS-DTYP 2.3.3).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub(crate) struct Time(pub(crate) i64);

/// Seconds from 1601-01-01 to 1970-01-01.
const UNIX_EPOCH_SECONDS: i64 = 11_644_473_600;

impl Time {
    /// Ticks in one second.
    pub(crate) const SECOND: i64 = 10_000_000;
    /// Ticks in one minute.
    pub(crate) const MINUTE: i64 = 60 * Self::SECOND;
    /// Ticks in one day.
    pub(crate) const DAY: i64 = 1440 * Self::MINUTE;

    /// The time that is this many seconds after 1970-01-01 UTC.
    pub(crate) const fn from_unix_seconds(seconds: i64) -> Self {
        Self((seconds + UNIX_EPOCH_SECONDS) * Self::SECOND)
    }

    /// The same moment as a timestamp; moments outside its range become its nearest end.
    pub(crate) fn to_timestamp(self) -> Timestamp {
        let seconds = self.0.div_euclid(Self::SECOND) - UNIX_EPOCH_SECONDS;
        let nanos = self.0.rem_euclid(Self::SECOND) * 100;
        let nanos = i32::try_from(nanos).unwrap_or_default();
        let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::new(seconds, nanos).unwrap_or(end)
    }

    /// The same moment in ticks; finer fractions are cut.
    pub(crate) fn from_timestamp(moment: Timestamp) -> Self {
        let ticks = moment.as_nanosecond().div_euclid(100);
        let ticks = i64::try_from(ticks).unwrap_or(i64::MAX);
        Self(ticks.saturating_add(UNIX_EPOCH_SECONDS * Self::SECOND))
    }

    /// Later (or, negative, earlier) by ticks.
    pub(crate) const fn plus(self, ticks: i64) -> Self {
        Self(self.0.saturating_add(ticks))
    }

    /// Whole minutes since 1601, the unit of recurrence blobs (Microsoft: MS-OXOCAL 2.2.1.44).
    pub(crate) const fn minutes(self) -> u32 {
        (self.0 / Self::MINUTE) as u32
    }
}
