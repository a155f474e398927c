//! Folders: each call is a step on what was read.

use std::time::Duration;

use async_trait::async_trait;
use longhaul_core::{
    BatchNo, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId, SliceNo, Timestamp,
};

use super::Redis;
use super::folder::Parts;
use super::page::Ordered;
use super::reply::corrupt;
use super::revision::{decode, decode_head};
use super::step::View;
use super::store::deadline;
use super::write::Brought;
use crate::folder::{
    Checkpoint, Claim, Commit, Failure, IntentItem, Lease, PassStart, Position, Receipt, Seen,
    SliceEnd, steps,
};
use crate::{Checkpoints, Error};

/// Ledger bytes of one request at most: the server does nothing else meanwhile.
const PIECE: u64 = 1 << 20;

impl Redis {
    /// A step of the coordinator; nothing if the folder is not known.
    async fn unowned(
        &self,
        action: &'static str,
        folder: FolderRef,
        step: impl Fn(&mut Checkpoint, Timestamp) + Send + Sync,
    ) -> Result<(), Error> {
        let stepped = self.step(action, folder, Parts::Head, Brought::default(), |view| {
            steps::apply(present(view, folder)?, |checkpoint| {
                step(checkpoint, view.now);
                Ok(())
            })
        });
        match stepped.await {
            Err(Error::NotFound(_)) => Ok(()),
            answer => answer,
        }
    }
}

#[async_trait]
impl Checkpoints for Redis {
    async fn now(&self) -> Result<Timestamp, Error> {
        let mut pipe = redis::pipe();
        pipe.cmd("TIME");
        let mut answers = self.read("read the time", &pipe, deadline()).await?;
        Ok(self.time(answers.take()?))
    }

    async fn begin(&self, folder: FolderRef, start: PassStart) -> Result<Checkpoint, Error> {
        self.step("begin", folder, Parts::Whole, Brought::default(), |view| {
            let after = steps::begin(view.checkpoint, start, view.now);
            Ok((after.clone(), after))
        })
        .await
    }

    async fn checkpoint(&self, folder: FolderRef) -> Result<Option<Checkpoint>, Error> {
        let keys = self.keys.folder(folder);
        Ok(self.find(folder, &keys, Parts::Whole, deadline()).await?.checkpoint)
    }

    async fn overview(&self, mailbox: MailboxId) -> Result<Vec<(FolderKey, Checkpoint)>, Error> {
        let mut pipe = redis::pipe();
        pipe.hgetall(self.keys.heads(mailbox)).get(&self.keys.mark);
        let mut answers = self.read("read", &pipe, deadline()).await?;
        let heads: Vec<(String, Vec<u8>)> = answers.take()?;
        self.check_mark(&mut answers)?;
        let folders = heads.into_iter().map(|(folder, head)| {
            let key: FolderKey = folder.parse().map_err(|error| corrupt(&mailbox, error))?;
            Ok((key, decode_head(&FolderRef { mailbox, folder: key }, &head)?.1))
        });
        let mut folders = folders.collect::<Result<Vec<_>, Error>>()?;
        folders.sort_by_key(|(folder, _)| *folder);
        Ok(folders)
    }

