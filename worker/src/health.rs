//! What makes a process of the fleet alive and ready.

use std::sync::Arc;

use longhaul_queue::Queue;
use longhaul_store::Store;
use longhaul_telemetry::{Probes, Pulse};
use tokio_util::sync::CancellationToken;

/// Alive while the loop called `name` comes round; ready while store and queue answer and it is not stopping.
#[must_use]
pub fn probes(
    name: &'static str,
    pulse: &Pulse,
    store: &Arc<dyn Store>,
    queue: &Arc<dyn Queue>,
    stopping: &CancellationToken,
) -> Probes {
    let (store, queue, stopping) = (Arc::clone(store), Arc::clone(queue), stopping.clone());
    Probes::default()
        .live(name, pulse)
        .ready("store", move || {
            let store = Arc::clone(&store);
            async move { store.now().await.map(drop).map_err(|error| error.code().to_string()) }
        })
        .ready("queue", move || {
            let health = queue.health();
            async move {
                match health {
                    longhaul_queue::Health::Down { code, .. } => Err(code.to_string()),
                    _ => Ok(()),
                }
            }
        })
        .ready("running", move || {
            let stopping = stopping.is_cancelled();
            async move { if stopping { Err("stopping".to_owned()) } else { Ok(()) } }
        })
}
