//! How many jobs each mailbox may put into the queue now.

/// What a mailbox has to offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Demand {
    /// Folders not offered to workers yet.
    pub(super) planned: usize,
    /// Folders in the queue or in work.
    pub(super) outstanding: usize,
    /// Folders that wait, usually because the service asked for it. They use up the mailbox's
    /// window, because the others would be told the same, and nothing of the fleet's budget.
    pub(super) deferred: usize,
}

impl Demand {
    /// What it can use of the fleet's budget, now or when folders of its own are done.
    pub(super) fn appetite(&self, window: usize) -> usize {
        (self.planned + self.outstanding).min(window.saturating_sub(self.deferred))
    }
}

/// How many jobs each mailbox may publish: one after the other in turn, `first` before the
/// others, none more than its window, all together no more than the budget.
pub(super) fn allot(demands: &[Demand], window: usize, budget: usize, first: usize) -> Vec<usize> {
    let mut given = vec![0; demands.len()];
    let used: usize = demands.iter().map(|demand| demand.outstanding).sum();
    let mut left = budget.saturating_sub(used);
    let mut served = true;
    while served {
        served = false;
        for step in 0..demands.len() {
            let at = (first + step) % demands.len();
            let demand = &demands[at];
            let open = given[at] + demand.outstanding + demand.deferred;
            if left > 0 && given[at] < demand.planned && open < window {
                given[at] += 1;
                left -= 1;
                served = true;
            }
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn demand(planned: usize, outstanding: usize, deferred: usize) -> Demand {
        Demand { planned, outstanding, deferred }
    }

    #[test]
    fn a_big_mailbox_does_not_crowd_out_small_ones() {
        let demands = [demand(300, 0, 0), demand(2, 0, 0), demand(1, 0, 0)];
        assert_eq!(allot(&demands, 8, 6, 0), [3, 2, 1]);
        assert_eq!(allot(&demands, 8, 100, 0), [8, 2, 1]);
    }

    #[test]
    fn who_is_first_moves_on_when_the_budget_is_small() {
        let demands = [demand(9, 0, 0); 3];
        assert_eq!(allot(&demands, 8, 1, 0), [1, 0, 0]);
        assert_eq!(allot(&demands, 8, 1, 1), [0, 1, 0]);
        assert_eq!(allot(&demands, 8, 1, 5), [0, 0, 1]);
    }

    #[test]
    fn a_throttled_mailbox_costs_the_others_nothing() {
        let demands = [demand(50, 0, 8), demand(50, 0, 0)];
        assert_eq!(allot(&demands, 8, 8, 0), [0, 8]);
        assert_eq!(demands[0].appetite(8), 0);
    }

    proptest! {
        #[test]
        fn window_and_budget_hold_and_nothing_is_left_that_fits(
            rows in prop::collection::vec((0_usize..20, 0_usize..10, 0_usize..10), 0..8),
            window in 1_usize..10,
            budget in 0_usize..40,
            first in 0_usize..10,
        ) {
            let demands: Vec<_> = rows.into_iter().map(|(p, o, d)| demand(p, o, d)).collect();
            let given = allot(&demands, window, budget, first);
            let used: usize = demands.iter().map(|d| d.outstanding).sum();
            let total: usize = given.iter().sum();
            prop_assert!(total <= budget.saturating_sub(used));
            let mut could = 0;
            for (demand, given) in demands.iter().zip(&given) {
                let room = window.saturating_sub(demand.outstanding + demand.deferred);
                prop_assert!(*given <= room.min(demand.planned));
                could += room.min(demand.planned);
            }
            prop_assert_eq!(total, could.min(budget.saturating_sub(used)));
        }
    }
}
