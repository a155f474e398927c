//! The model: what the store has to know, kept the plain way.

use std::collections::{BTreeMap, BTreeSet};

use longhaul_core::{BatchNo, Bytes, Epoch, Fence, ItemKey, OwnerToken, PassId, SliceNo};

use crate::conformance::support::items;
use crate::folder::{Bounds, Checkpoint, Counters, Failure, Intent, Position, Stage};
use crate::ledger::Record;

/// A folder. Intents are the fence that made them and the names of their items.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) pass: Option<PassId>,
    pub(super) bounds: Bounds,
    pub(super) epoch: u32,
    pub(super) slice: u32,
    pub(super) stage: Stage,
    pub(super) stage_begins: u32,
    pub(super) published: bool,
    pub(super) over: bool,
    pub(super) position: Option<Position>,
    pub(super) fence: u64,
    pub(super) owner: Option<OwnerToken>,
    pub(super) next_batch: u64,
    pub(super) intents: BTreeMap<u64, (u64, Vec<String>)>,
    pub(super) committed: BTreeSet<u64>,
    pub(super) ledger: Vec<Record>,
    pub(super) failures: BTreeMap<ItemKey, Failure>,
    pub(super) vanished: u64,
}

impl Model {
    /// The stage that a folder with this ledger begins with.
    pub(super) fn first_stage(&self) -> Stage {
        if self.ledger.is_empty() { Stage::Copy } else { Stage::Survey }
    }

    /// `found` with everything the model knows put in: the same, if the store is right.
    pub(super) fn overlay(&self, found: &Checkpoint) -> Checkpoint {
        let lease = self.owner.zip(found.lease).map(|(owner, mut holder)| {
            holder.owner = owner;
            holder
        });
        let intents = self.intents.iter().map(|(batch, (fence, names))| {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let times = found.intents.get(&BatchNo(*batch));
            let intent = Intent {
                fence: Fence(*fence),
                items: items(&names),
                made: times.map_or_else(Default::default, |intent| intent.made),
                deadline: times.map_or_else(Default::default, |intent| intent.deadline),
            };
            (BatchNo(*batch), intent)
        });
        Checkpoint {
            pass: self.pass.expect("begun"),
            epoch: Epoch(self.epoch),
            bounds: self.bounds,
            position: self.position.clone(),
            slice: SliceNo(self.slice),
            stage: self.stage,
            stage_begins: SliceNo(self.stage_begins),
            published: self.published,
            outcome: found.outcome.clone().filter(|_| self.over),
            fence: Fence(self.fence),
            lease,
            next_batch: BatchNo(self.next_batch),
            intents: intents.collect(),
            counters: Counters {
                items: self.ledger.len() as u64,
                bytes: self.ledger.iter().map(|record| record.size).sum::<Bytes>(),
                failed: self.failures.len() as u64,
                vanished: self.vanished,
                ..Counters::default()
            },
            ..found.clone()
        }
    }

    /// The set of committed numbers is the model's.
    pub(super) fn compare_batches(&self, found: &Checkpoint) {
        for batch in 0..self.next_batch + 2 {
            let known = found.committed.contains(BatchNo(batch));
            assert_eq!(known, self.committed.contains(&batch), "batch {batch}");
        }
        assert_eq!(found.is_over(), self.over);
    }
}
