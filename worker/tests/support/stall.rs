//! A store whose commits take their time, or never come back.

use std::sync::Arc;
use std::time::Duration;

use longhaul_store::{Around, Error, Store, Wrapped};
use longhaul_telemetry::labels::StoreCall;
use tokio::sync::Notify;

/// Holds commits up, for a while or for ever; a commit that is held up for ever is never written.
#[derive(Debug)]
pub(crate) struct Stall {
    after: Option<Duration>,
    reached: Notify,
}

impl Stall {
    /// Commits never come back.
    pub(crate) fn of_commits() -> Arc<Self> {
        Arc::new(Self { after: None, reached: Notify::new() })
    }

    /// Each commit takes so long.
    pub(crate) fn of_commits_for(after: Duration) -> Arc<Self> {
        Arc::new(Self { after: Some(after), reached: Notify::new() })
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
        if call == StoreCall::Commit {
            self.reached.notify_one();
            match self.after {
                Some(after) => tokio::time::sleep(after).await,
                None => std::future::pending().await,
            }
        }
        inner.await
    }
}
