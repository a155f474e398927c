//! Who may work on a folder.

use longhaul_core::{Fence, FolderRef, OwnerToken, PassId, SliceNo, Timestamp};
use serde::{Deserialize, Serialize};

use super::Checkpoint;

/// The owner as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseHolder {
    /// Who.
    pub owner: OwnerToken,
    /// Until when, on the store's clock.
    pub expires: Timestamp,
}

/// The right to work on a folder, as its owner holds it. Every write carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The folder.
    pub folder: FolderRef,
    /// The owner.
    pub owner: OwnerToken,
    /// The fence: greater than that of every owner before.
    pub fence: Fence,
    /// Until when, on the store's clock.
    pub expires: Timestamp,
}

/// What a message says its sender saw of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The message's pass.
    pub pass: PassId,
    /// The message's slice.
    pub slice: SliceNo,
    /// The fence its sender saw.
    pub fence: Fence,
    /// The ledger length its sender saw.
    pub ledger_len: u64,
}

/// The answer to a worker that wants to work on a folder.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// It is yours.
    Granted(Box<Held>),
    /// Not yet: someone else holds it, or the next slice must not begin before then.
    NotBefore(Timestamp),
    /// The message is of an earlier slice; the checkpoint says whether its continuation is out.
    Ahead(Box<Checkpoint>),
    /// The pass is over for this folder, or another pass has begun: drop the message.
    Over,
    /// The store is older than the message (design section 4.7).
    Behind(Box<Checkpoint>),
}

/// A folder taken up.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The right to work.
    pub lease: Lease,
    /// Where to go on.
    pub checkpoint: Checkpoint,
}
