//! What to do with a delivered message (design section 3).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use longhaul_core::OwnerToken;
use longhaul_core::code::{JOB_PANICKED, STORE_BEHIND};
use longhaul_jobs::{FolderSlice, decode};
use longhaul_queue::{Delivery, Lane, Queue};
use longhaul_store::Store;
use longhaul_store::folder::{Checkpoint, Claim, Held, Seen, SliceEnd};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::Control;
use super::prepare::Unprepared;
use crate::endpoints::Endpoints;
use crate::memory::Memory;
use crate::slice::{Ending, Folder, Halt, Keeper, run};
use crate::stop::Stop;
use crate::{Error, Options};

/// A message that could not be answered because queue or store failed comes again after this.
const AGAIN: Duration = Duration::from_secs(5);

/// What all jobs of a worker share.
#[derive(Debug)]
pub(crate) struct Jobs {
    pub(super) store: Arc<dyn Store>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) endpoints: Arc<Endpoints>,
    pub(super) options: Arc<Options>,
    memory: Arc<Memory>,
}

impl Jobs {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        endpoints: Arc<Endpoints>,
        options: Options,
    ) -> Self {
        let memory = Arc::new(Memory::new(options.bytes_in_flight));
        Self { store, queue, endpoints, options: Arc::new(options), memory }
    }

    /// Works off a delivery and answers it. An error means that queue or store failed; the
    /// delivery then comes again by itself.
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
        let answered = match self.work(&job, lane, stop).instrument(span).await {
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

    async fn work(&self, job: &FolderSlice, lane: Lane, stop: &Stop) -> Result<(), Error> {
        let seen =
            Seen { pass: job.pass, slice: job.slice, fence: job.fence, ledger_len: job.ledger_len };
        let asked = Instant::now();
        match self.claim(job, seen).await? {
            Claim::Granted(held) => {
                let done = self.slice(job, &held, asked, stop).await?;
                self.answer(job, lane, done).await
            }
            Claim::NotBefore(until) => {
                let wait = until.since(self.store.now().await?);
                self.publish(job, lane, Some(wait)).await
            }
            Claim::Ahead(checkpoint) if checkpoint.published => Ok(()),
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

    /// Works on the folder, with a heartbeat beside it.
    async fn slice(
        &self,
        job: &FolderSlice,
        held: &Held,
        asked: Instant,
        stop: &Stop,
    ) -> Result<Done, Error> {
        let control = Control::new(self.store(), job.project, job.pass);
        let keeper = Arc::new(Keeper::new(self.store(), held.lease, self.options.lease, asked));
        let early = |halt| Ending { halt: Some(halt), progressed: false, fingerprint: None };
        let (source, destination) = match self.peers(job).await {
            Ok(peers) => peers,
            Err(Unprepared::Store(error)) => {
                // The message comes again soon and must not find the folder taken.
                if let Err(error) = keeper.release().await {
                    tracing::debug!(%error, "lease not given back; it runs out");
                }
                return Err(error.into());
            }
            Err(Unprepared::Unusable { code, detail }) => {
                let ending = early(Halt::Park { code, detail });
                return Ok(Done { begun: asked, ending, keeper, position: None });
            }
        };
        let folder = Folder::new(
            source,
            destination,
            &held.checkpoint,
            self.store(),
            Arc::clone(&keeper),
            Arc::clone(&self.memory),
            Arc::clone(&self.options),
            stop.clone(),
        );
        // A panic fails the slice, never the worker.
        let course = AssertUnwindSafe(run(&folder, &held.checkpoint, &control)).catch_unwind();
        let mut ending = tokio::select! {
            ending = course => ending.unwrap_or_else(|_panic| early(panicked())),
            () = keeper.heartbeat() => early(Halt::Lost),
        };
        if keeper.lost().is_cancelled() {
            ending.halt = Some(Halt::Lost);
        }
        let position = folder.committer.unsaved();
        Ok(Done { begun: asked, ending, keeper, position })
    }
}

fn panicked() -> Halt {
    tracing::error!(code = %JOB_PANICKED, "slice panicked");
    Halt::Trouble { code: JOB_PANICKED, detail: "the slice panicked".to_owned() }
}

/// A slice that has ended.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) begun: Instant,
    pub(super) ending: Ending,
    pub(super) keeper: Arc<Keeper>,
    pub(super) position: Option<longhaul_store::folder::Position>,
}
