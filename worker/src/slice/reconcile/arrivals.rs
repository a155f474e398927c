//! What this slice has put into the destination folder lately.

use std::collections::{HashMap, VecDeque};

use longhaul_core::ItemKey;
use tokio::time::Instant;

/// Arrivals remembered: more than all batches under way can bring.
const REMEMBERED: usize = 4096;

/// The last items that were answered as stored, in the order of the answers.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    last: VecDeque<ItemKey>,
    /// Arrivals so far.
    count: u64,
}

/// When a request was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// The moment.
    pub(super) at: Instant,
    /// Arrivals before it. They are older than anything that the request brought.
    pub(super) arrivals: u64,
}

impl Arrivals {
    pub(crate) fn note(&mut self, destination: ItemKey) {
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(destination);
        self.count += 1;
    }

    /// For a request that is sent now.
    pub(crate) fn sent_now(&self) -> Sent {
        Sent { at: Instant::now(), arrivals: self.count }
    }

    /// Each remembered arrival and how many came before it.
    pub(super) fn by_key(&self) -> HashMap<ItemKey, u64> {
        let first = self.count - self.last.len() as u64;
        self.last.iter().copied().zip(first..).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_arrivals_are_remembered_with_their_place() {
        let mut arrivals = Arrivals::default();
        let key = |n: usize| ItemKey::of(&n.to_string());
        (0..REMEMBERED + 10).for_each(|n| arrivals.note(key(n)));
        let known = arrivals.by_key();
        assert_eq!(known.len(), REMEMBERED);
        assert_eq!(known.get(&key(9)), None);
        assert_eq!(known.get(&key(10)), Some(&10));
        assert_eq!(arrivals.sent_now().arrivals, REMEMBERED as u64 + 10);
    }
}
