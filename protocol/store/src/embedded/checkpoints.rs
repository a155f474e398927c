//! Folders: each call loads a checkpoint, takes a step, stores what changed.

use std::time::Duration;

use async_trait::async_trait;
use longhaul_core::{
    BatchNo, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId, SliceNo, Timestamp,
};

use super::Embedded;
use super::outcome::{failed_after, read_ledger, write_outcome};
use super::tables::{FAILURES, HEADS, Tables, decode, failed, folder_key, read_checkpoint};
use crate::folder::{
    Checkpoint, Claim, Commit, Failure, IntentItem, Lease, PassStart, Position, Receipt, Seen,
    SliceEnd, steps,
};
use crate::{Checkpoints, Error};

impl Embedded {
    /// A step of the folder's owner.
    async fn owned<T: Send + 'static>(
        &self,
        lease: &Lease,
        step: impl FnOnce(&mut Checkpoint, &Lease, Timestamp) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (lease, clock) = (*lease, self.clock.clone());
        self.write(move |tables| {
            let key = folder_key(lease.folder);
            let before = present(tables, &key, lease.folder)?;
            let (after, answer) = steps::apply_owned(&before, &lease, |checkpoint| {
                step(checkpoint, &lease, clock.now())
            })?;
            tables.store(&key, Some(&before), &after)?;
            Ok(answer)
        })
        .await
    }

    /// A step of the coordinator; nothing if the folder is not known.
    async fn unowned(
        &self,
        folder: FolderRef,
        step: impl FnOnce(&mut Checkpoint, Timestamp) + Send + 'static,
    ) -> Result<(), Error> {
        let clock = self.clock.clone();
        self.write(move |tables| {
            let key = folder_key(folder);
            let Some(before) = tables.checkpoint(&key)? else {
                return Ok(());
            };
            let (after, ()) = steps::apply(&before, |checkpoint| {
                step(checkpoint, clock.now());
                Ok(())
            })?;
            tables.store(&key, Some(&before), &after)
        })
        .await
    }
}

#[async_trait]
impl Checkpoints for Embedded {
    async fn now(&self) -> Result<Timestamp, Error> {
        Ok(self.clock.now())
    }

    async fn begin(&self, folder: FolderRef, start: PassStart) -> Result<Checkpoint, Error> {
        let clock = self.clock.clone();
        self.write(move |tables| {
            let key = folder_key(folder);
            let before = tables.checkpoint(&key)?;
            let after = steps::begin(before.as_ref(), start, clock.now());
            tables.store(&key, before.as_ref(), &after)?;
            Ok(after)
        })
        .await
    }

    async fn checkpoint(&self, folder: FolderRef) -> Result<Option<Checkpoint>, Error> {
        self.access.read(move |snapshot| read_checkpoint(snapshot, &folder_key(folder))).await
    }

    async fn overview(&self, mailbox: MailboxId) -> Result<Vec<(FolderKey, Checkpoint)>, Error> {
        self.access
            .read(move |snapshot| {
                let heads = snapshot.open_table(HEADS).map_err(failed("open a table"))?;
                let prefix = format!("{mailbox}/");
                let mut folders = Vec::new();
                for entry in heads.range(prefix.as_str()..).map_err(failed("read"))? {
                    let (key, head) = entry.map_err(failed("read"))?;
                    let key = key.value();
                    let Some(folder) = key.strip_prefix(&prefix) else {
                        break;
                    };
                    let folder = folder.parse::<FolderKey>().map_err(|error| Error::Corrupt {
                        key: key.to_owned(),
                        source: Box::new(error),
                    })?;
                    folders.push((folder, decode(key, head.value())?));
                }
                Ok(folders)
            })
            .await
    }

