//! Steps that decide who may work on a folder.

use std::time::Duration;

use longhaul_core::{FolderRef, OwnerToken, Timestamp};

use super::holder;
use crate::Error;
use crate::folder::{Checkpoint, Claim, Held, Lease, LeaseHolder, Seen};

/// Answers a worker that came with a message.
///
/// The order of the questions matters. An old message is answered at once, whoever works on the
/// folder; but that the store is behind is said only when nobody works on it, because what
/// follows is a reconciliation.
pub(crate) fn claim(
    checkpoint: &mut Checkpoint,
    folder: FolderRef,
    owner: OwnerToken,
    ttl: Duration,
    seen: Seen,
    now: Timestamp,
) -> Claim {
    if checkpoint.is_over() || seen.pass != checkpoint.pass {
        return Claim::Over;
    }
    let behind = seen.slice > checkpoint.slice
        || seen.fence > checkpoint.fence
        || seen.ledger_len > checkpoint.ledger_len;
    if seen.slice < checkpoint.slice && !behind {
        return Claim::Ahead(Box::new(checkpoint.clone()));
    }
    if let Some(other) = checkpoint.lease
        && other.owner != owner
        && other.expires > now
    {
        return Claim::NotBefore(other.expires);
    }
    if behind {
        return Claim::Behind(Box::new(checkpoint.clone()));
    }
    if let Some(until) = checkpoint.not_before
        && until > now
    {
        return Claim::NotBefore(until);
    }
    let expires = now.after(ttl);
    checkpoint.fence = checkpoint.fence.next();
    checkpoint.lease = Some(LeaseHolder { owner, expires });
    let lease = Lease { folder, owner, fence: checkpoint.fence, expires };
    Claim::Granted(Box::new(Held { lease, checkpoint: checkpoint.clone() }))
}

/// Lengthens a lease; it never gets shorter, because intents were promised to end within it.
pub(crate) fn renew(
    checkpoint: &mut Checkpoint,
    lease: &Lease,
    ttl: Duration,
    now: Timestamp,
) -> Result<Lease, Error> {
    let mut holder = holder(checkpoint, lease)?;
    holder.expires = holder.expires.max(now.after(ttl));
    checkpoint.lease = Some(holder);
    Ok(Lease { expires: holder.expires, ..*lease })
}

/// Gives a lease back.
pub(crate) fn release(checkpoint: &mut Checkpoint, lease: &Lease) -> Result<(), Error> {
    holder(checkpoint, lease)?;
    checkpoint.lease = None;
    Ok(())
}

/// Takes a lease away; its owner is stale from now on.
pub(crate) fn break_lease(checkpoint: &mut Checkpoint) {
    if checkpoint.lease.take().is_some() {
        checkpoint.fence = checkpoint.fence.next();
    }
}
