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
use longhaul_store::folder::{Claim, Held, Seen};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::Control;
use super::prepare::Unprepared;
use crate::endpoints::Endpoints;
use crate::memory::Memory;
use crate::slice::{Ending, Folder, Halt, Keeper, run};
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
    owner: OwnerToken,
}

impl Jobs {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        endpoints: Arc<Endpoints>,
        options: Options,
    ) -> Self {
        let memory = Arc::new(Memory::new(options.bytes_in_flight));
        Self {
            store,
            queue,
            endpoints,
            options: Arc::new(options),
            memory,
            owner: OwnerToken::generate(),
        }
    }

    /// Works off a delivery and answers it. An error means that queue or store failed; the
    /// delivery then comes again by itself.
    pub(crate) async fn handle(&self, delivery: Delivery, stop: &CancellationToken) {
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
        let work = AssertUnwindSafe(self.work(&job, lane, stop))
            .catch_unwind()
            .instrument(span);
        let answered = match work.await {
            Ok(Ok(Answer::Ack)) => delivery.ack().await.map_err(Error::from),
            Ok(Ok(Answer::Park(code))) => delivery.park(code).await.map_err(Error::from),
            Ok(Err(error)) => Err(error),
            Err(_panic) => self.after_panic(&job, lane, delivery).await,
        };
        if let Err(error) = answered {
            tracing::warn!(code = %error.code(), %error, "job not answered; it will come again");
            // Dropping the delivery brings it back at once; not faster than this.
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn work(
        &self,
        job: &FolderSlice,
        lane: Lane,
        stop: &CancellationToken,
    ) -> Result<Answer, Error> {
        let seen = Seen {
            pass: job.pass,
            slice: job.slice,
            fence: job.fence,
            ledger_len: job.ledger_len,
        };
        let asked = Instant::now();
        let ttl = self.options.lease;
        match self
            .store
            .claim(job.folder_ref(), self.owner, ttl, seen)
            .await?
        {
            Claim::Granted(held) => {
                let ending = self.slice(job, &held, asked, stop).await?;
                self.answer(job, lane, &held, ending).await
            }
            Claim::NotBefore(until) => {
                let wait = until.since(self.store.now().await?);
                self.publish(job, lane, Some(wait)).await?;
                Ok(Answer::Ack)
            }
            Claim::Ahead(checkpoint) => {
                if !checkpoint.published {
                    self.publish_next(job, lane, &checkpoint).await?;
                }
                Ok(Answer::Ack)
            }
            Claim::Over => Ok(Answer::Ack),
            Claim::Behind(_) => {
                tracing::error!(code = %STORE_BEHIND, "the store is older than the message");
                Ok(Answer::Park(STORE_BEHIND))
            }
        }
    }

    /// Works on the folder, with a heartbeat beside it.
    async fn slice(
        &self,
        job: &FolderSlice,
        held: &Held,
        asked: Instant,
        stop: &CancellationToken,
    ) -> Result<Done, Error> {
        let control = Control::new(self.store(), job.project, job.pass);
        let keeper = Arc::new(Keeper::new(
            self.store(),
            held.lease,
            self.options.lease,
            asked,
        ));
        let early = |halt| Ending {
            halt: Some(halt),
            progressed: false,
            fingerprint: None,
        };
        let (source, destination) = match self.peers(job).await {
            Ok(peers) => peers,
            Err(Unprepared::Store(error)) => return Err(error.into()),
            Err(Unprepared::Unusable { code, detail }) => {
                let ending = early(Halt::Park { code, detail });
                return Ok(Done {
                    ending,
                    keeper,
                    position: None,
                });
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
            stop.child_token(),
        );
        let course = run(&folder, &held.checkpoint, &control);
        let mut ending = tokio::select! {
            ending = course => ending,
            () = keeper.heartbeat() => early(Halt::Lost),
        };
        if keeper.lost().is_cancelled() {
            ending.halt = Some(Halt::Lost);
        }
        let position = folder.committer.unsaved().await;
        Ok(Done {
            ending,
            keeper,
            position,
        })
    }

    /// A panic fails the job, never the worker. The lease runs out by itself.
    async fn after_panic(
        &self,
        job: &FolderSlice,
        lane: Lane,
        delivery: Delivery,
    ) -> Result<(), Error> {
        tracing::error!(code = %JOB_PANICKED, "job panicked");
        if job.attempt >= self.options.attempts {
            return Ok(delivery.park(JOB_PANICKED).await?);
        }
        self.publish(&job.retried(), lane, Some(self.options.lease))
            .await?;
        Ok(delivery.ack().await?)
    }
}

/// What a delivery is told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Ack,
    Park(longhaul_core::Code),
}

/// A slice that has ended.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) ending: Ending,
    pub(super) keeper: Arc<Keeper>,
    pub(super) position: Option<longhaul_store::folder::Position>,
}
