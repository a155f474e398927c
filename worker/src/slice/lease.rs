//! Keeping a lease while a slice works.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use longhaul_store::folder::Lease;
use longhaul_store::{Error, Store};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How much longer than an upload's time-out the lease must last.
const MARGIN: Duration = Duration::from_secs(10);

/// A lease with its heartbeat.
#[derive(Debug)]
pub(crate) struct Keeper {
    store: Arc<dyn Store>,
    ttl: Duration,
    state: Mutex<State>,
    lost: CancellationToken,
}

#[derive(Clone, Copy, Debug)]
struct State {
    lease: Lease,
    /// The lease certainly lasts until then: measured from before the store was asked.
    sure_until: Instant,
}

impl Keeper {
    /// Keeps `lease`, granted for `ttl` by a call that was made at `asked`.
    pub(crate) fn new(store: Arc<dyn Store>, lease: Lease, ttl: Duration, asked: Instant) -> Self {
        let state = State { lease, sure_until: asked + ttl };
        Self { store, ttl, state: Mutex::new(state), lost: CancellationToken::new() }
    }

    /// The lease as last renewed.
    pub(crate) fn lease(&self) -> Lease {
        self.state().lease
    }

    /// Cancelled when the folder is no longer ours.
    pub(crate) const fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Makes sure that the lease outlasts `runtime` (CP-3).
    ///
    /// # Errors
    ///
    /// [`Error::StaleOwner`] if the folder is no longer ours.
    pub(crate) async fn cover(&self, runtime: Duration) -> Result<(), Error> {
        let needed = runtime + MARGIN;
        if self.state().sure_until.saturating_duration_since(Instant::now()) >= needed {
            return Ok(());
        }
        // Longer than needed, so that not every batch has to ask.
        self.renew(self.ttl.max(needed * 2)).await
    }

    /// Renews the lease until it is lost. Never returns otherwise; cancel it.
    pub(crate) async fn heartbeat(&self) {
        loop {
            tokio::time::sleep(self.ttl / 3).await;
            let left = self.state().sure_until.saturating_duration_since(Instant::now());
            match self.renew(self.ttl.max(left)).await {
                Ok(()) => {}
                Err(Error::StaleOwner | Error::NotFound(_)) => break,
                Err(error) if left.is_zero() => {
                    tracing::warn!(%error, "lease ran out while the store did not answer");
                    break;
                }
                Err(error) => tracing::debug!(%error, "heartbeat failed"),
            }
        }
        self.lost.cancel();
    }

    /// Gives the lease back, so that the next owner need not wait for its end.
    ///
    /// # Errors
    ///
    /// The store's; a lease that is no longer ours is none.
    pub(crate) async fn release(&self) -> Result<(), Error> {
        match self.store.release(&self.lease()).await {
            Err(Error::StaleOwner) => Ok(()),
            answer => answer,
        }
    }

    async fn renew(&self, ttl: Duration) -> Result<(), Error> {
        let asked = Instant::now();
        let lease = self.store.renew(&self.lease(), ttl).await?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State { lease, sure_until: asked + ttl };
        Ok(())
    }

    fn state(&self) -> State {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
