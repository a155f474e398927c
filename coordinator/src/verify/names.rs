//! How many items a report names.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{FolderReport, Report};

/// Names that are left for the whole report: lists stay bounded, however much there is to find.
#[derive(Debug)]
pub(super) struct Names(AtomicUsize);

impl Default for Names {
    fn default() -> Self {
        Self(AtomicUsize::new(Report::NAMES))
    }
}

impl Names {
    /// Adds an entry to a list, unless that or the report is full.
    pub(super) fn put<T>(&self, list: &mut Vec<T>, entry: impl FnOnce() -> T) {
        if list.len() >= FolderReport::LIST {
            return;
        }
        let take = |left: usize| left.checked_sub(1);
        if self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            list.push(entry());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_list_nor_the_report_grows_beyond_its_bound() {
        let names = Names::default();
        let mut total = 0;
        for _ in 0..2 * Report::NAMES / FolderReport::LIST {
            let mut list = Vec::new();
            (0..100_000).for_each(|n| names.put(&mut list, || n));
            assert!(list.len() <= FolderReport::LIST);
            total += list.len();
        }
        assert_eq!(total, Report::NAMES);
    }
}
