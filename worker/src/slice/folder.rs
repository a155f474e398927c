//! What a slice works with.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use longhaul_core::{BatchNo, Bytes, ItemKey, PassId};
use longhaul_ews::{FolderId, ItemId, Mailbox};
use longhaul_store::Store;
use longhaul_store::folder::{Bounds, Checkpoint};
use longhaul_store::ledger::Appender;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::committer::Committer;
use super::held::HeldCopies;
use super::index::Index;
use super::ledger::Ledger;
use super::reconcile::Arrivals;
use super::{Halt, Keeper};
use crate::Options;
use crate::memory::Memory;
use crate::stop::Stop;
use crate::throttle::Lane;

/// A folder on one side.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) mailbox: Mailbox,
    pub(crate) folder: FolderId,
    pub(crate) lane: Arc<Lane>,
}

/// A folder under its lease: everything the parts of a slice share.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) source: Peer,
    pub(crate) destination: Peer,
    pub(crate) pass: PassId,
    pub(crate) bounds: Bounds,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) committer: Committer,
    pub(crate) memory: Arc<Memory>,
    pub(crate) options: Arc<Options>,
    /// No new request once it is cancelled: the worker stops.
    pub(crate) stop: CancellationToken,
    /// No wait for an upload's answer either.
    stop_now: CancellationToken,
    index: Mutex<Index>,
    /// The next batch number. Locked from taking it until its intent is written: the store
    /// wants them in order.
    pub(super) next_batch: tokio::sync::Mutex<BatchNo>,
    /// Read while an upload is under way, from before it is sent until its arrivals are noted.
    pub(super) sending: tokio::sync::RwLock<()>,
    arrivals: Mutex<Arrivals>,
    /// The ledger as the slice found it.
    pub(super) ledger: Ledger,
    /// Up to where the pass has surveyed it.
    pub(super) surveyed_to: u64,
    /// Whether what was deleted in the source is deleted in the destination too.
    pub(super) deletions: bool,
    /// Copies that are held in the mailbox's other folders, once they were asked for.
    pub(super) held: tokio::sync::OnceCell<tokio::sync::Mutex<HeldCopies>>,
    copied: AtomicU64,
}

impl Folder {
    #[expect(clippy::too_many_arguments, reason = "called once; each is a different thing")]
    pub(crate) fn new(
        source: Peer,
        destination: Peer,
        checkpoint: &Checkpoint,
        store: Arc<dyn Store>,
        keeper: Arc<Keeper>,
        memory: Arc<Memory>,
        options: Arc<Options>,
        stop: Stop,
        deletions: bool,
    ) -> Self {
        let ledger = Ledger {
            folder: keeper.lease().folder,
            template: checkpoint.template.clone(),
            length: checkpoint.ledger_len,
        };
        let appender = Appender::new(checkpoint.ledger_len, checkpoint.template.clone());
        let committer = Committer::new(Arc::clone(&store), Arc::clone(&keeper), appender);
        Self {
            source,
            destination,
            pass: checkpoint.pass,
            bounds: checkpoint.bounds,
            store,
            keeper,
            committer,
            memory,
            options,
            stop: stop.soon.child_token(),
            stop_now: stop.now,
            index: Mutex::default(),
            next_batch: tokio::sync::Mutex::new(checkpoint.next_batch),
            sending: tokio::sync::RwLock::default(),
            arrivals: Mutex::default(),
            ledger,
            surveyed_to: checkpoint.surveyed_to,
            deletions,
            held: tokio::sync::OnceCell::new(),
            copied: AtomicU64::new(0),
        }
    }

    pub(crate) fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an item stands in the destination by a request of this slice.
    pub(super) fn arrived(&self, id: &ItemId) {
        self.arrivals().note(ItemKey::of(&id.id));
    }

    /// Counts content that was copied and committed.
    pub(crate) fn count(&self, bytes: Bytes) {
        self.copied.fetch_add(bytes.0, Ordering::Relaxed);
    }

    /// Content this slice has copied and committed.
    pub(crate) fn copied(&self) -> Bytes {
        Bytes(self.copied.load(Ordering::Relaxed))
    }

    /// Waits for an upload's answer until `until`; `None` if there is none by then, or the worker
    /// can wait no longer. Then it is in doubt.
    pub(super) async fn answer_until<T>(
        &self,
        until: Instant,
        upload: impl Future<Output = T>,
    ) -> Option<T> {
        // A time-out would let it begin first: a worker that stood still meanwhile must not send it.
        if Instant::now() >= until {
            return None;
        }
        tokio::select! {
            biased;
            answer = timeout_at(until, upload) => answer.ok(),
            () = self.stop_now.cancelled() => None,
        }
    }

    /// Waits for something that is not a request; not at all once the slice is to stop.
    pub(super) async fn unless_stopped<T>(
        &self,
        waiting: impl Future<Output = T>,
    ) -> Result<T, Halt> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Halt::Enough),
            done = waiting => Ok(done),
        }
    }
}
