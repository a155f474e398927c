//! Whether a pass still wants its slices.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::state::PassState;
use longhaul_core::{PassId, ProjectId};
use longhaul_store::records::{PassRecord, load};
use longhaul_store::{Error, Store};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer of the store is good for: the most a stopped pass goes on feeding.
const FRESH: Duration = Duration::from_secs(1);

/// Looks at the pass from time to time.
#[derive(Debug)]
pub(crate) struct Control {
    store: Arc<dyn Store>,
    key: String,
    seen: Mutex<Option<(Instant, bool)>>,
}

impl Control {
    pub(crate) fn new(store: Arc<dyn Store>, project: ProjectId, pass: PassId) -> Self {
        Self { store, key: PassRecord::key_of(project, pass), seen: Mutex::new(None) }
    }

    /// Whether the pass is running. While the store does not answer, no: begin nothing new.
    pub(crate) async fn may_go_on(&self) -> bool {
        self.is_running().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the pass cannot be read");
            false
        })
    }

    /// Whether the pass is running.
    ///
    /// # Errors
    ///
    /// The store's.
    pub(crate) async fn is_running(&self) -> Result<bool, Error> {
        let mut seen = self.seen.lock().await;
        if let Some((at, running)) = *seen
            && at.elapsed() < FRESH
        {
            return Ok(running);
        }
        let pass = load::<PassRecord>(&*self.store, &self.key).await?;
        let running = pass.is_some_and(|(pass, _)| pass.state == PassState::Running);
        *seen = Some((Instant::now(), running));
        Ok(running)
    }
}
