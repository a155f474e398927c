//! What an operator can set on a worker.

use std::time::Duration;

use longhaul_core::Bytes;
use longhaul_settings::Common;

/// The part of a program's grace time that slices leave to what stops after them.
const RESERVE: Duration = Duration::from_secs(3);

/// How a worker works. All limits are per process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Folder jobs at a time.
    pub slots: u16,
    /// Content held in memory at a time, over all slots.
    pub bytes_in_flight: Bytes,
    /// How long a lease runs without a heartbeat: the time a dead worker's folder stands still.
    pub lease: Duration,
    /// A slice ends after so long.
    pub slice_time: Duration,
    /// A slice ends after copying so much.
    pub slice_bytes: Bytes,
    /// What an upload request may take, on top of the time its bytes need.
    pub upload_time: Duration,
    /// How long after an upload's deadline its effect may still appear in the destination.
    pub settle: Duration,
    /// Failed tries of a slice before its folder is given up for the pass.
    pub attempts: u16,
    /// How long a stopping worker lets its slices run to their next commit.
    pub grace: Duration,
}

impl Options {
    /// The time-out of an upload of so many bytes. The rate is ours: a quarter of what a loaded
    /// back end was assumed to take in for the batch size.
    #[must_use]
    pub fn upload_timeout(&self, size: Bytes) -> Duration {
        const BYTES_PER_SECOND: u64 = 128 * 1024;
        self.upload_time + Duration::from_secs(size.0 / BYTES_PER_SECOND)
    }
}

impl From<&Common> for Options {
    fn from(common: &Common) -> Self {
        let grace = common.grace;
        Self {
            slots: common.slots,
            bytes_in_flight: common.bytes_in_flight,
            lease: common.folder_lease,
            upload_time: common.upload_time,
            settle: common.settle,
            grace: grace.saturating_sub(RESERVE).max(grace / 2),
            ..Self::default()
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            slots: 4,
            bytes_in_flight: Bytes::mib(256),
            lease: Duration::from_secs(120),
            slice_time: Duration::from_secs(300),
            slice_bytes: Bytes::mib(1024),
            upload_time: Duration::from_secs(60),
            settle: Duration::from_secs(120),
            attempts: 10,
            grace: Duration::from_secs(30),
        }
    }
}
