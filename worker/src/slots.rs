//! Since when each slot works on its job, so that one that is stuck for good is noticed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// No job takes so long: a slice ends after minutes, and the biggest item the service takes, both
/// ways at the slowest rate that is waited for, takes less than an hour.
const STUCK: Duration = Duration::from_secs(3 * 3600);

/// The slots of a worker that are at work. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Slots(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    since: BTreeMap<u64, Instant>,
}

/// A slot at work, until it is dropped.
#[derive(Debug)]
pub(crate) struct Busy {
    slots: Slots,
    number: u64,
}

impl Slots {
    /// A slot begins with a job.
    pub(crate) fn begin(&self) -> Busy {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.since.insert(number, Instant::now());
        drop(state);
        Busy { slots: self.clone(), number }
    }

    /// Whether a job takes longer than any can: only a new process helps.
    #[must_use]
    pub fn are_stuck(&self) -> bool {
        self.lock().since.values().any(|since| since.elapsed() > STUCK)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.slots.lock().since.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_that_never_ends_is_noticed_and_many_short_ones_are_not() {
        let slots = Slots::default();
        let first = slots.begin();
        for _ in 0..10 {
            let short = slots.begin();
            tokio::time::advance(STUCK / 10).await;
            drop(short);
        }
        assert!(!slots.are_stuck());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(slots.are_stuck());
        drop(first);
        assert!(!slots.are_stuck());
    }
}
