//! The same random calls on both backends: equal answers, equal folders.

use std::fmt::Debug;
use std::sync::Arc;

use longhaul_core::{
    BatchNo, Bytes, FolderKey, FolderRef, ItemKey, MailboxId, ManualClock, OwnerToken, PassId,
    SliceNo, Timestamp,
};
use longhaul_store::folder::{
    Bounds, Checkpoint, Claim, Failure, Fingerprint, Held, Lease, PassStart, Position, SliceEnd,
};
use longhaul_store::{Embedded, Error, Expect, Redis, Store, Version};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

use super::support::{LONG, RUNTIME, audit, items, outcome, seen};

const CALLS: usize = 400;

#[tokio::test]
async fn random_calls_are_answered_alike() {
    for _ in 0..3 {
        let seed = rand::random();
        println!("seed {seed}");
        let url = super::support::blocking(longhaul_nodes::redis_url).await;
        let prefix = format!("differential {}", MailboxId::generate());
        let options = longhaul_store::Options { prefix, ..super::support::options(url) };
        let redis = Redis::open(&options).await.expect("opens");
        let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
        let mut run = Run {
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            stores: [Arc::new(Embedded::in_memory(clock).expect("opens")), Arc::new(redis.clone())],
            mailbox: MailboxId::generate(),
            owners: std::array::from_fn(|_| OwnerToken::generate()),
            passes: std::array::from_fn(|_| PassId::generate()),
            leases: Vec::new(),
            versions: [Vec::new(), Vec::new()],
        };
        for call in 0..CALLS {
            run.call(call).await;
            run.compare(call).await;
        }
        for name in FOLDERS {
            let folder = run.folder(name);
            if run.stores[1].checkpoint(folder).await.expect("answers").is_some() {
                audit(&redis, folder).await;
            }
        }
    }
}

const FOLDERS: [&str; 2] = ["inbox", "sent"];

/// The two answers, in words without times.
struct Run {
    random: Xoshiro256PlusPlus,
    stores: [Arc<dyn Store>; 2],
    mailbox: MailboxId,
    owners: [OwnerToken; 3],
    passes: [PassId; 3],
    /// Every lease both granted, as each has it.
    leases: Vec<[Lease; 2]>,
    /// The versions of each write of a record, as each has them.
    versions: [Vec<Version>; 2],
}

