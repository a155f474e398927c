//! Folders whose job is among the dead ones.
//!
//! A job that ends every worker that has it is set aside by the broker. Published again it would
//! end further ones, so its folder is given up until an operator puts the job back.

use std::collections::HashSet;
use std::time::Duration;

use longhaul_core::code::{DELIVERED_TOO_OFTEN, JOB_SET_ASIDE};
use longhaul_core::{FolderRef, OwnerToken, PassId, SliceNo};
use longhaul_jobs::decode;
use longhaul_queue::Queue;
use longhaul_store::Error;
use longhaul_store::folder::{Claim, Seen, SliceEnd};
use tokio::time::timeout;

use super::Passes;
use super::survey::Job;
use crate::engine::dead::MOST;

/// Long enough for the two calls that give a folder up.
const LEASE: Duration = Duration::from_secs(60);

/// Longest look: the engine does nothing else meanwhile.
const LOOK: Duration = Duration::from_secs(10);

/// The jobs that were delivered again and again, looked at once and only when asked for.
#[derive(Debug, Default)]
pub(super) struct DeadJobs(Option<HashSet<(PassId, FolderRef, SliceNo)>>);

impl DeadJobs {
    /// Whether the job of a slice is among them. What the queue does not tell in time counts as no:
    /// the job is published, and looked for again if it makes no progress.
    pub(super) async fn holds(
        &mut self,
        queue: &dyn Queue,
        pass: PassId,
        folder: FolderRef,
        slice: SliceNo,
    ) -> bool {
        if self.0.is_none() {
            let jobs = match timeout(LOOK, look(queue)).await {
                Ok(Ok(jobs)) => jobs,
                Ok(Err(error)) => {
                    tracing::warn!(code = %error.code(), %error, "dead jobs not looked through");
                    HashSet::new()
                }
                Err(_) => {
                    tracing::warn!("dead jobs not looked through in time");
                    HashSet::new()
                }
            };
            self.0 = Some(jobs);
        }
        self.0.as_ref().is_some_and(|jobs| jobs.contains(&(pass, folder, slice)))
    }
}

/// As a rule there are none, which is told without fetching any. What was set aside for another
/// reason did not end its workers.
async fn look(
    queue: &dyn Queue,
) -> Result<HashSet<(PassId, FolderRef, SliceNo)>, longhaul_queue::Error> {
    if queue.dead_count().await? == 0 {
        return Ok(HashSet::new());
    }
    let letters = queue.dead(MOST).await?;
    let ended_workers = letters.iter().filter(|letter| letter.reason == DELIVERED_TOO_OFTEN);
    let jobs = ended_workers.filter_map(|letter| {
        let job = decode(&letter.body).ok()?;
        Some((job.pass, job.folder_ref(), job.slice))
    });
    Ok(jobs.collect())
}

impl Passes {
    /// Gives a folder up whose job was set aside. One that somebody works on is left alone.
    pub(super) async fn set_aside(
        &self,
        pass: PassId,
        folder: FolderRef,
        job: &Job,
    ) -> Result<(), Error> {
        let store = &self.context.store;
        let seen = Seen { pass, slice: job.slice, fence: job.fence, ledger_len: job.ledger_len };
        let claim = store.claim(folder, OwnerToken::generate(), LEASE, seen).await?;
        if let Claim::Granted(held) = claim {
            tracing::error!(code = %JOB_SET_ASIDE, %folder, "folder given up");
            let detail = format!(
                "its job ended its workers ({DELIVERED_TOO_OFTEN}): see `longhaul jobs dead list`"
            );
            let end = SliceEnd::Parked { code: JOB_SET_ASIDE, detail };
            store.end_slice(&held.lease, end, None).await?;
        }
        Ok(())
    }
}
