//! Folders whose job is among the dead ones.
//!
//! A job that ends every worker that has it is set aside by the broker. Published again it would
//! end further ones, so its folder is given up until an operator puts the job back.

use std::collections::HashMap;
use std::time::Duration;

use longhaul_core::code::JOB_SET_ASIDE;
use longhaul_core::{Code, FolderRef, OwnerToken, PassId, SliceNo};
use longhaul_jobs::decode;
use longhaul_queue::Queue;
use longhaul_store::Error;
use longhaul_store::folder::{Claim, Seen, SliceEnd};

use super::Passes;
use super::survey::Job;
use crate::engine::dead::MOST;

/// Long enough for the two calls that give a folder up.
const LEASE: Duration = Duration::from_secs(60);

/// The dead jobs, looked at once and only when asked for.
#[derive(Debug, Default)]
pub(super) struct DeadJobs(Option<HashMap<(PassId, FolderRef, SliceNo), Code>>);

impl DeadJobs {
    /// Why the job of a slice was set aside, if it was; `None` if the queue does not say.
    pub(super) async fn reason(
        &mut self,
        queue: &dyn Queue,
        pass: PassId,
        folder: FolderRef,
        slice: SliceNo,
    ) -> Option<Option<Code>> {
        if self.0.is_none() {
            self.0 = Some(look(queue).await.ok()?);
        }
        let jobs = self.0.as_ref()?;
        Some(jobs.get(&(pass, folder, slice)).copied())
    }
}

/// As a rule there are none, which is told without fetching any.
async fn look(
    queue: &dyn Queue,
) -> Result<HashMap<(PassId, FolderRef, SliceNo), Code>, longhaul_queue::Error> {
    if queue.dead_count().await? == 0 {
        return Ok(HashMap::new());
    }
    let letters = queue.dead(MOST).await?;
    let jobs = letters.iter().filter_map(|letter| {
        let job = decode(&letter.body).ok()?;
        Some(((job.pass, job.folder_ref(), job.slice), letter.reason))
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
        reason: Code,
    ) -> Result<(), Error> {
        let store = &self.context.store;
        let seen = Seen { pass, slice: job.slice, fence: job.fence, ledger_len: job.ledger_len };
        let claim = store.claim(folder, OwnerToken::generate(), LEASE, seen).await?;
        if let Claim::Granted(held) = claim {
            tracing::error!(code = %JOB_SET_ASIDE, %reason, %folder, "folder given up");
            let detail = format!("its job was set aside ({reason}): see `longhaul jobs dead list`");
            let end = SliceEnd::Parked { code: JOB_SET_ASIDE, detail };
            store.end_slice(&held.lease, end, None).await?;
        }
        Ok(())
    }
}
