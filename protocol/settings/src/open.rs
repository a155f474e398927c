//! From settings to queue and store.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::Ladder;
use longhaul_queue::Queue;
use longhaul_store::Store;
use tokio::time::{Instant, sleep};

use crate::Common;

impl Common {
    /// Opens the queue; waits for it for a while, as set.
    ///
    /// # Errors
    ///
    /// What waiting does not help against, or the last reason when it was waited for in vain.
    pub async fn open_queue(&self, name: &str) -> Result<Arc<dyn Queue>, longhaul_queue::Error> {
        let options = self.queue_options(name);
        let open = || longhaul_queue::open(&options);
        patiently("queue", self.wait, open, longhaul_queue::Error::is_outage).await
    }

    /// Opens the store, likewise; the embedded one is a file in `folder`.
    ///
    /// # Errors
    ///
    /// Likewise.
    pub async fn open_store(&self, folder: &Path) -> Result<Arc<dyn Store>, longhaul_store::Error> {
        let options = self.store_options(folder);
        let open = || longhaul_store::open(&options);
        patiently("store", self.wait, open, longhaul_store::Error::is_outage).await
    }

    /// How the queue is opened; the broker's own tools call the connections `name`.
    #[must_use]
    pub(crate) fn queue_options(&self, name: &str) -> longhaul_queue::Options {
        let defaults = longhaul_queue::Options::default();
        let queue = &self.queue;
        longhaul_queue::Options {
            url: queue.url.expose().to_owned(),
            prefix: queue.prefix.clone().unwrap_or(defaults.prefix),
            ca: queue.ca.clone(),
            certificate: queue.certificate.clone(),
            key: queue.key.clone(),
            name: name.to_owned(),
        }
    }

    /// How the store is opened; the embedded one is a file in `folder`.
    #[must_use]
    pub(crate) fn store_options(&self, folder: &Path) -> longhaul_store::Options {
        let defaults = longhaul_store::Options::default();
        let store = &self.store;
        longhaul_store::Options {
            url: store.url.expose().to_owned(),
            folder: folder.to_owned(),
            prefix: store.prefix.clone().unwrap_or(defaults.prefix),
            ca: store.ca.clone(),
            certificate: store.certificate.clone(),
            key: store.key.clone(),
            allow_unsafe: store.allow_unsafe,
            clock: defaults.clock,
        }
    }
}

/// Tries to open something until it is there, for `patience` at most.
async fn patiently<T, E: Display, F: Future<Output = Result<T, E>>>(
    what: &str,
    patience: Duration,
    open: impl Fn() -> F,
    is_outage: impl Fn(&E) -> bool,
) -> Result<T, E> {
    let (begun, mut ladder) = (Instant::now(), Ladder::of_connections());
    let mut waited = false;
    loop {
        let error = match open().await {
            Err(error) if is_outage(&error) => error,
            opened => {
                if waited && opened.is_ok() {
                    tracing::info!("the {what} is there");
                }
                return opened;
            }
        };
        let left = patience.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(error);
        }
        if !waited {
            tracing::warn!("waiting up to {patience:?} for the {what}: {error}");
            waited = true;
        }
        sleep(ladder.next(None).min(left)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Opens at the try `there`; what came of it, the tries, and how long it took.
    async fn opened(there: u32, patience: u64) -> (Result<(), String>, u32, Duration) {
        let (tries, begun) = (Cell::new(0), Instant::now());
        let open = async || {
            tries.set(tries.get() + 1);
            if tries.get() < there { Err("away".to_owned()) } else { Ok(()) }
        };
        let patience = Duration::from_secs(patience);
        let answer = patiently("store", patience, open, |error| error == "away").await;
        (answer, tries.get(), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_away_is_waited_for_as_long_as_was_set() {
        let (answer, tries, took) = opened(5, 60).await;
        assert!(answer.is_ok() && tries == 5 && took < Duration::from_secs(10), "{took:?}");
        let (answer, _, took) = opened(u32::MAX, 60).await;
        assert_eq!((answer, took), (Err("away".to_owned()), Duration::from_secs(60)));
    }

    #[tokio::test(start_paused = true)]
    async fn without_patience_or_hope_nothing_is_waited_for() {
        let (answer, tries, took) = opened(2, 0).await;
        assert_eq!((answer.is_err(), tries, took), (true, 1, Duration::ZERO));
        let refused = async || Err::<(), _>("refused".to_owned());
        let patience = Duration::from_secs(60);
        let begun = Instant::now();
        let answer = patiently("store", patience, refused, |error| error == "away").await;
        assert_eq!((answer, begun.elapsed()), (Err("refused".to_owned()), Duration::ZERO));
    }
}
