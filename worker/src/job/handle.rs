//! What to do with a delivered message (design section 3).

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::OwnerToken;
use longhaul_core::code::STORE_BEHIND;
use longhaul_jobs::{FolderSlice, decode};
use longhaul_queue::{Delivery, Health, Lane, Queue};
use longhaul_store::Store;
use longhaul_store::folder::{Checkpoint, Claim, Held, Seen, SliceEnd};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::slice::{Ending, Keeper};
use crate::stop::Stop;
use crate::{Error, Options};

/// A message that could not be answered because queue or store failed comes again after this.
const AGAIN: Duration = Duration::from_secs(5);
/// One that met no store comes again after this.
const AWAY: Duration = Duration::from_secs(10);
/// How long a delivery is kept at most. A broker takes it for lost after 30 minutes (RabbitMQ
/// documentation, "Consumers", "Delivery Acknowledgement Timeout").
const KEPT: Duration = Duration::from_secs(20 * 60);

/// What is done with a folder that was granted: copying, and in the model test something that
/// takes no time.
pub(crate) trait Work: Send + Sync {
    /// Works for one slice; whatever was begun has ended when it returns. An error means that the
    /// store failed.
    fn slice(
        &self,
        job: &FolderSlice,
        held: &Held,
        asked: Instant,
        stop: &Stop,
    ) -> impl Future<Output = Result<Done, Error>> + Send;
}

/// What all jobs of a worker share.
#[derive(Debug)]
pub(crate) struct Jobs<W> {
    pub(super) store: Arc<dyn Store>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) options: Arc<Options>,
    work: W,
}

impl<W: Work> Jobs<W> {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        options: Arc<Options>,
        work: W,
    ) -> Self {
        Self { store, queue, options, work }
    }

    /// Works off a delivery and answers it. One that meets no store is published anew and comes
    /// again as often as need be: an outage is no fault of the job, and a broker that counted the
    /// delivery as one that failed would set it aside after some. If queue or store fail
    /// otherwise the delivery comes again by itself, and is counted.
    pub(crate) async fn handle(&self, delivery: Delivery, stop: &Stop) {
        let lane = delivery.lane;
        let job = match decode(&delivery.body) {
            Ok(job) => job,
            Err(error) => {
                tracing::error!(code = %error.code(), %error, "message set aside");
                if let Err(error) = delivery.park(error.code()).await {
                    tracing::warn!(%error, "message not set aside");
                }
                return;
            }
        };
        let span = tracing::info_span!(
            "job",
            pass.id = %job.pass,
            mailbox.id = %job.mailbox,
            folder.key = %job.folder,
            slice = %job.slice,
            attempt = job.attempt,
        );
        let answered = match self.work_off(&job, lane, stop).instrument(span).await {
            Ok(()) => delivery.ack().await.map_err(Error::from),
            Err(error) => Err(error),
        };
        if let Err(error) = answered {
            tracing::warn!(code = %error.code(), %error, "job not answered; it will come again");
            // Dropping the delivery brings it back at once; not faster than this.
            tokio::select! {
                () = stop.soon.cancelled() => {}
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }

    /// Works off a message. While the broker takes no messages the delivery is kept: handed back,
    /// it would only be counted.
    async fn work_off(&self, job: &FolderSlice, lane: Lane, stop: &Stop) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            let error = match self.answer_or_put_off(job, lane, stop).await {
                Err(error) if self.is_blocked() && begun.elapsed() < KEPT => error,
                answered => return answered,
            };
            tokio::select! {
                () = stop.soon.cancelled() => return Err(error),
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }

    fn is_blocked(&self) -> bool {
        matches!(self.queue.health(), Health::Blocked { .. })
    }

    async fn answer_or_put_off(
        &self,
        job: &FolderSlice,
        lane: Lane,
        stop: &Stop,
    ) -> Result<(), Error> {
        match self.answer_message(job, lane, stop).await {
            Err(error) if error.is_outage_of_store() => {
                tracing::debug!(code = %error.code(), %error, "job put off until the store is back");
                self.publish(job, lane, Some(AWAY)).await
            }
            answered => answered,
        }
    }

    async fn answer_message(
        &self,
        job: &FolderSlice,
        lane: Lane,
        stop: &Stop,
    ) -> Result<(), Error> {
        let seen =
            Seen { pass: job.pass, slice: job.slice, fence: job.fence, ledger_len: job.ledger_len };
        let asked = Instant::now();
        match self.claim(job, seen).await? {
            Claim::Granted(held) => {
                let done = self.work.slice(job, &held, asked, stop).await?;
                self.answer(job, lane, done).await
            }
            Claim::NotBefore(until) => {
                let wait = until.since(self.store.now().await?);
                self.publish(job, lane, Some(wait)).await
            }
            // The first message of a stage is the coordinator's.
            Claim::Ahead(checkpoint) if checkpoint.published || checkpoint.begins_stage() => Ok(()),
            Claim::Ahead(checkpoint) => self.publish_next(job, lane, &checkpoint).await,
            Claim::Over => Ok(()),
            Claim::Behind(checkpoint) => self.give_up_behind(job, &checkpoint).await,
        }
    }

    /// Asks for the folder as an owner of its own: two messages for one folder are two owners,
    /// also within a process.
    async fn claim(&self, job: &FolderSlice, seen: Seen) -> Result<Claim, Error> {
        let owner = OwnerToken::generate();
        Ok(self.store.claim(job.folder_ref(), owner, self.options.lease, seen).await?)
    }

    /// The store is older than the message: what was copied since it was saved is not in its
    /// ledger, and copying on would double it. Nobody touches the folder before a person has.
    async fn give_up_behind(
        &self,
        job: &FolderSlice,
        checkpoint: &Checkpoint,
    ) -> Result<(), Error> {
        tracing::error!(code = %STORE_BEHIND, "the store is older than the message");
        let seen = Seen {
            pass: checkpoint.pass,
            slice: checkpoint.slice,
            fence: checkpoint.fence,
            ledger_len: checkpoint.ledger_len,
        };
        if let Claim::Granted(held) = self.claim(job, seen).await? {
            let end = SliceEnd::Parked {
                code: STORE_BEHIND,
                detail: "the store is older than a message that refers to it".to_owned(),
            };
            self.store.end_slice(&held.lease, end, None).await?;
        }
        Ok(())
    }
}

/// A slice that has ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(super) begun: Instant,
    pub(super) ending: Ending,
    pub(super) keeper: Arc<Keeper>,
    pub(super) position: Option<longhaul_store::folder::Position>,
}
