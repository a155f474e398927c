//! What commits bring besides the checkpoint: ledger bytes and failures.
//!
//! The ledger is kept in segments, one per commit, under their offsets: a commit writes its own
//! bytes and no others.

use redb::{ReadTransaction, ReadableTable as _};

use super::tables::{HEADS, LEDGER, Tables, decode, encode, failed, read_head};
use crate::Error;
use crate::folder::{Checkpoint, Commit, Failed, Failure, Recorded};

/// How many failures are recorded once `commit` is written.
pub(super) fn failed_after(
    tables: &Tables<'_>,
    key: &str,
    before: &Checkpoint,
    commit: &Commit,
) -> Result<Failed, Error> {
    let mut recorded = Vec::new();
    for item in commit.touched() {
        if let Some(found) = tables.failures.get((key, item.as_bytes())).map_err(failed("read"))? {
            recorded.push(Recorded::from(&decode::<Failure>(key, found.value())?));
        }
    }
    Ok(commit.failed_after(&before.counters, &recorded))
}

/// Writes what a commit brings besides the checkpoint.
pub(super) fn write_outcome(
    tables: &mut Tables<'_>,
    key: &str,
    commit: &Commit,
) -> Result<(), Error> {
    for item in &commit.cleared {
        tables.failures.remove((key, item.as_bytes())).map_err(failed("write"))?;
    }
    for failure in &commit.failures {
        let value = encode(key, failure)?;
        tables
            .failures
            .insert((key, failure.key.as_bytes()), value.as_slice())
            .map_err(failed("write"))?;
    }
    if !commit.append.bytes.is_empty() {
        tables
            .ledger
            .insert((key, commit.append.at), commit.append.bytes.as_slice())
            .map_err(failed("write"))?;
    }
    Ok(())
}

/// Committed ledger bytes from `from` on, at most `limit`.
pub(super) fn read_ledger(
    snapshot: &ReadTransaction,
    key: &str,
    from: u64,
    limit: usize,
) -> Result<Vec<u8>, Error> {
    let heads = snapshot.open_table(HEADS).map_err(failed("open a table"))?;
    let length = read_head(&heads, key)?.map_or(0, |head| head.ledger_len);
    let mut bytes = Vec::new();
    if from >= length {
        return Ok(bytes);
    }
    let segments = snapshot.open_table(LEDGER).map_err(failed("open a table"))?;
    let first = segments.range((key, 0)..=(key, from)).map_err(failed("read"))?.next_back();
    let begin = match first {
        Some(entry) => entry.map_err(failed("read"))?.0.value().1,
        None => return Err(hole(key)),
    };
    let end = length.min(from.saturating_add(limit.max(1) as u64));
    let mut at = begin;
    for entry in segments.range((key, begin)..(key, end)).map_err(failed("read"))? {
        let (offset, segment) = entry.map_err(failed("read"))?;
        if offset.value().1 != at {
            return Err(hole(key));
        }
        let segment = segment.value();
        let skip = usize::try_from(from.saturating_sub(at)).unwrap_or(usize::MAX);
        bytes.extend_from_slice(segment.get(skip..).unwrap_or_default());
        at += segment.len() as u64;
    }
    if at < end {
        return Err(hole(key));
    }
    bytes.truncate((end - from) as usize);
    Ok(bytes)
}

fn hole(key: &str) -> Error {
    #[derive(Debug, thiserror::Error)]
    #[error("ledger bytes are missing below its committed length")]
    struct Hole;
    Error::Corrupt { key: key.to_owned(), source: Box::new(Hole) }
}
