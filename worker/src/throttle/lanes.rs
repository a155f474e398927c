//! The lanes of a process: slots that work for one mailbox share its lane.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use longhaul_core::MailboxId;
use longhaul_store::records::Side;

use super::Lane;

/// Lanes in use. One that nobody holds any more is forgotten, and its hint with it: a hint
/// matters to others only while they work for the mailbox, and the job that met it is deferred
/// by it in any case.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<(Side, MailboxId), Weak<Lane>>>);

impl Lanes {
    /// The lane of a mailbox on one side, made for `requests` at a time if there is none.
    pub(crate) fn lane(&self, side: Side, mailbox: MailboxId, requests: u16) -> Arc<Lane> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&(side, mailbox)).and_then(Weak::upgrade) {
            return lane;
        }
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let lane = Arc::new(Lane::new(requests));
        lanes.insert((side, mailbox), Arc::downgrade(&lane));
        lane
    }
}

#[cfg(test)]
mod tests {
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
}
