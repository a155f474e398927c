//! What is known of a folder: how far its copy has come, and what is in flight.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use longhaul_core::state::FolderJobState;
use longhaul_core::{BatchNo, Bytes, Code, Epoch, Fence, ItemKey, PassId, SliceNo, Timestamp};
use serde::{Deserialize, Serialize};

use super::{BatchSet, LeaseHolder, Stage};
use crate::ledger::Sums;

/// How far a folder's copy has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The pass it is working for, or worked for last.
    pub pass: PassId,
    /// Which complete enumeration this is.
    pub epoch: Epoch,
    /// What the epoch copies.
    pub bounds: Bounds,
    /// Everything before it is copied, failed or out of bounds; `None` at an epoch's beginning.
    pub position: Option<Position>,
    /// The slice the folder is at within the pass.
    pub slice: SliceNo,
    /// What the pass is doing with the folder.
    #[serde(default)]
    pub stage: Stage,
    /// The first slice of that stage.
    #[serde(default)]
    pub stage_begins: SliceNo,
    /// The ledger's length when the pass had surveyed the folder: what is held below it can be
    /// settled in this pass.
    #[serde(default)]
    pub surveyed_to: u64,
    /// Whether the survey has to look at the whole list, wherever the position is: the list of a
    /// new epoch does not name what left the folder between that epoch's survey and it.
    #[serde(default)]
    pub survey_all: bool,
    /// Whether the message for `slice` is known to be published.
    pub published: bool,
    /// The next slice must not begin before this.
    pub not_before: Option<Timestamp>,
    /// How the pass ended for this folder.
    pub outcome: Option<Outcome>,
    /// The last owner's fence.
    pub fence: Fence,
    /// The present owner.
    pub lease: Option<LeaseHolder>,
    /// No batch has used this number or a higher one.
    pub next_batch: BatchNo,
    /// Batches that were committed.
    pub committed: BatchSet,
    /// Batches that may have been uploaded and are not committed.
    pub intents: BTreeMap<BatchNo, Intent>,
    /// Committed bytes of the ledger; what lies beyond does not count.
    pub ledger_len: u64,
    /// The destination id all ids of the ledger are written against; empty while it is empty.
    #[serde(with = "serde_bytes_vec")]
    pub template: Vec<u8>,
    /// What the ledger and the failures add up to.
    pub counters: Counters,
    /// Items copied when this pass began: the difference is what this pass copied.
    pub items_before: u64,
    /// What the folder looked like before the sync that ended the last pass.
    pub fingerprint: Option<Fingerprint>,
    /// When the folder last moved forward, on the store's clock.
    pub progressed: Timestamp,
}

/// What an epoch copies. Other bounds begin another epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bounds {
    /// Mail and posts that are not older than this stay behind (B-51).
    pub cutoff: Option<Timestamp>,
    /// Whether associated (hidden) items are copied too.
    pub associated: bool,
    /// Whether only items that are recorded as failed are copied (B-53).
    #[serde(default)]
    pub failed_only: bool,
}

/// A place in the source folder's list of changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The service's opaque sync state.
    pub sync_state: String,
    /// Whether it is the end of the list.
    pub last: bool,
}

/// A batch whose upload is about to be sent, or was: the note that makes a crash explainable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The owner that made it.
    pub fence: Fence,
    /// What it uploads.
    pub items: Vec<IntentItem>,
    /// When it was made, on the store's clock. What it uploads is created after this.
    pub made: Timestamp,
    /// The latest moment its upload may still run, on the store's clock.
    pub deadline: Timestamp,
}

/// One item of an intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentItem {
    /// Its key in the ledger.
    pub key: ItemKey,
    /// Its id at the source, to look it up when the outcome is in doubt.
    pub source_id: String,
    /// A digest of the content that is uploaded, the read state left out, if it was known before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<NonZeroU32>,
    /// The copy that is worked on; none for an item that has none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onto: Option<Onto>,
}

impl IntentItem {
    /// An item that has no copy yet and of whose content nothing is known.
    #[must_use]
    pub const fn new(key: ItemKey, source_id: String) -> Self {
        Self { key, source_id, content: None, onto: None }
    }
}

/// What an upload, or a move, does with a copy that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Onto {
    /// Its content is replaced.
    Update {
        /// Its id in the destination.
        copy: String,
        /// The digest of the source's change key that it will be known by.
        version: u32,
        /// The size, likewise.
        size: Bytes,
    },
    /// It is moved in from another folder.
    Move {
        /// Its id there.
        copy: String,
        /// When it was created, which a move does not change.
        created: Option<Timestamp>,
        /// The size it is known by.
        size: Bytes,
    },
}

