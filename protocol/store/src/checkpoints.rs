//! The truth about folders.

use std::time::Duration;

use async_trait::async_trait;
use longhaul_core::{
    BatchNo, FolderKey, FolderRef, MailboxId, OwnerToken, PassId, SliceNo, Timestamp,
};

use crate::Error;
use crate::folder::{
    Checkpoint, Claim, Commit, Failure, IntentItem, Lease, PassStart, Position, Receipt, Seen,
    SliceEnd,
};

/// Checkpoints, leases and ledgers of folders.
///
/// Every call is atomic: it is carried out whole or not at all, and a refused one has written
/// nothing. A cancelled call may have been carried out; each can be repeated.
///
/// An owner is told from a stale one by its fence, not by the time: a lease that has run out and
/// that nobody has taken over since can still be renewed, and its owner's uploads committed. It
/// only cannot [`intend`](Self::intend) another one.
#[async_trait]
pub trait Checkpoints: Send + Sync + std::fmt::Debug {
    /// The store's clock: the only one that instants in the store may be compared with.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn now(&self) -> Result<Timestamp, Error>;

    /// Begins a pass with a folder: slice 0, unpublished. The same bounds and no recorded failure
    /// but conflicts: it goes on from its sync state; otherwise a new epoch begins, which enumerates everything
    /// and drops what the ledger has. A lease of an earlier pass is broken; its intents stay.
    /// The same pass again: nothing changes. Batch numbers go on; the recorded failures stay until
    /// they are cleared; a new epoch forgets the fingerprint.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn begin(&self, folder: FolderRef, start: PassStart) -> Result<Checkpoint, Error>;

    /// A folder's checkpoint, if a pass ever began with it.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn checkpoint(&self, folder: FolderRef) -> Result<Option<Checkpoint>, Error>;

    /// The checkpoints of all folders of a mailbox, without sync states (positions are there with
    /// an empty state) and without the items of intents.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn overview(&self, mailbox: MailboxId) -> Result<Vec<(FolderKey, Checkpoint)>, Error>;

    /// Asks for a folder on behalf of a message. Granted, the fence grows by one and the lease
    /// runs for `ttl`. An owner that asks again while it holds the lease is granted a new one.
    ///
    /// The first answer that fits is given: [`Claim::Over`]; [`Claim::Ahead`], whoever works on
    /// the folder, unless the message knows of a later fence or ledger; [`Claim::NotBefore`] if
    /// another's lease runs; [`Claim::Behind`]; `NotBefore` if the slice must wait;
    /// [`Claim::Granted`].
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if no pass ever began with it.
    async fn claim(
        &self,
        folder: FolderRef,
        owner: OwnerToken,
        ttl: Duration,
        seen: Seen,
    ) -> Result<Claim, Error>;

    /// Lengthens a lease to `ttl` from now; it never gets shorter.
    ///
    /// # Errors
    ///
    /// [`Error::StaleOwner`] if the folder has another owner, or none, by now.
    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, Error>;

    /// Gives a lease back without ending the slice: another worker may begin it again.
    ///
    /// # Errors
    ///
    /// [`Error::StaleOwner`] likewise.
    async fn release(&self, lease: &Lease) -> Result<(), Error>;

    /// Notes that a batch is about to be uploaded, and that its upload ends within `runtime`.
    /// Returns the deadline. The batch number must be the checkpoint's next or a later one, and
    /// numbers that are skipped are spent. The same intent again changes nothing but its deadline,
    /// which never gets earlier: what was sent may still run.
    ///
    /// # Errors
    ///
    /// [`Error::StaleOwner`]; [`Error::Conflict`] for a used batch number, an earlier owner's
    /// intent (commit it, empty if it was not uploaded), or if the lease does not outlast
    /// `runtime` (CP-3).
    async fn intend(
        &self,
        lease: &Lease,
        batch: BatchNo,
        items: Vec<IntentItem>,
        runtime: Duration,
    ) -> Result<Timestamp, Error>;

    /// Writes a batch's outcome: records, number, position, counters, failures; clears its intent,
    /// also one that an earlier owner made.
    ///
    /// # Errors
    ///
    /// [`Error::StaleOwner`] (CP-4); [`Error::Conflict`] if the batch has no intent, if the
    /// records were not made for the ledger's present length, or if they do not decode to what
    /// their sums say. (A position is of the present epoch, because an epoch ends with its lease.)
    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<Receipt, Error>;

    /// Ends the slice and the lease. `position` is where the next slice begins, if that changed.
    ///
    /// # Errors
    ///
    /// [`Error::StaleOwner`]; [`Error::Conflict`] for [`SliceEnd::Done`] while an intent is open
    /// or unless the position, this or else the stored one, is the list's end, and for
    /// [`SliceEnd::NewEpoch`] with a position.
    async fn end_slice(
        &self,
        lease: &Lease,
        end: SliceEnd,
        position: Option<Position>,
    ) -> Result<Checkpoint, Error>;

    /// Notes that the message for a slice is published. Another pass or slice: nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn mark_published(
        &self,
        folder: FolderRef,
        pass: PassId,
        slice: SliceNo,
    ) -> Result<(), Error>;

    /// Ends a pass for a folder as cancelled and breaks its lease; nothing if it is over already
    /// or works for another pass. Its intents stay.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn cancel(&self, folder: FolderRef, pass: PassId) -> Result<(), Error>;

    /// Takes a folder up again that `pass` gave up: the slice it was at may be claimed, and its
    /// message counts as published. Nothing if it was not given up or works for another pass.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn reopen(&self, folder: FolderRef, pass: PassId) -> Result<(), Error>;

    /// Committed bytes of the ledger from `from` on, at most about `limit` bytes, never past the
    /// committed length. Empty at its end. Records may be cut at `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn ledger(&self, folder: FolderRef, from: u64, limit: usize) -> Result<Vec<u8>, Error>;

    /// Items recorded as failed, in the order of their keys, after `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn failures(
        &self,
        folder: FolderRef,
        after: Option<longhaul_core::ItemKey>,
        limit: usize,
    ) -> Result<Vec<Failure>, Error>;
}
