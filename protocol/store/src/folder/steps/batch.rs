//! Steps of a batch: its intent, and its outcome.

use std::time::Duration;

use longhaul_core::{BatchNo, Timestamp};

use super::holder;
use crate::Error;
use crate::folder::{Checkpoint, Commit, Failed, Intent, IntentItem, Lease, Receipt};
use crate::invariants::{self, Invariant};
use crate::ledger::{Append, Entry, Reader, Sums};

/// How far a batch number may run ahead: more is a fault, and each number costs a step.
const MAX_SKIPPED: u64 = 1 << 16;

/// Notes that a batch is about to be uploaded; answers until when its upload may run.
pub(crate) fn intend(
    checkpoint: &mut Checkpoint,
    lease: &Lease,
    batch: BatchNo,
    items: Vec<IntentItem>,
    runtime: Duration,
    now: Timestamp,
) -> Result<Timestamp, Error> {
    let holder = holder(checkpoint, lease)?;
    let wished = now.after(runtime);
    if wished <= now || wished > holder.expires {
        return Err(Error::Conflict("the lease does not outlast the upload"));
    }
    let intent = match checkpoint.intents.get(&batch) {
        Some(known) if known.fence != lease.fence => {
            return Err(Error::Conflict("the batch is an earlier owner's"));
        }
        Some(known) if known.items != items => {
            return Err(Error::Conflict("the batch has another intent"));
        }
        // What was sent under the earlier deadline may still run until then.
        Some(known) => Intent { deadline: known.deadline.max(wished), ..known.clone() },
        None if batch < checkpoint.next_batch => {
            return Err(Error::Conflict("the batch number is used"));
        }
        None if batch.0 - checkpoint.next_batch.0 > MAX_SKIPPED => {
            return Err(Error::Conflict("the batch number is far ahead"));
        }
        None => {
            // Skipped numbers will never be committed, and must not keep the set from closing.
            (checkpoint.next_batch.0..batch.0)
                .for_each(|skipped| checkpoint.committed.insert(BatchNo(skipped)));
            checkpoint.next_batch = batch.next();
            Intent { fence: lease.fence, items, made: now, deadline: wished }
        }
    };
    let deadline = intent.deadline;
    let stored = Lease { expires: holder.expires, ..*lease };
    invariants::check(Invariant::Cp3, invariants::may_upload(&stored, &intent, now));
    checkpoint.intents.insert(batch, intent);
    Ok(deadline)
}

/// Takes a batch's outcome in. `failed` is how many failures are recorded once the commit's own
/// are written and what it clears is removed.
pub(crate) fn commit(
    checkpoint: &mut Checkpoint,
    lease: &Lease,
    commit: &Commit,
    failed: Failed,
    now: Timestamp,
) -> Result<Receipt, Error> {
    holder(checkpoint, lease)?;
    if checkpoint.committed.contains(commit.batch) {
        return Ok(Receipt { ledger_len: checkpoint.ledger_len, repeated: true });
    }
    if checkpoint.intents.remove(&commit.batch).is_none() {
        return Err(Error::Conflict("the batch has no intent"));
    }
    append(checkpoint, &commit.append)?;
    checkpoint.committed.insert(commit.batch);
    checkpoint.counters.failed = failed.all;
    checkpoint.counters.conflicts = failed.conflicts;
    checkpoint.counters.vanished += commit.vanished;
    if let Some(position) = &commit.position {
        checkpoint.position = Some(position.clone());
    }
    checkpoint.progressed = now;
    Ok(Receipt { ledger_len: checkpoint.ledger_len, repeated: false })
}

fn append(checkpoint: &mut Checkpoint, append: &Append) -> Result<(), Error> {
    if append.at != checkpoint.ledger_len {
        return Err(Error::Conflict("the records were made for another ledger length"));
    }
    if let Some(template) = &append.template {
        if checkpoint.ledger_len > 0 && *template != checkpoint.template {
            return Err(Error::Conflict("the ledger has another template"));
        }
        checkpoint.template.clone_from(template);
    }
    checkpoint.ledger_len += append.bytes.len() as u64;

    let mut reader = Reader::new(checkpoint.template.clone());
    let entries = reader.push(&append.bytes).map_err(|_| UNREADABLE)?;
    reader.finish().map_err(|_| UNREADABLE)?;
    let sums = Sums::of(&entries);
    if sums != append.sums {
        return Err(Error::Conflict("the entries are not what their sums say"));
    }
    if entries
        .into_iter()
        .filter_map(Entry::into_record)
        .any(|record| record.destination.is_empty())
    {
        return Err(Error::Conflict("a record has no destination id"));
    }
    let before = checkpoint.counters;
    checkpoint.counters.add(sums).ok_or(Error::Conflict("the entries take more than there is"))?;
    let items = checkpoint.counters.items;
    invariants::check(Invariant::Cp2, items + sums.removed == before.items + sums.added);
    Ok(())
}

const UNREADABLE: Error = Error::Conflict("the entries do not decode");
