//! What users, passes and blows know of each other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use longhaul_e2e::{Finished, Fleet, Simulator};

use crate::ending::Ending;

/// Everything that more than one thread looks at.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) fleet: Fleet,
    pub(crate) simulator: Simulator,
    pub(crate) ending: Ending,
    /// Passes begun so far.
    begun: AtomicU64,
    /// By source address, the last full pass that has left nothing undone.
    settled: Mutex<BTreeMap<String, u64>>,
    /// Where coordinators are, or were a moment ago.
    urls: Mutex<Vec<String>>,
    since: Instant,
}

impl Shared {
    pub(crate) fn new(fleet: Fleet, simulator: Simulator) -> Self {
        Self {
            fleet,
            simulator,
            ending: Ending::default(),
            begun: AtomicU64::new(0),
            settled: Mutex::default(),
            urls: Mutex::default(),
            since: Instant::now(),
        }
    }

    /// Says something with its time.
    pub(crate) fn say(&self, what: impl std::fmt::Display) {
        println!("{:>6.1} s  {what}", self.since.elapsed().as_secs_f64());
    }

    /// Takes note of where coordinators are now.
    pub(crate) fn coordinators_at(&self, urls: Vec<String>) {
        *self.urls.lock().unwrap_or_else(PoisonError::into_inner) = urls;
    }

    /// Runs a command at one of the coordinators; none if all that were tried are away or refuse.
    pub(crate) fn command(&self, arguments: &[&str]) -> Option<Finished> {
        let urls = self.urls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        urls.iter().rev().find_map(|url| {
            let finished = self.fleet.longhaul_at(url, arguments).ok()?;
            finished.success().ok()
        })
    }

    /// Notes that a pass has begun.
    pub(crate) fn begin_pass(&self, number: u64) {
        self.begun.store(number, Ordering::SeqCst);
    }

    /// The pass that began last.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Notes that a pass has left nothing undone in a mailbox.
    pub(crate) fn settle(&self, source: &str, number: u64) {
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        settled.insert(source.to_owned(), number);
    }

    /// The last pass that did, if any.
    pub(crate) fn settled(&self, source: &str) -> u64 {
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        settled.get(source).copied().unwrap_or_default()
    }
}
