//! How long a message can be held back.

use std::time::Duration;

/// A step of the delay ladder.
///
/// A broker holds messages back in one queue per step, each with one time-to-live for all its
/// messages: with a time-to-live per message a long wait at the head would hold up shorter ones
/// behind it (RabbitMQ documentation, "Time-to-Live and Expiration"). So a wish is rounded *up*
/// to a step: never shorter than the service asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rung(u32);

impl Rung {
    /// The ladder, in seconds: 1 s to 1 h.
    pub const LADDER: [Self; 12] = [
        Self(1),
        Self(2),
        Self(5),
        Self(10),
        Self(20),
        Self(30),
        Self(60),
        Self(120),
        Self(300),
        Self(600),
        Self(1800),
        Self(3600),
    ];

    /// The shortest step that is at least `wish`; the longest if none is. Who wants a longer wait
    /// finds on delivery that it is still early, and waits again.
    #[must_use]
    pub fn for_wait(wish: Duration) -> Self {
        let longest = Self::LADDER[Self::LADDER.len() - 1];
        Self::LADDER.into_iter().find(|rung| rung.wait() >= wish).unwrap_or(longest)
    }

    /// How long it holds a message.
    #[must_use]
    pub const fn wait(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_shortened_below_an_hour() {
        for millis in [1, 999, 1_000, 1_001, 4_000, 299_999, 3_600_000] {
            let wish = Duration::from_millis(millis);
            assert!(Rung::for_wait(wish).wait() >= wish, "{wish:?} was shortened");
        }
    }

    #[test]
    fn a_wait_of_a_day_is_served_in_steps_of_an_hour() {
        let rung = Rung::for_wait(Duration::from_secs(86_400));
        assert_eq!(rung.wait(), Duration::from_secs(3600));
    }
}
