//! Folders that a pass has nothing to do with (design section 4.10).

use super::{Bounds, Checkpoint, Fingerprint, Outcome};

impl Checkpoint {
    /// Whether a pass with these bounds would find nothing to do, if the source folder looks like
    /// `now`: the last pass had the same bounds and went to the end, the folder has not changed
    /// since before that pass listed it, and nothing is left to be settled or tried again.
    ///
    /// What the destination's user does there is not looked at: no pass copies an item anew or
    /// updates its copy for that.
    #[must_use]
    pub fn is_up_to_date(&self, bounds: Bounds, now: &Fingerprint) -> bool {
        self.outcome == Some(Outcome::Done)
            && self.bounds == bounds
            && self.fingerprint.as_ref() == Some(now)
            && self.position.as_ref().is_some_and(|position| position.last)
            && !self.survey_all
            && self.intents.is_empty()
            && self.counters.held == 0
            && self.counters.to_retry() == 0
    }
}
