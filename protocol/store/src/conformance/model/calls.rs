//! Random calls, and what the model makes of each.

use std::collections::BTreeSet;

use longhaul_core::{BatchNo, ItemKey, OwnerToken, PassId, SliceNo};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

use super::plain::Model;
use crate::Error;
use crate::conformance::Setup;
use crate::conformance::support::{
    Bench, LONG, RUNTIME, done, failure, go_on, items, list_end, position, record,
};
use crate::folder::{Bounds, Claim, Lease, PassStart, Position, Seen, SliceEnd, Stage};
use crate::ledger::Append;

const SEEDS: u64 = 6;
const CALLS: usize = 250;

/// Every call answers as the model says, leaves what the model says, and counters always equal
/// the ledger; restarts in between lose nothing.
pub async fn random_calls_answer_as_the_model_says(setup: &impl Setup) {
    for seed in 0..SEEDS {
        println!("seed {seed}");
        let mut run = Run {
            bench: Bench::begun(setup).await,
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            owners: std::array::from_fn(|_| OwnerToken::generate()),
            leases: Vec::new(),
            model: Model::default(),
        };
        let begun = run.bench.checkpoint().await;
        (run.model.pass, run.model.epoch) = (Some(begun.pass), begun.epoch.0);
        for call in 0..CALLS {
            run.call().await;
            run.compare(call).await;
        }
        run.bench.audit().await;
    }
}

/// What a call may be answered with.
#[derive(Debug, PartialEq)]
enum Answer {
    Done,
    Repeated,
    Stale,
    Conflict,
}

impl Answer {
    fn of<T>(answer: &Result<T, Error>) -> Self {
        match answer {
            Ok(_) => Self::Done,
            Err(Error::StaleOwner) => Self::Stale,
            Err(Error::Conflict(_)) => Self::Conflict,
            Err(other) => panic!("the store failed: {other}"),
        }
    }
}

struct Run<'a, S> {
    bench: Bench<'a, S>,
    random: Xoshiro256PlusPlus,
    owners: [OwnerToken; 3],
    /// Every lease that was ever granted.
    leases: Vec<Lease>,
    model: Model,
}

