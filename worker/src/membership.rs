//! A process's sign of life in the store, so that people and the coordinator know it is there.
//!
//! It is for display and for the size of the fleet only: nothing is owned through it. It says as
//! well how the process sees the queue: a broker that takes no messages tells only those that
//! publish. A process that is killed counts as there for [`LASTS`] more; a store that is away is
//! waited for.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::OwnerToken;
use longhaul_queue::{Health, Queue};
use longhaul_store::records::{MemberRecord, MemberRole, QueueTrouble, save};
use longhaul_store::{Error, Expect, Store};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Between two signs of life.
const BEAT: Duration = Duration::from_secs(5);
/// How long a sign of life lasts.
const LASTS: Duration = Duration::from_secs(20);

/// A process that is a member of the fleet. Dropping it ends the signs of life.
#[derive(Debug)]
pub struct Membership {
    store: Arc<dyn Store>,
    id: OwnerToken,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Membership {
    /// Joins the fleet as `id`, and stays until [`leave`](Self::leave). Others are told how it sees
    /// `queue`.
    ///
    /// # Errors
    ///
    /// [`Error`] if the store does not take the first sign of life.
    pub async fn join(
        store: Arc<dyn Store>,
        id: OwnerToken,
        role: MemberRole,
        queue: Arc<dyn Queue>,
    ) -> Result<Self, Error> {
        let (now, name) = (store.now().await?, name());
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let record = MemberRecord { id, name, version, role, since: now, until: now, queue: None };
        beat(&*store, &record, &*queue).await?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(stay(Arc::clone(&store), record, queue, stop.clone()));
        Ok(Self { store, id, stop, task })
    }

    /// Leaves the fleet: it is gone at once for everybody.
    pub async fn leave(mut self) {
        self.stop.cancel();
        // A panic was reported when it happened.
        let _ = (&mut self.task).await;
        if let Err(error) = self.store.remove(&MemberRecord::key_of(self.id)).await {
            tracing::warn!(%error, "this process still counts as there for a while");
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn beat(store: &dyn Store, record: &MemberRecord, queue: &dyn Queue) -> Result<(), Error> {
    let until = store.now().await?.after(LASTS);
    let queue = trouble(queue.health());
    save(store, &MemberRecord { until, queue, ..record.clone() }, Expect::Any).await?;
    Ok(())
}

fn trouble(health: Health) -> Option<QueueTrouble> {
    match health {
        Health::Up => None,
        Health::Blocked { reason, .. } => Some(QueueTrouble::Blocked { reason }),
        Health::Down { code, error, .. } => Some(QueueTrouble::Down { code, error }),
    }
}

async fn stay(
    store: Arc<dyn Store>,
    record: MemberRecord,
    queue: Arc<dyn Queue>,
    stop: CancellationToken,
) {
    let mut in_trouble = false;
    let mut next = Instant::now() + BEAT;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep_until(next) => {}
        }
        next = Instant::now() + BEAT;
        let beaten = tokio::select! {
            () = stop.cancelled() => return,
            beaten = beat(&*store, &record, &*queue) => beaten,
        };
        if let Err(error) = &beaten
            && !in_trouble
        {
            tracing::warn!(code = %error.code(), %error, "no sign of life could be given");
        }
        in_trouble = beaten.is_err();
    }
}

/// Host and process id: in a container, the name of its pod.
fn name() -> String {
    let host = std::env::var("HOSTNAME").ok().filter(|host| !host.is_empty());
    let kernel = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = host.or_else(kernel).unwrap_or_else(|| "localhost".to_owned());
    format!("{}/{}", host.trim(), std::process::id())
}