impl Run {
    fn folder(&self, name: &str) -> FolderRef {
        FolderRef { mailbox: self.mailbox, folder: FolderKey::of(name) }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())]
    }

    async fn call(&mut self, call: usize) {
        let name = self.pick(&FOLDERS);
        let folder = self.folder(name);
        match self.random.random_range(0..100) {
            0..6 => self.begin(call, folder).await,
            6..22 => self.claim(call, folder).await,
            22..80 => self.owners_call(call).await,
            80..84 => self.coordinators_call(call, folder).await,
            _ => self.record_call(call).await,
        }
    }

    async fn begin(&mut self, call: usize, folder: FolderRef) {
        let passes = self.passes;
        let bounds = Bounds { associated: self.random.random_bool(0.2), ..Bounds::default() };
        let start = PassStart { pass: self.pick(&passes), bounds };
        let mut answers = Vec::new();
        for store in &self.stores {
            answers.push(store.begin(folder, start).await.map(timeless));
        }
        alike(call, "begin", answers);
    }

    async fn claim(&mut self, call: usize, folder: FolderRef) {
        let owners = self.owners;
        let owner = self.pick(&owners);
        let shift = self.pick(&[0, 0, 0, 0, 0, 1, -1]);
        let mut answers = Vec::new();
        let mut leases = Vec::new();
        for store in &self.stores {
            let Some(now) = store.checkpoint(folder).await.expect("answers") else {
                continue;
            };
            let mut seen = seen(&now);
            seen.slice = SliceNo(seen.slice.0.saturating_add_signed(shift));
            let claim = store.claim(folder, owner, LONG, seen).await;
            if let Ok(Claim::Granted(held)) = &claim {
                leases.push(held.lease);
            }
            answers.push(claim.map(claim_in_words));
        }
        alike(call, "claim", answers);
        if let [one, other] = leases[..] {
            self.leases.push([one, other]);
        }
    }

    async fn owners_call(&mut self, call: usize) {
        let Some(last) = self.leases.len().checked_sub(1) else { return };
        let old = self.random.random_bool(0.1);
        let pair = self.leases[if old { self.random.random_range(0..=last) } else { last }];
        let folder = pair[0].folder;
        let Some(now) = self.stores[1].checkpoint(folder).await.expect("answers") else { return };
        let kind = self.random.random_range(0..10);
        let open: Vec<_> = now.intents.keys().copied().collect();
        let mut batch = now.next_batch;
        if kind >= 4 && !open.is_empty() {
            batch = self.pick(&open);
        } else if self.random.random_bool(0.1) {
            batch = BatchNo(batch.0.saturating_add_signed(self.pick(&[-2, -1, 1, 3])));
        }
        // An item is copied once: the steps do not look for what the ledger has.
        let count = self.random.random_range(0..4);
        let names: Vec<_> = (0..count).map(|item| format!("call {call} item {item}")).collect();
        let named: Vec<_> = names.iter().map(String::as_str).collect();
        let position = self.position(call);
        let mut commit = outcome(&now, batch, &named);
        commit.append.at += u64::from(self.random.random_bool(0.05));
        commit.failures = self.names().iter().map(|name| failure(name, self.passes[0])).collect();
        commit.cleared = self.names().iter().map(|name| ItemKey::of(name)).collect();
        commit.vanished = self.random.random_range(0..2);
        commit.position.clone_from(&position);
        let end = self.end();
        let mut answers = Vec::new();
        for (store, lease) in self.stores.iter().zip(&pair) {
            answers.push(match kind {
                0..4 => {
                    store.intend(lease, batch, items(&named), RUNTIME).await.map(|_| String::new())
                }
                4..8 => {
                    store.commit(lease, commit.clone()).await.map(|receipt| format!("{receipt:?}"))
                }
                8 => match self.leases.len() % 3 {
                    0 => store.release(lease).await.map(|()| String::new()),
                    _ => store.renew(lease, 2 * LONG).await.map(|lease| format!("{}", lease.fence)),
                },
                _ => {
                    let ended = store.end_slice(lease, end.clone(), position.clone()).await;
                    ended.map(|ended| format!("{:?}", timeless(ended)))
                }
            });
        }
        alike(call, "the owner's call", answers);
    }

    async fn coordinators_call(&mut self, call: usize, folder: FolderRef) {
        let passes = self.passes;
        let (pass, cancel) = (self.pick(&passes), self.random.random_bool(0.3));
        let slice = SliceNo(self.random.random_range(0..3));
        let mut answers = Vec::new();
        for store in &self.stores {
            answers.push(if cancel {
                store.cancel(folder, pass).await
            } else {
                store.mark_published(folder, pass, slice).await
            });
        }
        alike(call, "the coordinator's call", answers);
    }

    async fn record_call(&mut self, call: usize) {
        let key = format!("record/{}", self.random.random_range(0..4));
        let kind = self.random.random_range(0..6);
        let known = self.versions[0].len();
        let version = (known > 0).then(|| self.random.random_range(0..known));
        let body = vec![call as u8; call % 5];
        let mut answers = Vec::new();
        let mut versions = Vec::new();
        for (at, store) in self.stores.iter().enumerate() {
            let expect = match (kind, version) {
                (0, _) => Expect::Absent,
                (1..4, Some(version)) => Expect::Version(self.versions[at][version]),
                _ => Expect::Any,
            };
            answers.push(match kind {
                5 => store.remove(&key).await,
                _ => store
                    .put(&key, body.clone(), expect)
                    .await
                    .map(|version| versions.push(version)),
            });
        }
        alike(call, "the record's call", answers);
        if let [one, other] = versions[..] {
            self.versions[0].push(one);
            self.versions[1].push(other);
        }
    }

    fn names(&mut self) -> Vec<String> {
        let count = self.random.random_range(0..4);
        let mut names: Vec<_> =
            (0..count).map(|_| format!("item {}", self.random.random_range(0..40))).collect();
        names.sort();
        names.dedup();
        names
    }

    fn position(&mut self, call: usize) -> Option<Position> {
        let last = self.random.random_bool(0.3);
        // Also the empty state, which is what a head has in place of one.
        let sync_state = self.pick(&["state", "", "another"]).repeat(1 + call % 3);
        self.random.random_bool(0.5).then_some(Position { sync_state, last })
    }

    fn end(&mut self) -> SliceEnd {
        match self.random.random_range(0..5) {
            0 => SliceEnd::NewEpoch,
            1 => SliceEnd::Done {
                fingerprint: Some(Fingerprint { items: 7, ..Fingerprint::default() }),
            },
            2 => SliceEnd::Parked {
                code: longhaul_core::code::ATTEMPTS_USED_UP,
                detail: "in a test".to_owned(),
            },
            _ => SliceEnd::Continue { wait: None },
        }
    }

    /// Everything that can be read is alike.
    async fn compare(&self, call: usize) {
        for name in FOLDERS {
            let folder = self.folder(name);
            let (mut folders, mut ledgers, mut failures) = (Vec::new(), Vec::new(), Vec::new());
            for store in &self.stores {
                folders.push(store.checkpoint(folder).await.map(|found| found.map(timeless)));
                ledgers.push(store.ledger(folder, call as u64 % 50, 100).await);
                let after = ItemKey::of(&format!("item {}", call % 40));
                failures.push(store.failures(folder, Some(after), 1 + call % 5).await);
            }
            alike(call, "checkpoint", folders);
            // How much is read at once is each backend's own; the whole is compared in the end.
            let shortest = ledgers.iter().map(|ledger| ledger.as_ref().map_or(0, Vec::len)).min();
            let cut = |ledger: Result<Vec<u8>, Error>| {
                ledger.map(|mut ledger| {
                    ledger.truncate(shortest.unwrap_or_default());
                    ledger
                })
            };
            alike(call, "ledger", ledgers.into_iter().map(cut).collect());
            alike(call, "failures", failures);
        }
        let (mut overviews, mut records) = (Vec::new(), Vec::new());
        for store in &self.stores {
            let overview = store.overview(self.mailbox).await;
            overviews.push(overview.map(|found| {
                found.into_iter().map(|(folder, now)| (folder, timeless(now))).collect::<Vec<_>>()
            }));
            let listed = store.list("record/", Some("record/0"), 2).await;
            records.push(listed.map(|found| {
                found.into_iter().map(|record| (record.key, record.body)).collect::<Vec<_>>()
            }));
        }
        alike(call, "overview", overviews);
        alike(call, "list", records);
    }
}

