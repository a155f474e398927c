//! The moment in which users and passes stop.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether it is over; waited for by those who pace themselves.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    over: Mutex<bool>,
    rung: Condvar,
}

impl Ending {
    /// It is over: everybody who waits goes on.
    pub(crate) fn ring(&self) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.rung.notify_all();
    }

    /// Waits for `time`, or until it is over; whether it is.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.rung.wait_timeout_while(over, time, |over| !*over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        self.wait(Duration::ZERO)
    }
}

/// Waits, for who has nothing to be woken by.
pub(crate) fn pause(time: Duration) {
    Ending::default().wait(time);
}
