//! What a slice works with.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use longhaul_core::{BatchNo, Bytes, PassId};
use longhaul_ews::{FolderId, Mailbox};
use longhaul_store::Store;
use longhaul_store::folder::{Bounds, Checkpoint};
use longhaul_store::ledger::Appender;
use tokio_util::sync::CancellationToken;

use super::committer::Committer;
use super::item::Index;
use super::{Halt, Keeper};
use crate::Options;
use crate::memory::Memory;
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
    /// No new request once it is cancelled: the worker stops, or the lease is lost.
    pub(crate) stop: CancellationToken,
    index: Mutex<Index>,
    /// The next batch number. Locked from taking it until its intent is written: the store
    /// wants them in order.
    pub(super) next_batch: tokio::sync::Mutex<BatchNo>,
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
        stop: CancellationToken,
    ) -> Self {
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
            stop,
            index: Mutex::default(),
            next_batch: tokio::sync::Mutex::new(checkpoint.next_batch),
            copied: AtomicU64::new(0),
        }
    }

    pub(crate) fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts content that was copied and committed.
    pub(crate) fn count(&self, bytes: Bytes) {
        self.copied.fetch_add(bytes.0, Ordering::Relaxed);
    }

    /// Content this slice has copied and committed.
    pub(crate) fn copied(&self) -> Bytes {
        Bytes(self.copied.load(Ordering::Relaxed))
    }

    /// Waits between two tries of an item; not at all once the slice is to stop.
    pub(crate) async fn pause(&self, wait: Duration) -> Result<(), Halt> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Halt::Enough),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }
}
