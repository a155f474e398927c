//! What an operator can set on the engine.

use std::time::Duration;

/// How the engine feeds and watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Folder jobs of one mailbox that may be in the queue or in work at a time.
    pub window: usize,
    /// Slots of workers that are no members of the fleet. With those of the members, four times as
    /// many jobs are in the queue at most (design section 3).
    pub slots: usize,
    /// Mailboxes whose folders are mapped at a time; more in a fleet with more than 16 times as
    /// many slots.
    pub preparing: usize,
    /// Mailboxes that are probed at a time when a project is submitted.
    pub probes: usize,
    /// How often the engine looks at the store.
    pub poll: Duration,
    /// A published job without lease and without progress for so long is published again, if
    /// nothing waits in the queue; after [`Self::REPUBLISH_WHATEVER_WAITS`] times as long also if
    /// something does. Longer than the longest wait of a worker between two tries of a slice (some
    /// 13 minutes), which the store does not show. After a restart of the engine or a pause this
    /// is not waited for.
    pub republish_after: Duration,
    /// Tries of a mailbox's preparation before the pass gives it up. Throttling does not count.
    pub prepare_attempts: u32,
    /// Wait before the second try of a preparation; doubled for each further one, up to
    /// [`Self::prepare_wait_longest`].
    pub prepare_wait: Duration,
    /// The longest wait between two tries of a preparation, unless the service asks for more.
    pub prepare_wait_longest: Duration,
}

impl Options {
    /// A job's message waits behind three others of each slot at most, each a slice of some
    /// minutes: after 45 minutes it is not in the queue, whatever is. If it is all the same, it is
    /// there twice, which costs a look at the store.
    pub const REPUBLISH_WHATEVER_WAITS: u32 = 3;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            window: 8,
            slots: 4,
            preparing: 4,
            probes: 8,
            poll: Duration::from_millis(500),
            republish_after: Duration::from_secs(900),
            prepare_attempts: 8,
            prepare_wait: Duration::from_secs(2),
            prepare_wait_longest: Duration::from_secs(300),
        }
    }
}
