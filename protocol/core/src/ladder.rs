//! Growing waits. The only place that knows the crate `backoff`, so that it can be replaced here.

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;
use backoff::exponential::ExponentialBackoffBuilder;

/// The least wait when the service asks to back off: its hint can be 0
/// ("Suggested backoff time 0 ms", ews-managed-api issue 293).
const FLOOR: Duration = Duration::from_secs(1);

/// Added on top of a wait, at most: waiters of one hint must not return as one.
const JITTER: f64 = 0.25;

/// A ladder of waits, each longer than the one before up to a limit.
#[derive(Debug)]
pub struct Ladder(ExponentialBackoff);

impl Ladder {
    /// For retries of a request within a slice: some seconds.
    #[must_use]
    pub fn of_calls() -> Self {
        Self::new(Duration::from_millis(500), Duration::from_secs(30))
    }

    /// For connecting again to a broker or store: soon at first, as many return at once.
    #[must_use]
    pub fn of_connections() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(10))
    }

    /// For retries of a slice: seconds to minutes.
    #[must_use]
    pub fn of_slices() -> Self {
        Self::new(Duration::from_secs(2), Duration::from_secs(600))
    }

    fn new(first: Duration, longest: Duration) -> Self {
        Self(
            ExponentialBackoffBuilder::new()
                .with_initial_interval(first)
                .with_max_interval(longest)
                .with_multiplier(2.0)
                .with_randomization_factor(0.0)
                .with_max_elapsed_time(None)
                .build(),
        )
    }

    /// The next wait: the ladder's step or the service's hint, whichever is longer, and jitter on
    /// top. A hint is never shortened.
    pub fn next(&mut self, hint: Option<Duration>) -> Duration {
        let step = self.0.next_backoff().unwrap_or(FLOOR);
        let wait = hint.map_or(step, |hint| hint.max(FLOOR).max(step));
        wait + wait.mul_f64(rand::random_range(0.0..JITTER))
    }

    /// The ladder without its first steps.
    #[must_use]
    pub fn skipping(mut self, steps: u16) -> Self {
        for _ in 0..steps {
            self.0.next_backoff();
        }
        self
    }

    /// The wait before try number `attempt` (from 0).
    #[must_use]
    pub fn step(self, attempt: u16) -> Duration {
        self.skipping(attempt).next(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_hint_is_never_shortened(millis in 0_u64..10_000_000, steps in 0_u16..12) {
            let mut ladder = Ladder::of_calls();
            (0..steps).for_each(|_| { ladder.next(None); });
            let hint = Duration::from_millis(millis);
            let wait = ladder.next(Some(hint));
            prop_assert!(wait >= hint && wait >= FLOOR, "{wait:?} for a hint of {hint:?}");
        }

        #[test]
        fn a_wait_without_a_hint_stays_within_the_ladder(attempt in 0_u16..40) {
            let wait = Ladder::of_slices().step(attempt);
            prop_assert!(wait >= Duration::from_secs(2));
            prop_assert!(wait <= Duration::from_secs(750));
        }
    }
}
