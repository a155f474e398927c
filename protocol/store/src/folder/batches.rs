//! The set of committed batch numbers, in a form that stays small.

use std::collections::BTreeSet;

use longhaul_core::BatchNo;
use serde::{Deserialize, Serialize};

/// Batch numbers that were committed: all below a mark, and some above it.
///
/// Batches commit out of order, so the numbers above the mark are as many as were in flight.
/// A number that will never be committed (its intent was given up) is added like a committed one,
/// so that the mark can move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchSet {
    below: u64,
    above: BTreeSet<u64>,
}

impl BatchSet {
    /// Whether `batch` is in the set.
    #[must_use]
    pub fn contains(&self, batch: BatchNo) -> bool {
        batch.0 < self.below || self.above.contains(&batch.0)
    }

    /// Adds `batch`; adding it again changes nothing.
    pub fn insert(&mut self, batch: BatchNo) {
        if self.contains(batch) {
            return;
        }
        self.above.insert(batch.0);
        while self.above.remove(&self.below) {
            self.below += 1;
        }
    }

    /// How many numbers are kept one by one.
    #[must_use]
    pub fn stragglers(&self) -> usize {
        self.above.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_exactly_what_was_added(numbers in prop::collection::vec(0_u64..64, 0..80)) {
            let mut set = BatchSet::default();
            for number in &numbers {
                set.insert(BatchNo(*number));
            }
            for number in 0..64 {
                prop_assert_eq!(set.contains(BatchNo(number)), numbers.contains(&number));
            }
        }
    }

    #[test]
    fn in_order_it_keeps_a_single_number() {
        let mut set = BatchSet::default();
        (0..1000).for_each(|number| set.insert(BatchNo(number)));
        assert_eq!(set.stragglers(), 0);
    }
}
