//! A store whose commits take their time, or never come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use longhaul_store::{Around, Error, Store, Wrapped};
use longhaul_telemetry::labels::StoreCall;
use tokio::sync::Notify;

/// Holds commits up, for a while or for ever; a commit that is held up for ever is never written.
#[derive(Debug)]
pub(crate) struct Stall {
    after: Option<Duration>,
    /// Commits that pass before.
    passing: AtomicU64,
    reached: Notify,
}

impl Stall {
    /// Commits never come back.
    pub(crate) fn of_commits() -> Arc<Self> {
        Self::after_commits(0)
    }

    /// So many commits pass, the others never come back.
    pub(crate) fn after_commits(commits: u64) -> Arc<Self> {
        Arc::new(Self { after: None, passing: AtomicU64::new(commits), reached: Notify::new() })
    }

    /// Each commit takes so long.
    pub(crate) fn of_commits_for(after: Duration) -> Arc<Self> {
        let (passing, reached) = (AtomicU64::new(0), Notify::new());
        Arc::new(Self { after: Some(after), passing, reached })
    }

    /// The store `inner`, held up.
    pub(crate) fn over(self: &Arc<Self>, inner: &Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(Wrapped::new(Arc::clone(inner), Arc::clone(self)))
    }

    /// Until somebody wants to commit.
    pub(crate) async fn reached(&self) {
        let reached = tokio::time::timeout(super::PATIENCE, self.reached.notified()).await;
        reached.expect("nobody commits");
    }
}

impl Around for Stall {
    async fn call<T: Send>(
        &self,
        call: StoreCall,
        inner: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        let count = |left: u64| left.checked_sub(1);
        let passes =
            || self.passing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, count).is_ok();
        if call == StoreCall::Commit && !passes() {
            self.reached.notify_one();
            match self.after {
                Some(after) => tokio::time::sleep(after).await,
                None => std::future::pending().await,
            }
        }
        inner.await
    }
}
