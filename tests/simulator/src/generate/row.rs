//! A row of varied items for one folder.

use crate::mailbox::ItemSource;
use crate::mapi::{Item, Time};

use super::{kinds::Kind, random::Random};

/// Items whose kinds take turns.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) seed: u64,
    /// Tells rows of the same seed apart.
    pub(super) folder: u64,
    pub(super) count: u64,
    /// Not empty.
    pub(super) kinds: Vec<Kind>,
    /// Whether each item has an equal one beside it.
    pub(super) twins: bool,
}

/// Time of the first item of each row; six hours to the next, more or less.
const FIRST: Time = Time::from_unix_seconds(1_609_459_200);

impl ItemSource for Row {
    fn count(&self) -> u64 {
        self.count
    }

    fn item(&self, index: u64) -> Item {
        let index = if self.twins { index / 2 } else { index };
        let mut random = Random::of(self.seed, &[self.folder, index]);
        let minute = index as i64 * 360 + random.below(300) as i64;
        let kind = self.kinds[(index % self.kinds.len() as u64) as usize];
        kind.make(&mut random, FIRST.plus(minute * Time::MINUTE))
    }
}
