//! The workers in the process of `up`.

use std::sync::Arc;

use longhaul_core::OwnerToken;
use longhaul_queue::Queue;
use longhaul_settings::Common;
use longhaul_store::Store;
use longhaul_store::records::MemberRole;
use longhaul_worker::{Endpoints, Error, Membership, Options, Worker};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Running workers.
#[derive(Debug)]
pub(super) struct Workers {
    stop: CancellationToken,
    tasks: JoinSet<Result<(), Error>>,
    membership: Option<Membership>,
}

impl Workers {
    /// Starts `count` workers.
    pub(super) async fn start(
        count: u16,
        common: &Common,
        store: &Arc<dyn Store>,
        queue: &Arc<dyn Queue>,
        endpoints: &Arc<Endpoints>,
    ) -> Result<Self, longhaul_store::Error> {
        let options = Options::from(common);
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let worker = Worker::new(
                options.clone(),
                Arc::clone(store),
                Arc::clone(queue),
                Arc::clone(endpoints),
            );
            tasks.spawn(worker.run(stop.clone()));
        }
        let slots = u32::from(count) * u32::from(common.slots);
        let membership = match count {
            0 => None,
            _ => {
                let role = MemberRole::Worker { slots };
                let (id, queue) = (OwnerToken::generate(), Arc::clone(queue));
                Some(Membership::join(Arc::clone(store), id, role, queue).await?)
            }
        };
        Ok(Self { stop, tasks, membership })
    }

    /// Waits until one ends that should not, and says why; for ever if there are none. Cancel
    /// safe.
    pub(super) async fn broken(&mut self) -> String {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => format!("a worker ended: {error}"),
            Some(Err(panic)) => format!("a worker ended: {panic}"),
            Some(Ok(Ok(()))) => "a worker ended".to_owned(),
            None => std::future::pending().await,
        }
    }

    /// Lets them end their slices and give their leases back.
    pub(super) async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        if let Some(membership) = self.membership.take() {
            membership.leave().await;
        }
    }
}