/// Both answers are the same, or refusals of the same kind.
#[track_caller]
fn alike<T: Debug>(call: usize, what: &str, answers: Vec<Result<T, Error>>) {
    let words: Vec<_> = answers
        .into_iter()
        .map(|answer| match answer {
            Ok(answer) => format!("{answer:?}"),
            Err(error @ (Error::Backend { .. } | Error::Corrupt { .. } | Error::Away { .. })) => {
                panic!("call {call}: the store failed: {error:?}")
            }
            Err(error) => error.to_string(),
        })
        .collect();
    assert!(words.windows(2).all(|pair| pair[0] == pair[1]), "{what} {call}: {words:#?}");
}

fn claim_in_words(claim: Claim) -> String {
    match claim {
        Claim::Granted(held) => {
            let Held { lease, checkpoint } = *held;
            format!("granted {} {:?}", lease.fence, timeless(checkpoint))
        }
        Claim::Ahead(now) => format!("ahead {:?}", timeless(*now)),
        Claim::Behind(now) => format!("behind {:?}", timeless(*now)),
        Claim::NotBefore(_) => "not before".to_owned(),
        Claim::Over => "over".to_owned(),
    }
}

/// A checkpoint without what depends on the clock.
fn timeless(mut checkpoint: Checkpoint) -> Checkpoint {
    let never = Timestamp(0);
    checkpoint.progressed = never;
    checkpoint.not_before = checkpoint.not_before.map(|_| never);
    if let Some(lease) = &mut checkpoint.lease {
        lease.expires = never;
    }
    for intent in checkpoint.intents.values_mut() {
        (intent.made, intent.deadline) = (never, never);
    }
    checkpoint
}

fn failure(name: &str, pass: PassId) -> Failure {
    Failure {
        key: ItemKey::of(name),
        source_id: name.to_owned(),
        class: "IPM.Note".to_owned(),
        size: Bytes(9),
        received: None,
        code: longhaul_core::code::ITEM_REFUSED,
        detail: "ErrorCorruptData".to_owned(),
        pass,
        attempts: 1,
        at: Timestamp(7),
    }
}