/// What the ledger and the failures add up to. Written only together with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Items in the ledger.
    pub items: u64,
    /// Their sizes, as the source states them.
    pub bytes: Bytes,
    /// Items recorded as failed, conflicts among them.
    pub failed: u64,
    /// Of those, the conflicts: copies left alone for what their user did. No pass starts over for
    /// them.
    #[serde(default)]
    pub conflicts: u64,
    /// Items that were listed and gone when their turn came.
    pub vanished: u64,
    /// Items of the ledger that left their source folder, and of which it is not known yet
    /// whether they were moved or deleted.
    #[serde(default)]
    pub held: u64,
    /// Changes that were carried over to copies.
    #[serde(default)]
    pub replaced: u64,
    /// Items that were in the ledger and no longer are.
    #[serde(default)]
    pub removed: u64,
}

impl Counters {
    /// Takes what entries of the ledger add up to in; `None` if they take more than there is.
    pub(crate) fn add(&mut self, sums: Sums) -> Option<()> {
        self.items = (self.items + sums.added).checked_sub(sums.removed)?;
        self.bytes = Bytes((self.bytes.0 + sums.came.0).checked_sub(sums.went.0)?);
        self.held = (self.held + sums.held).checked_sub(sums.released)?;
        self.replaced += sums.replaced;
        self.removed += sums.removed;
        Some(())
    }

    /// Items recorded as failed that the next pass tries again.
    #[must_use]
    pub const fn to_retry(&self) -> u64 {
        self.failed.saturating_sub(self.conflicts)
    }

    /// Items that ever came into the ledger.
    pub(crate) const fn copied(&self) -> u64 {
        self.items + self.removed
    }
}

/// An item that could not be copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its key.
    pub key: ItemKey,
    /// Its id at the source.
    pub source_id: String,
    /// Its item class.
    pub class: String,
    /// Its size, as the source states it.
    pub size: Bytes,
    /// Its date, by B-51's rule.
    pub received: Option<Timestamp>,
    /// Why.
    pub code: Code,
    /// The service's response code or the reason's detail; never content.
    pub detail: String,
    /// The pass that tried it last.
    pub pass: PassId,
    /// How often that pass has tried it.
    pub attempts: u32,
    /// When it was last tried, on the store's clock.
    pub at: Timestamp,
}

/// What a folder looked like, for noticing later that nothing has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// 0x670A: last change of content.
    pub changed: Option<Timestamp>,
    /// 0x670B: items deleted so far.
    pub deleted: Option<u64>,
    /// Items.
    pub items: u64,
    /// Associated items.
    pub associated: u64,
    /// Unread items.
    pub unread: u64,
}

/// How a pass ended for a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The whole list was worked through.
    Done,
    /// Given up for this pass.
    Parked {
        /// Why.
        code: Code,
        /// A sentence for the operator; never content or addresses.
        detail: String,
    },
    /// The pass was stopped.
    Cancelled,
}

impl Checkpoint {
    /// Without what is large: the sync state, and the items of intents.
    pub(crate) fn head(&self) -> Self {
        let mut head = self.clone();
        if let Some(position) = &mut head.position {
            position.sync_state.clear();
        }
        head.intents.values_mut().for_each(|intent| intent.items.clear());
        head
    }

    /// Items that came into the ledger in this pass so far, also those that an owner of an earlier
    /// pass uploaded and this one settled.
    #[must_use]
    pub const fn copied_in_pass(&self) -> u64 {
        self.counters.copied().saturating_sub(self.items_before)
    }

    /// Whether the present slice is the first of its stage: its message is published by the
    /// coordinator, once every folder of the mailbox is that far.
    #[must_use]
    pub fn begins_stage(&self) -> bool {
        self.slice == self.stage_begins
    }

    /// Whether the pass will do nothing more with the folder.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.outcome.is_some()
    }

    /// The state these facts amount to at `now` (store's clock).
    ///
    /// A pass that goes on from the end of the last one's list is `Verifying` under its lease until
    /// a commit moves the position: nothing is known to be left.
    #[must_use]
    pub fn job_state(&self, now: Timestamp) -> FolderJobState {
        match &self.outcome {
            Some(Outcome::Done) => return FolderJobState::Done,
            Some(Outcome::Parked { code, .. }) => return FolderJobState::Parked { code: *code },
            Some(Outcome::Cancelled) => return FolderJobState::Cancelled,
            None => {}
        }
        if self.lease.is_some_and(|lease| lease.expires > now) {
            return match &self.position {
                Some(position) if position.last => FolderJobState::Verifying,
                Some(_) => FolderJobState::Copying,
                None if self.intents.is_empty() => FolderJobState::Leased,
                None => FolderJobState::Copying,
            };
        }
        match self.not_before {
            Some(until) if until > now => FolderJobState::Deferred { until },
            _ if self.published => FolderJobState::Queued,
            _ => FolderJobState::Planned,
        }
    }
}

/// Bytes as MessagePack bytes, not as an array of numbers.
mod serde_bytes_vec {
    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserializer, Serializer};

    #[expect(clippy::ptr_arg, reason = "the signature serde's `with` asks for")]
    pub(super) fn serialize<S: Serializer>(bytes: &Vec<u8>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct BytesVisitor;
        impl<'de> Visitor<'de> for BytesVisitor {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        from.deserialize_bytes(BytesVisitor)
    }
}