    async fn claim(
        &self,
        folder: FolderRef,
        owner: OwnerToken,
        ttl: Duration,
        seen: Seen,
    ) -> Result<Claim, Error> {
        let clock = self.clock.clone();
        self.write(move |tables| {
            let key = folder_key(folder);
            let before = present(tables, &key, folder)?;
            let (after, answer) = steps::apply(&before, |checkpoint| {
                Ok(steps::claim(checkpoint, folder, owner, ttl, seen, clock.now()))
            })?;
            tables.store(&key, Some(&before), &after)?;
            Ok(answer)
        })
        .await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, Error> {
        self.owned(lease, move |checkpoint, lease, now| steps::renew(checkpoint, lease, ttl, now))
            .await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.owned(lease, |checkpoint, lease, _| steps::release(checkpoint, lease)).await
    }

    async fn intend(
        &self,
        lease: &Lease,
        batch: BatchNo,
        items: Vec<IntentItem>,
        runtime: Duration,
    ) -> Result<Timestamp, Error> {
        self.owned(lease, move |checkpoint, lease, now| {
            steps::intend(checkpoint, lease, batch, items, runtime, now)
        })
        .await
    }

    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<Receipt, Error> {
        let (lease, clock) = (*lease, self.clock.clone());
        self.write(move |tables| {
            let key = folder_key(lease.folder);
            let before = present(tables, &key, lease.folder)?;
            let failed = failed_after(tables, &key, &before, &commit)?;
            let (after, receipt) = steps::apply_owned(&before, &lease, |checkpoint| {
                steps::commit(checkpoint, &lease, &commit, failed, clock.now())
            })?;
            if !receipt.repeated {
                write_outcome(tables, &key, &commit)?;
            }
            tables.store(&key, Some(&before), &after)?;
            Ok(receipt)
        })
        .await
    }

    async fn end_slice(
        &self,
        lease: &Lease,
        end: SliceEnd,
        position: Option<Position>,
    ) -> Result<Checkpoint, Error> {
        self.owned(lease, move |checkpoint, lease, now| {
            steps::end_slice(checkpoint, lease, end, position, now)?;
            Ok(checkpoint.clone())
        })
        .await
    }

    async fn mark_published(
        &self,
        folder: FolderRef,
        pass: PassId,
        slice: SliceNo,
    ) -> Result<(), Error> {
        self.unowned(folder, move |checkpoint, _| steps::mark_published(checkpoint, pass, slice))
            .await
    }

    async fn cancel(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        self.unowned(folder, move |checkpoint, _| steps::cancel(checkpoint, pass)).await
    }

    async fn reopen(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        self.unowned(folder, move |checkpoint, now| steps::reopen(checkpoint, pass, now)).await
    }

    async fn ledger(&self, folder: FolderRef, from: u64, limit: usize) -> Result<Vec<u8>, Error> {
        self.access
            .read(move |snapshot| read_ledger(snapshot, &folder_key(folder), from, limit))
            .await
    }

    async fn failures(
        &self,
        folder: FolderRef,
        after: Option<ItemKey>,
        limit: usize,
    ) -> Result<Vec<Failure>, Error> {
        self.access
            .read(move |snapshot| {
                let failures = snapshot.open_table(FAILURES).map_err(failed("open a table"))?;
                let key = folder_key(folder);
                let from = after.as_ref().map_or(&[0; ItemKey::LEN], ItemKey::as_bytes);
                let range = (key.as_str(), from)..=(key.as_str(), &[0xff; ItemKey::LEN]);
                let mut found = Vec::new();
                for entry in failures.range(range).map_err(failed("read"))? {
                    if found.len() == limit {
                        break;
                    }
                    let (at, failure) = entry.map_err(failed("read"))?;
                    if after.is_none_or(|after| after.as_bytes() != at.value().1) {
                        found.push(decode(&key, failure.value())?);
                    }
                }
                Ok(found)
            })
            .await
    }
}

fn present(tables: &Tables<'_>, key: &str, folder: FolderRef) -> Result<Checkpoint, Error> {
    tables.checkpoint(key)?.ok_or_else(|| Error::NotFound(format!("folder {folder}")))
}
