//! The lanes of a process: slots that work for one mailbox share its lane.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use longhaul_core::MailboxId;
use longhaul_store::records::Side;

use super::Lane;

/// The lanes that somebody uses or that are blocked: a hint holds for whoever works for the
/// mailbox next, not only for the slice that met it.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<(Side, MailboxId), Arc<Lane>>>);

impl Lanes {
    /// The lane of a mailbox on one side, made for `requests` at a time if there is none.
    pub(crate) fn lane(&self, side: Side, mailbox: MailboxId, requests: u16) -> Arc<Lane> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&(side, mailbox)) {
            return Arc::clone(lane);
        }
        lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || lane.is_blocked());
        let lane = Arc::new(Lane::new(side, requests));
        lanes.insert((side, mailbox), Arc::clone(&lane));
        lane
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn slices_of_one_mailbox_share_a_lane_and_sides_do_not() {
        let lanes = Lanes::default();
        let mailbox = MailboxId::generate();
        let one = lanes.lane(Side::Source, mailbox, 2);
        assert!(Arc::ptr_eq(&one, &lanes.lane(Side::Source, mailbox, 2)));
        assert!(!Arc::ptr_eq(&one, &lanes.lane(Side::Destination, mailbox, 2)));
    }

    #[test]
    fn lanes_nobody_uses_are_forgotten() {
        let lanes = Lanes::default();
        for _ in 0..100 {
            lanes.lane(Side::Source, MailboxId::generate(), 2);
        }
        assert!(lanes.0.lock().expect("not poisoned").len() <= 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hint_outlives_the_slice_that_met_it() {
        let lanes = Lanes::default();
        let mailbox = MailboxId::generate();
        lanes.lane(Side::Source, mailbox, 2).block(Duration::from_secs(60));
        lanes.lane(Side::Source, MailboxId::generate(), 2);
        assert!(lanes.lane(Side::Source, mailbox, 2).is_blocked());
    }
}