    async fn claim(
        &self,
        folder: FolderRef,
        owner: OwnerToken,
        ttl: Duration,
        seen: Seen,
    ) -> Result<Claim, Error> {
        self.step("claim", folder, Parts::Whole, Brought::default(), |view| {
            steps::apply(present(view, folder)?, |checkpoint| {
                Ok(steps::claim(checkpoint, folder, owner, ttl, seen, view.now))
            })
        })
        .await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, Error> {
        self.step("renew", lease.folder, Parts::Head, Brought::default(), |view| {
            steps::apply_owned(present(view, lease.folder)?, lease, |checkpoint| {
                steps::renew(checkpoint, lease, ttl, view.now)
            })
        })
        .await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.step("release", lease.folder, Parts::Head, Brought::default(), |view| {
            steps::apply_owned(present(view, lease.folder)?, lease, |checkpoint| {
                steps::release(checkpoint, lease)
            })
        })
        .await
    }

    async fn intend(
        &self,
        lease: &Lease,
        batch: BatchNo,
        items: Vec<IntentItem>,
        runtime: Duration,
    ) -> Result<Timestamp, Error> {
        self.step("intend", lease.folder, Parts::Intent(batch), Brought::default(), |view| {
            steps::apply_owned(present(view, lease.folder)?, lease, |checkpoint| {
                steps::intend(checkpoint, lease, batch, items.clone(), runtime, view.now)
            })
        })
        .await
    }

    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<Receipt, Error> {
        let touched = commit.touched();
        let brought = Brought { sync_state: commit.position.is_some(), commit: Some(&commit) };
        self.step("commit", lease.folder, Parts::Failed(&touched), brought, |view| {
            let before = present(view, lease.folder)?;
            let failed = commit.failed_after(&before.counters, view.failed);
            steps::apply_owned(before, lease, |checkpoint| {
                steps::commit(checkpoint, lease, &commit, failed, view.now)
            })
        })
        .await
    }

    async fn end_slice(
        &self,
        lease: &Lease,
        end: SliceEnd,
        position: Option<Position>,
    ) -> Result<Checkpoint, Error> {
        let brought = Brought { sync_state: position.is_some(), commit: None };
        self.step("end the slice", lease.folder, Parts::Whole, brought, |view| {
            steps::apply_owned(present(view, lease.folder)?, lease, |checkpoint| {
                steps::end_slice(checkpoint, lease, end.clone(), position.clone(), view.now)?;
                Ok(checkpoint.clone())
            })
        })
        .await
    }

    async fn mark_published(
        &self,
        folder: FolderRef,
        pass: PassId,
        slice: SliceNo,
    ) -> Result<(), Error> {
        let step = |checkpoint: &mut _, _| steps::mark_published(checkpoint, pass, slice);
        self.unowned("mark as published", folder, step).await
    }

    async fn cancel(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        self.unowned("cancel", folder, |checkpoint, _| steps::cancel(checkpoint, pass)).await
    }

    async fn reopen(&self, folder: FolderRef, pass: PassId) -> Result<(), Error> {
        let step = |checkpoint: &mut _, now| steps::reopen(checkpoint, pass, now);
        self.unowned("reopen", folder, step).await
    }

    async fn ledger(&self, folder: FolderRef, from: u64, limit: usize) -> Result<Vec<u8>, Error> {
        let (keys, until) = (self.keys.folder(folder), deadline());
        let mut bytes = Vec::new();
        loop {
            let at = from + bytes.len() as u64;
            let wanted = ((limit.max(1) - bytes.len()) as u64).min(PIECE);
            let last = isize::try_from(at.saturating_add(wanted) - 1).unwrap_or(isize::MAX);
            let mut pipe = redis::pipe();
            // What lies below a committed length never changes: one request, not one moment.
            pipe.hget(&keys.heads, &keys.field);
            pipe.getrange(&keys.ledger, isize::try_from(at).unwrap_or(isize::MAX), last);
            pipe.get(&self.keys.mark);
            let mut answers = self.read("read", &pipe, until).await?;
            let head: Option<Vec<u8>> = answers.take()?;
            let length = match &head {
                Some(head) => decode_head(&folder, head)?.1.ledger_len,
                None => 0,
            };
            let mut piece: Vec<u8> = answers.take()?;
            self.check_mark(&mut answers)?;
            let expected = length.saturating_sub(at).min(wanted) as usize;
            if piece.len() < expected {
                return Err(corrupt(&keys.ledger, "bytes below its committed length are missing"));
            }
            piece.truncate(expected);
            bytes.extend_from_slice(&piece);
            if at + piece.len() as u64 >= length || bytes.len() >= limit {
                return Ok(bytes);
            }
        }
    }

    async fn failures(
        &self,
        folder: FolderRef,
        after: Option<ItemKey>,
        limit: usize,
    ) -> Result<Vec<Failure>, Error> {
        let keys = self.keys.folder(folder);
        let failures = Ordered { index: &keys.failed, values: &keys.failures };
        let after = after.as_ref().map(|after| after.as_bytes().as_slice());
        let found = self.pages(failures, &[], after, limit).await?;
        found.iter().map(|(_, failure)| decode(&folder, failure)).collect()
    }
}

fn present(view: View<'_>, folder: FolderRef) -> Result<&Checkpoint, Error> {
    view.checkpoint.ok_or_else(|| Error::NotFound(format!("folder {folder}")))
}
