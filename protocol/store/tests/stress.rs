//! Many owners on many threads: what was answered for is in the ledger, once, and nothing else.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use longhaul_core::{
    Bytes, FolderKey, FolderRef, ItemKey, MailboxId, ManualClock, OwnerToken, PassId, Timestamp,
};
use longhaul_store::folder::{Bounds, Claim, Commit, Held, IntentItem, PassStart, Seen};
use longhaul_store::ledger::{Appender, Reader, Record, Seal};
use longhaul_store::{Checkpoints as _, Embedded, Error};
use tokio::task::JoinSet;

const COMMITS: usize = 400;
const TTL: Duration = Duration::from_secs(60);

struct Shared {
    store: Embedded,
    clock: Arc<ManualClock>,
    folders: Vec<FolderRef>,
    done: AtomicUsize,
    stale: AtomicUsize,
    acknowledged: Mutex<BTreeSet<ItemKey>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_owners_never_write_over_each_other() {
    let home = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(ManualClock::at(Timestamp(1_000)));
    let store = Embedded::open(home.path(), clock.clone()).expect("opens");
    let mailbox = MailboxId::generate();
    let folder = |name| FolderRef { mailbox, folder: FolderKey::of(name) };
    let shared = Arc::new(Shared {
        store,
        clock,
        folders: ["a", "b", "c"].map(folder).to_vec(),
        done: AtomicUsize::new(0),
        stale: AtomicUsize::new(0),
        acknowledged: Mutex::default(),
    });
    for folder in &shared.folders {
        let start = PassStart { pass: PassId::generate(), bounds: Bounds::default() };
        shared.store.begin(*folder, start).await.expect("begins");
    }
    let mut workers = JoinSet::new();
    for number in 0..8 {
        workers.spawn(work(Arc::clone(&shared), number));
    }
    while let Some(ended) = workers.join_next().await {
        ended.expect("no worker panicked");
    }
    let mut found = BTreeSet::new();
    for folder in &shared.folders {
        let checkpoint = shared.store.checkpoint(*folder).await.expect("answers").expect("there");
        let bytes = shared.store.ledger(*folder, 0, usize::MAX).await.expect("answers");
        let records = Reader::new(checkpoint.template).push(&bytes).expect("decodes");
        assert_eq!(checkpoint.counters.items, records.len() as u64);
        for record in records {
            assert!(found.insert(record.key()), "an item is in a ledger twice");
        }
    }
    assert_eq!(found, *shared.acknowledged.lock().expect("no worker panicked"));
    assert!(shared.stale.load(Ordering::SeqCst) > 0, "no owner was ever taken over from");
}

/// Takes folders up, copies a little, and now and then is overtaken by the clock.
async fn work(shared: Arc<Shared>, number: usize) {
    let owner = OwnerToken::generate();
    let mut round = number;
    while shared.done.load(Ordering::SeqCst) < COMMITS {
        round += 1;
        let folder = shared.folders[round % shared.folders.len()];
        let now = shared.store.checkpoint(folder).await.expect("answers").expect("is there");
        let seen = Seen { pass: now.pass, slice: now.slice, fence: now.fence, ledger_len: 0 };
        let claim = shared.store.claim(folder, owner, TTL, seen).await.expect("answers");
        let Claim::Granted(held) = claim else {
            // Someone else's turn; the clock of the overtaken ones brings it to an end.
            if round.is_multiple_of(5) {
                shared.clock.advance(TTL);
            }
            continue;
        };
        match copy(&shared, &held, &format!("{number} {round}")).await {
            Ok(()) => {}
            Err(Error::StaleOwner) => drop(shared.stale.fetch_add(1, Ordering::SeqCst)),
            // The clock may have overtaken the lease before the intent.
            Err(Error::Conflict(reason)) => assert!(reason.contains("outlast"), "{reason}"),
            Err(other) => panic!("the store failed: {other}"),
        }
    }
}

async fn copy(shared: &Shared, held: &Held, name: &str) -> Result<(), Error> {
    let (store, lease) = (&shared.store, &held.lease);
    let mut appender = Appender::new(held.checkpoint.ledger_len, held.checkpoint.template.clone());
    let empty = |batch, append| Commit {
        batch,
        append,
        failures: Vec::new(),
        cleared: Vec::new(),
        vanished: 0,
        position: None,
    };
    for batch in held.checkpoint.intents.keys() {
        store.commit(lease, empty(*batch, appender.prepare(&[]))).await?;
    }
    let mut batch = held.checkpoint.next_batch;
    for part in 0..4 {
        let source_id = format!("{name} {part}");
        let key = ItemKey::of(&source_id);
        let items = vec![IntentItem::new(key, source_id.clone())];
        store.intend(lease, batch, items, Duration::from_secs(5)).await?;
        let (size, seal) = (Bytes(3), Seal::default());
        let record = Record { key, version: 1, size, destination: source_id, seal };
        let append = appender.prepare(&[record.into()]);
        let receipt = store.commit(lease, empty(batch, append.clone())).await?;
        appender.committed(&append, receipt.ledger_len);
        shared.acknowledged.lock().expect("no worker panicked").insert(key);
        shared.done.fetch_add(1, Ordering::SeqCst);
        batch = batch.next();
    }
    store.release(lease).await
}
