//! Items that are asked for, or sent, in one request, and how they are tried again.

use longhaul_ews::Class;
use tokio::time::Instant;

use super::reconcile::Sent;
use crate::throttle::Ladder;

/// Tries of an item before it counts as failed in this pass.
pub(super) const TRIES: u16 = 3;

/// Items of one request.
#[derive(Debug)]
pub(super) struct Group<T> {
    pub(super) members: Vec<T>,
    pub(super) tries: u16,
    /// Not tried again before this.
    pub(super) not_before: Option<Instant>,
    /// When the members were last uploaded, if they were.
    pub(super) sent: Option<Sent>,
}

impl<T> Group<T> {
    pub(super) fn new(members: Vec<T>) -> Self {
        Self { members, tries: 0, not_before: None, sent: None }
    }

    /// Whether a try after this one would be one too many.
    pub(super) const fn is_last_try(&self) -> bool {
        self.tries + 1 >= TRIES
    }

    /// One more try for `members` of this group, after one pause for all: together, but the last
    /// time each alone, whatever its neighbours do.
    pub(super) fn again(&self, members: Vec<T>) -> Vec<Self> {
        if members.is_empty() {
            return Vec::new();
        }
        let tries = self.tries + 1;
        let not_before = Some(Instant::now() + Ladder::of_calls().step(tries));
        let group = |members| Self { members, tries, not_before, sent: self.sent };
        if tries + 1 < TRIES {
            return vec![group(members)];
        }
        members.into_iter().map(|member| group(vec![member])).collect()
    }

    /// What to try after the whole request was refused: fewer items, so that the culprit is found
    /// by halving, at last one.
    ///
    /// # Errors
    ///
    /// The members, if there is nothing left to try.
    pub(super) fn narrowed(mut self, class: Class) -> Result<Vec<Self>, Vec<T>> {
        if self.members.len() > 1 {
            let second = self.members.split_off(self.members.len() / 2);
            let Self { members: first, tries, not_before, sent } = self;
            let group = |members| Self { members, tries, not_before, sent };
            return Ok(vec![group(first), group(second)]);
        }
        let members = std::mem::take(&mut self.members);
        if class == Class::RetryItem && !self.is_last_try() {
            return Ok(self.again(members));
        }
        Err(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn retried_items_share_one_pause_and_go_alone_the_last_time() {
        let first = Group::new((0..10).collect());
        let mut second = first.again(vec![1, 2, 3]);
        assert_eq!(second.len(), 1);
        let second = second.remove(0);
        let third = second.again(second.members.clone());
        assert_eq!(third.iter().map(|group| group.members.len()).collect::<Vec<_>>(), [1, 1, 1]);
        assert!(third.iter().all(|group| group.is_last_try()));
        assert!(third.iter().all(|group| group.not_before == third[0].not_before));
        assert!(first.again(Vec::new()).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_culprit_that_can_never_pass_is_given_up_as_soon_as_it_is_alone() {
        let mut work = vec![Group::new(vec!["good", "bad"])];
        work = work.remove(0).narrowed(Class::Bug).expect("two are halved");
        assert_eq!(work.len(), 2);
        let bad = work.remove(1);
        assert_eq!(bad.narrowed(Class::Bug).expect_err("never"), ["bad"]);
        let good = work.remove(0);
        assert_eq!(good.narrowed(Class::RetryItem).expect("later").len(), 1);
    }
}
