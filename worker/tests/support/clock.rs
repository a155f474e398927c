//! A clock that runs, and can be moved on.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use longhaul_core::{Clock, SystemClock, Timestamp};

/// The machine's clock, some time ahead.
#[derive(Debug, Default)]
pub(crate) struct ShiftedClock(AtomicI64);

impl ShiftedClock {
    /// Lets so much time pass at once.
    pub(crate) fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).expect("a short time");
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        Timestamp(SystemClock.now().0 + self.0.load(Ordering::SeqCst))
    }
}
