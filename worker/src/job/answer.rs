//! From a slice's end to the store's checkpoint and the next message.
//!
//! The order is: end the slice in the store, publish the continuation, note that it is published,
//! acknowledge. Killed in between, the message comes again, meets a store that is ahead, and
//! publishes what is missing; so there is never a fork and never a gap.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::Code;
use longhaul_core::code::ATTEMPTS_USED_UP;
use longhaul_jobs::{FolderSlice, encode};
use longhaul_queue::Lane;
use longhaul_store::folder::{Checkpoint, SliceEnd};
use longhaul_telemetry::{labels, metrics};

use super::handle::{Done, Work};
use super::{Control, Jobs};
use crate::Error;
use crate::slice::Halt;
use crate::throttle::Ladder;

impl<W: Work> Jobs<W> {
    pub(super) async fn answer(
        &self,
        job: &FolderSlice,
        lane: Lane,
        done: Done,
    ) -> Result<(), Error> {
        let progressed = done.ending.progressed;
        metrics()
            .slices
            .record(done.begun.elapsed(), done.end(job.attempt >= self.options.attempts));
        let end = match done.ending.halt.clone() {
            None if done.ending.more => {
                SliceEnd::NextStage { fingerprint: done.ending.fingerprint }
            }
            None => SliceEnd::Done { fingerprint: done.ending.fingerprint },
            Some(Halt::Lost) => {
                // Perhaps nobody has it: the lease ran out while the store was away. Who asks
                // again finds out.
                tracing::warn!("the folder's lease is lost");
                return self.publish(job, lane, Some(self.options.lease)).await;
            }
            Some(Halt::Park { code, detail }) => {
                tracing::warn!(%code, detail, "folder given up for this pass");
                SliceEnd::Parked { code, detail }
            }
            Some(Halt::Resync) => SliceEnd::NewEpoch,
            Some(Halt::Settling(wait)) => {
                done.keeper.release().await?;
                return self.publish(job, lane, Some(wait)).await;
            }
            Some(Halt::Throttled(wait)) => SliceEnd::Continue { wait: Some(wait) },
            Some(Halt::Enough) => SliceEnd::Continue { wait: None },
            Some(Halt::InDoubt | Halt::Away { .. } | Halt::Trouble { .. }) if progressed => {
                SliceEnd::Continue { wait: Some(Ladder::of_slices().step(0)) }
            }
            Some(Halt::Away { code, detail }) => {
                tracing::info!(%code, detail, "the store was away; the slice will be begun anew");
                done.keeper.release().await?;
                return self.publish(job, lane, Some(Ladder::of_slices().step(0))).await;
            }
            Some(Halt::InDoubt) => {
                let code = longhaul_core::code::AMBIGUOUS_UPLOAD;
                let detail = "an upload's answer was lost".to_owned();
                return self.again(job, lane, &done, code, detail).await;
            }
            Some(Halt::Trouble { code, detail }) => {
                return self.again(job, lane, &done, code, detail).await;
            }
        };
        self.end(job, lane, done, end).await
    }

    /// The same slice once more, later; given up after too many tries.
    async fn again(
        &self,
        job: &FolderSlice,
        lane: Lane,
        done: &Done,
        code: Code,
        detail: String,
    ) -> Result<(), Error> {
        if job.attempt >= self.options.attempts {
            let detail = format!("after {} tries: {code}: {detail}", job.attempt + 1);
            let end = SliceEnd::Parked { code: ATTEMPTS_USED_UP, detail };
            self.store.end_slice(&done.keeper.lease(), end, None).await?;
            return Ok(());
        }
        tracing::info!(%code, detail, "slice did not work; it will be tried again");
        done.keeper.release().await?;
        let wait = Ladder::of_slices().step(job.attempt);
        self.publish(&job.retried(), lane, Some(wait)).await
    }

    async fn end(
        &self,
        job: &FolderSlice,
        lane: Lane,
        done: Done,
        end: SliceEnd,
    ) -> Result<(), Error> {
        // A new epoch has a list of its own: a place in the old one means nothing there.
        let position = done.position.clone().filter(|_| end != SliceEnd::NewEpoch);
        let lease = done.keeper.lease();
        let checkpoint = match self.store.end_slice(&lease, end, position).await {
            Err(longhaul_store::Error::StaleOwner) => return Ok(()),
            Err(error @ longhaul_store::Error::Conflict(_)) => {
                let (code, detail) = (error.code(), error.to_string());
                return self.again(job, lane, &done, code, detail).await;
            }
            ended => ended?,
        };
        // The message that begins a stage is the coordinator's; a paused pass gets its messages back
        // from there when it is resumed.
        let control = Control::new(Arc::clone(&self.store), job.project, job.pass);
        if !checkpoint.is_over() && !checkpoint.begins_stage() && control.is_running().await? {
            self.publish_next(job, lane, &checkpoint).await?;
        }
        Ok(())
    }

    /// Publishes the message for the slice the store is at, and notes that.
    pub(super) async fn publish_next(
        &self,
        job: &FolderSlice,
        lane: Lane,
        checkpoint: &Checkpoint,
    ) -> Result<(), Error> {
        let next = FolderSlice {
            epoch: checkpoint.epoch,
            slice: checkpoint.slice,
            attempt: 0,
            fence: checkpoint.fence,
            ledger_len: checkpoint.ledger_len,
            ..job.clone()
        };
        let wait = match checkpoint.not_before {
            Some(until) => Some(until.since(self.store.now().await?)),
            None => None,
        };
        self.publish(&next, lane, wait).await?;
        self.store.mark_published(job.folder_ref(), job.pass, checkpoint.slice).await?;
        Ok(())
    }

    pub(super) async fn publish(
        &self,
        job: &FolderSlice,
        lane: Lane,
        wait: Option<Duration>,
    ) -> Result<(), Error> {
        let body = encode(job)?.into();
        let wait = wait.filter(|wait| !wait.is_zero());
        Ok(self.queue.publish(lane, body, wait).await?)
    }
}

impl Done {
    /// How the slice ended, for the metrics.
    fn end(&self, is_last_try: bool) -> labels::SliceEnd {
        use labels::SliceEnd as E;
        match &self.ending.halt {
            None if self.ending.more => E::Continued,
            None => E::Done,
            Some(Halt::Lost) => E::Lost,
            Some(Halt::Park { .. }) => E::Parked,
            Some(Halt::Resync) => E::Resynced,
            Some(Halt::Settling(_)) => E::Settling,
            Some(Halt::Throttled(_)) => E::Throttled,
            Some(Halt::Enough) => E::Continued,
            Some(Halt::Away { .. }) => E::Retried,
            Some(Halt::InDoubt | Halt::Trouble { .. }) if self.ending.progressed => E::Retried,
            Some(Halt::InDoubt | Halt::Trouble { .. }) if is_last_try => E::Parked,
            Some(Halt::InDoubt | Halt::Trouble { .. }) => E::Retried,
        }
    }
}
