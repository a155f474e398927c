//! Which processes are there, who leads, and how queue and store are.

use std::time::Duration;

use longhaul_core::{Code, Timestamp};
use longhaul_store::records::{
    self, LeadRecord, MemberRecord, MemberRole, QueueTrouble, Record as _,
};
use longhaul_store::{Error, Store};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::context::Context;

#[cfg(test)]
mod tests;

/// A process without a sign of life for so long will not come back, or does not mind.
const GONE: Duration = Duration::from_secs(600);
/// How long counting the queue's messages may take.
const LOOK: Duration = Duration::from_secs(2);

/// A fleet. Instants are milliseconds since 1970, UTC, on the store's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FleetStatus {
    /// Where the leader is, if a coordinator leads.
    pub leader: Option<String>,
    /// Since when it leads.
    #[schema(value_type = Option<i64>)]
    pub leads_since: Option<Timestamp>,
    /// The coordinators that are there.
    pub coordinators: Vec<CoordinatorStatus>,
    /// The workers that are there.
    pub workers: Vec<WorkerStatus>,
    /// Folders the workers can copy at a time, all together.
    pub slots: u32,
    /// The job queue, as the coordinator that was asked sees it; blocked if it is for any process.
    pub queue: QueueStatus,
    /// The store, as the coordinator that was asked sees it.
    pub store: BackendStatus,
}

/// A coordinator that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoordinatorStatus {
    /// Host and process.
    pub name: String,
    /// Where the others reach it.
    pub url: String,
    /// Its version of longhaul.
    pub version: String,
    /// Since when it is there.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// How it sees the job queue.
    #[serde(default)]
    pub queue: BackendStatus,
}

/// A worker that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkerStatus {
    /// Host and process.
    pub name: String,
    /// Folders it copies at a time.
    pub slots: u32,
    /// Its version of longhaul.
    pub version: String,
    /// Since when it is there.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// How it sees the job queue.
    #[serde(default)]
    pub queue: BackendStatus,
}

/// The job queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueStatus {
    /// How it is.
    #[serde(flatten)]
    pub health: BackendStatus,
    /// Jobs that wait for a worker; `None` if it cannot be told.
    pub waiting: Option<u64>,
    /// Jobs that were set aside; `None` if it cannot be told.
    pub dead: Option<u64>,
}

/// How queue or store are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackendStatus {
    /// Whether it can be used.
    pub state: BackendState,
    /// What is wrong, if anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The code of what is wrong.
    #[schema(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// Whether queue or store can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackendState {
    /// It answers.
    Up,
    /// The broker takes no messages for now: it is short of memory or disk.
    Blocked,
    /// It does not answer.
    Down,
}

impl BackendStatus {
    const UP: Self = Self { state: BackendState::Up, text: None, code: None };

    const fn down(code: Code, text: String) -> Self {
        Self { state: BackendState::Down, text: Some(text), code: Some(code) }
    }

    const fn blocked(reason: String) -> Self {
        Self { state: BackendState::Blocked, text: Some(reason), code: None }
    }
}

impl Default for BackendStatus {
    /// Nothing is known to be wrong.
    fn default() -> Self {
        Self::UP
    }
}

impl From<Option<QueueTrouble>> for BackendStatus {
    fn from(trouble: Option<QueueTrouble>) -> Self {
        match trouble {
            None => Self::UP,
            Some(QueueTrouble::Blocked { reason }) => Self::blocked(reason),
            Some(QueueTrouble::Down { code, error }) => Self::down(code, error),
        }
    }
}

/// What is known of the fleet. It never fails: what cannot be read is left out, and the store's
/// state says why.
pub(super) async fn status(context: &Context) -> FleetStatus {
    let store = &*context.store;
    let read = async {
        let now = store.now().await?;
        let lead = records::load::<LeadRecord>(store, LeadRecord::KEY).await?;
        let lead = lead.map(|(lead, _)| lead).filter(|lead| lead.until > now);
        Ok::<_, Error>((lead, members(store).await?))
    };
    let (lead, members, store_status) = match read.await {
        Ok((lead, members)) => (lead, members, health(store)),
        Err(error) => {
            let text = super::trouble::chain(&error);
            (None, Vec::new(), BackendStatus::down(error.code(), text))
        }
    };
    let mut status = FleetStatus {
        leader: lead.as_ref().map(|lead| lead.url.clone()),
        leads_since: lead.map(|lead| lead.since),
        coordinators: Vec::new(),
        workers: Vec::new(),
        slots: slots(&members),
        queue: queue(context).await,
        store: store_status,
    };
    for MemberRecord { name, version, since, role, queue, .. } in members {
        let queue = BackendStatus::from(queue);
        let seen = &mut status.queue.health;
        if seen.state == BackendState::Up && queue.state == BackendState::Blocked {
            *seen = queue.clone();
        }
        match role {
            MemberRole::Coordinator { url } => {
                status.coordinators.push(CoordinatorStatus { name, url, version, since, queue });
            }
            MemberRole::Worker { slots } => {
                status.workers.push(WorkerStatus { name, slots, version, since, queue });
            }
        }
    }
    status
}

fn health(store: &dyn Store) -> BackendStatus {
    match store.health() {
        longhaul_store::Health::Up => BackendStatus::UP,
        longhaul_store::Health::Down { code, error, .. } => BackendStatus::down(code, error),
    }
}

async fn queue(context: &Context) -> QueueStatus {
    let health = match context.queue.health() {
        longhaul_queue::Health::Up => BackendStatus::UP,
        longhaul_queue::Health::Blocked { reason, .. } => BackendStatus::blocked(reason),
        longhaul_queue::Health::Down { code, error, .. } => {
            let health = BackendStatus::down(code, error);
            return QueueStatus { health, waiting: None, dead: None };
        }
    };
    let (waiting, dead) = (context.queue.depth(), context.queue.dead_count());
    let counts = timeout(LOOK, async { (waiting.await.ok(), dead.await.ok()) }).await;
    let (waiting, dead) = counts.unwrap_or_default();
    QueueStatus { health, waiting, dead }
}

/// The processes that are there, in the order they joined.
pub(super) async fn members(store: &dyn Store) -> Result<Vec<MemberRecord>, Error> {
    let now = store.now().await?;
    let members: Vec<MemberRecord> = records::list(store, MemberRecord::PREFIX).await?;
    Ok(members.into_iter().filter(|member| member.until > now).collect())
}

/// Removes the records of processes that ended without a word, for the leader: nobody else misses
/// them. A process that only stood still writes its own again.
pub(super) async fn forget_the_gone(store: &dyn Store) -> Result<(), Error> {
    let now = store.now().await?;
    let members: Vec<MemberRecord> = records::list(store, MemberRecord::PREFIX).await?;
    for member in members.into_iter().filter(|member| member.until.after(GONE) <= now) {
        store.remove(&member.key()).await?;
        tracing::info!(member = member.name, "gone without a word; its record is removed");
    }
    Ok(())
}

/// Folders the workers among `members` can copy at a time.
pub(super) fn slots(members: &[MemberRecord]) -> u32 {
    let slots = members.iter().map(|member| match member.role {
        MemberRole::Worker { slots } => slots,
        MemberRole::Coordinator { .. } => 0,
    });
    slots.sum()
}
