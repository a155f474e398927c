//! What entries add up to.

use longhaul_core::Bytes;

use super::Entry;

/// What entries do to a folder's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Items that stand and did not before.
    pub added: u64,
    /// Items of which something else is known now.
    pub replaced: u64,
    /// Items that are no longer the folder's.
    pub removed: u64,
    /// Sizes that came in.
    pub came: Bytes,
    /// Sizes that went out.
    pub went: Bytes,
    /// Items that are held from now on.
    pub held: u64,
    /// Items that no longer are.
    pub released: u64,
}

impl Sums {
    /// The sums of `entries`.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut sums = Self::default();
        for entry in entries {
            match entry {
                Entry::Stands(record) => {
                    sums.added += 1;
                    sums.came += record.size;
                }
                Entry::Replaced { record, was } => {
                    sums.replaced += 1;
                    sums.came += record.size;
                    sums.went += *was;
                }
                Entry::Left(_) => sums.held += 1,
                Entry::Back(_) => sums.released += 1,
                Entry::Gone { was, .. } => {
                    sums.removed += 1;
                    sums.released += 1;
                    sums.went += *was;
                }
            }
        }
        sums
    }
}