impl<S: Setup> Run<'_, S> {
    async fn call(&mut self) {
        match self.random.random_range(0..100) {
            0..5 => self.begin().await,
            5..25 => self.claim().await,
            25..28 => self.release().await,
            28..55 => self.intend().await,
            55..85 => self.commit().await,
            85..94 => self.end_slice().await,
            94..95 => self.cancel().await,
            95..98 => self.mark_published().await,
            _ => {
                if self.bench.setup.restart().await {
                    self.model.owner = None;
                }
            }
        }
    }

    async fn begin(&mut self) {
        let bounds = Bounds { associated: self.random.random_bool(0.3), ..Bounds::default() };
        let pass = PassId::generate();
        let start = PassStart { pass, bounds };
        self.bench.store().begin(self.bench.folder, start).await.expect("begins");
        let model = &mut self.model;
        if model.bounds != bounds || !model.failures.is_empty() || model.position.is_none() {
            model.epoch += 1;
            model.position = None;
        }
        // The list goes on from there; its end is another one.
        if let Some(position) = &mut model.position {
            position.last = false;
        }
        if model.owner.take().is_some() {
            model.fence += 1;
        }
        (model.pass, model.bounds) = (Some(pass), bounds);
        (model.slice, model.published, model.over) = (0, false, false);
        (model.stage, model.stage_begins) = (model.first_stage(), 0);
    }

    async fn claim(&mut self) {
        let owner = self.owners[self.random.random_range(0..self.owners.len())];
        let now = self.bench.seen().await;
        let slice = match self.random.random_range(0..10) {
            0 => SliceNo(now.slice.0.saturating_sub(1)),
            1 => now.slice.next(),
            _ => now.slice,
        };
        let seen = Seen { slice, ..now };
        let claim = self.bench.claim(owner, LONG, seen).await;
        let model = &mut self.model;
        let fits = match &claim {
            Claim::Over => model.over,
            _ if model.over => false,
            Claim::Ahead(_) => slice.0 < model.slice,
            Claim::NotBefore(_) => {
                slice.0 >= model.slice && model.owner.is_some_and(|other| other != owner)
            }
            Claim::Behind(_) => {
                slice.0 > model.slice && model.owner.is_none_or(|other| other == owner)
            }
            Claim::Granted(held) => {
                let free = model.owner.is_none_or(|other| other == owner);
                model.fence += 1;
                model.owner = Some(owner);
                self.leases.push(held.lease);
                free && slice.0 == model.slice && held.lease.fence.0 == model.fence
            }
        };
        assert!(fits, "{seen:?} by {owner} was answered {claim:?} where {model:?}");
    }

    /// The present lease mostly, now and then an old one; none before the first.
    fn lease(&mut self) -> Option<Lease> {
        let last = self.leases.len().checked_sub(1)?;
        let old = self.random.random_bool(0.1);
        Some(self.leases[if old { self.random.random_range(0..=last) } else { last }])
    }

    fn is_stale(&self, lease: &Lease) -> bool {
        self.model.owner != Some(lease.owner) || self.model.fence != lease.fence.0
    }

    async fn release(&mut self) {
        let Some(lease) = self.lease() else { return };
        let answer = Answer::of(&self.bench.store().release(&lease).await);
        if self.is_stale(&lease) {
            return assert_eq!(answer, Answer::Stale);
        }
        assert_eq!(answer, Answer::Done);
        self.model.owner = None;
    }

    async fn intend(&mut self) {
        let Some(lease) = self.lease() else { return };
        let next = self.model.next_batch;
        let batch = match self.random.random_range(0..10) {
            0 => next.saturating_sub(self.random.random_range(1..4)),
            1 => next + self.random.random_range(1..4),
            _ => next,
        };
        let names = self.names();
        let named: Vec<_> = names.iter().map(String::as_str).collect();
        let store = self.bench.store();
        let answer = store.intend(&lease, BatchNo(batch), items(&named), RUNTIME).await;
        let answer = Answer::of(&answer);
        if self.is_stale(&lease) {
            return assert_eq!(answer, Answer::Stale);
        }
        let model = &mut self.model;
        let intent = (lease.fence.0, names);
        if batch < next {
            let same = model.intents.get(&batch) == Some(&intent);
            let expected = if same { Answer::Done } else { Answer::Conflict };
            return assert_eq!(answer, expected, "batch {batch} before {next}");
        }
        assert_eq!(answer, Answer::Done);
        model.committed.extend(next..batch);
        model.intents.insert(batch, intent);
        model.next_batch = batch + 1;
    }

    async fn commit(&mut self) {
        let Some(lease) = self.lease() else { return };
        let batch = self.some_batch();
        let names = self.names();
        let named: Vec<_> = names.iter().map(String::as_str).collect();
        let mut commit = self.bench.outcome(BatchNo(batch), &named).await;
        let misplaced = self.random.random_bool(0.05);
        commit.append = Append { at: commit.append.at + u64::from(misplaced), ..commit.append };
        commit.cleared = self.names().iter().map(|name| ItemKey::of(name)).collect();
        commit.failures =
            self.names().iter().map(|name| failure(name, self.random.random())).collect();
        commit.vanished = self.random.random_range(0..3);
        commit.position = self.some_position(&format!("at {batch}"));
        let receipt = self.bench.store().commit(&lease, commit.clone()).await;
        let answer = match &receipt {
            Ok(receipt) if receipt.repeated => Answer::Repeated,
            other => Answer::of(other),
        };
        let stale = self.is_stale(&lease);
        let model = &mut self.model;
        let expected = match model.intents.contains_key(&batch) {
            _ if stale => Answer::Stale,
            _ if model.committed.contains(&batch) => Answer::Repeated,
            true if !misplaced => Answer::Done,
            _ => Answer::Conflict,
        };
        assert_eq!(answer, expected, "batch {batch}, misplaced: {misplaced}, {model:?}");
        if answer != Answer::Done {
            return;
        }
        model.intents.remove(&batch);
        model.committed.insert(batch);
        model.ledger.extend(named.iter().map(|name| record(name)));
        commit.cleared.iter().for_each(|item| drop(model.failures.remove(item)));
        model.failures.extend(commit.failures.into_iter().map(|failure| (failure.key, failure)));
        model.vanished += commit.vanished;
        if let Some(position) = commit.position {
            model.position = Some(position);
        }
    }

    async fn end_slice(&mut self) {
        let Some(lease) = self.lease() else { return };
        let (end, over) = match self.random.random_range(0..8) {
            0 => (SliceEnd::NewEpoch, false),
            6..8 => (SliceEnd::NextStage { fingerprint: None }, false),
            1 => (done(), true),
            2 => {
                let code = longhaul_core::code::ATTEMPTS_USED_UP;
                (SliceEnd::Parked { code, detail: String::new() }, true)
            }
            _ => (go_on(), false),
        };
        let position = self.some_position(&format!("end of slice {}", self.model.slice));
        let answer =
            Answer::of(&self.bench.store().end_slice(&lease, end.clone(), position.clone()).await);
        if self.is_stale(&lease) {
            return assert_eq!(answer, Answer::Stale);
        }
        let model = &mut self.model;
        let reached = position.clone().or_else(|| model.position.clone());
        let fits = match end {
            SliceEnd::NextStage { .. } if model.stage == Stage::Survey => {
                model.intents.is_empty() && position.is_none()
            }
            SliceEnd::NextStage { .. } if model.stage == Stage::Sweep => false,
            SliceEnd::Done { .. } if model.stage == Stage::Survey => false,
            SliceEnd::Done { .. } | SliceEnd::NextStage { .. } => {
                model.intents.is_empty() && reached.as_ref().is_some_and(|reached| reached.last)
            }
            SliceEnd::NewEpoch => position.is_none(),
            _ => true,
        };
        if !fits {
            return assert_eq!(answer, Answer::Conflict);
        }
        assert_eq!(answer, Answer::Done);
        model.position = reached;
        (model.owner, model.over) = (None, over);
        if !over {
            (model.slice, model.published) = (model.slice + 1, false);
        }
        if end == SliceEnd::NewEpoch {
            model.epoch += 1;
            model.position = None;
            model.stage = model.first_stage();
            if model.stage == Stage::Survey {
                model.stage_begins = model.slice;
            }
        }
        if matches!(end, SliceEnd::NextStage { .. }) {
            let surveyed = model.stage == Stage::Survey;
            model.stage = if surveyed { Stage::Copy } else { Stage::Sweep };
            model.stage_begins = model.slice;
        }
    }

    async fn cancel(&mut self) {
        let pass = self.model.pass.expect("begun");
        self.bench.store().cancel(self.bench.folder, pass).await.expect("answers");
        let model = &mut self.model;
        if !model.over && model.owner.take().is_some() {
            model.fence += 1;
        }
        model.over = true;
    }

    async fn mark_published(&mut self) {
        let slice = self.model.slice + u32::from(self.random.random_bool(0.2));
        let pass = self.model.pass.expect("begun");
        let store = self.bench.store();
        let marked = store.mark_published(self.bench.folder, pass, SliceNo(slice)).await;
        marked.expect("answers");
        self.model.published |= slice == self.model.slice;
    }

    /// Up to four of few names, each once.
    fn names(&mut self) -> Vec<String> {
        let count = self.random.random_range(0..5);
        let names: BTreeSet<_> =
            (0..count).map(|_| format!("item {}", self.random.random_range(0..30))).collect();
        names.into_iter().collect()
    }

    /// None, somewhere in the list, or its end.
    fn some_position(&mut self, state: &str) -> Option<Position> {
        match self.random.random_range(0..4) {
            0 => Some(position(state)),
            1 => Some(list_end(state)),
            _ => None,
        }
    }

    /// An open batch mostly; now and then a number below or beyond.
    fn some_batch(&mut self) -> u64 {
        let open: Vec<_> = self.model.intents.keys().copied().collect();
        if open.is_empty() || self.random.random_bool(0.1) {
            return self.random.random_range(0..=self.model.next_batch);
        }
        open[self.random.random_range(0..open.len())]
    }

    async fn compare(&self, call: usize) {
        let found = self.bench.checkpoint().await;
        assert_eq!(found, self.model.overlay(&found), "after call {call}");
        self.model.compare_batches(&found);
        let failures: Vec<_> = self.model.failures.values().cloned().collect();
        assert_eq!(self.bench.failures().await, failures, "after call {call}");
        assert_eq!(self.bench.ledger().await, self.model.ledger, "after call {call}");
        self.bench.audit().await;
    }
}
