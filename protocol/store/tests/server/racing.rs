//! Many owners on several connections: what was answered for is in the ledger, once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use longhaul_core::{Fence, FolderRef, ItemKey, OwnerToken};
use longhaul_store::folder::{Claim, Commit, Held};
use longhaul_store::ledger::Appender;
use longhaul_store::{Checkpoints as _, Documents as _, Error, Expect, Redis};
use tokio::task::JoinSet;

use super::support::{
    LONG, RUNTIME, audit, checkpoint, folder, granted, held, items, node, open, outcome, record,
    seen, start,
};

const COMMITS: usize = 600;
/// So short that owners are overtaken now and then.
const TTL: Duration = Duration::from_millis(60);

struct Shared {
    folders: Vec<FolderRef>,
    /// The greatest fence that was seen to commit, per folder.
    fences: Vec<AtomicU64>,
    done: AtomicUsize,
    stale: AtomicUsize,
    acknowledged: Mutex<BTreeSet<ItemKey>>,
    granted: Mutex<BTreeSet<(FolderRef, Fence)>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_owners_never_write_over_each_other() {
    let Some(node) = node("a race").await else { return };
    let store = open(node.url()).await;
    let folders = vec![folder(), folder(), folder()];
    for folder in &folders {
        store.begin(*folder, start()).await.expect("begins");
    }
    let shared = Arc::new(Shared {
        fences: folders.iter().map(|_| AtomicU64::new(0)).collect(),
        folders,
        done: AtomicUsize::new(0),
        stale: AtomicUsize::new(0),
        acknowledged: Mutex::default(),
        granted: Mutex::default(),
    });
    let mut workers = JoinSet::new();
    for number in 0..12 {
        // Four connections, as of four processes.
        let store = if number % 3 == 0 { open(node.url()).await } else { store.clone() };
        workers.spawn(work(Arc::clone(&shared), store, number));
    }
    while let Some(ended) = workers.join_next().await {
        ended.expect("no worker panicked");
    }
    let mut found = BTreeSet::new();
    for folder in &shared.folders {
        found.extend(audit(&store, *folder).await);
    }
    assert_eq!(found, *shared.acknowledged.lock().expect("no worker panicked"));
    assert!(shared.stale.load(Ordering::SeqCst) > 0, "no owner was ever taken over from");
}

/// Takes folders up, copies a little, and now and then stands still for too long.
async fn work(shared: Arc<Shared>, store: Redis, number: usize) {
    let owner = OwnerToken::generate();
    let mut round = number;
    while shared.done.load(Ordering::SeqCst) < COMMITS {
        round += 1;
        let at = round % shared.folders.len();
        let folder = shared.folders[at];
        let seen = seen(&checkpoint(&store, folder).await);
        let Claim::Granted(held) = store.claim(folder, owner, TTL, seen).await.expect("answers")
        else {
            tokio::time::sleep(Duration::from_millis(number as u64)).await;
            continue;
        };
        let first = shared.granted.lock().expect("no panic").insert((folder, held.lease.fence));
        assert!(first, "two owners were granted {}", held.lease.fence);
        match copy(&shared, &store, at, &held, &format!("{number} {round}")).await {
            Ok(()) => {}
            Err(Error::StaleOwner) => drop(shared.stale.fetch_add(1, Ordering::SeqCst)),
            Err(Error::Conflict(reason)) => assert!(reason.contains("outlast"), "{reason}"),
            Err(other) => panic!("the store failed: {other:?}"),
        }
    }
}

async fn copy(
    shared: &Shared,
    store: &Redis,
    at: usize,
    held: &Held,
    name: &str,
) -> Result<(), Error> {
    let lease = &held.lease;
    let mut appender = Appender::new(held.checkpoint.ledger_len, held.checkpoint.template.clone());
    let empty = |batch, append| Commit { append, ..outcome(&held.checkpoint, batch, &[]) };
    for batch in held.checkpoint.intents.keys() {
        store.commit(lease, empty(*batch, appender.prepare(&[]))).await?;
    }
    let mut batch = held.checkpoint.next_batch;
    for part in 0..4 {
        let name = format!("{name} {part}");
        store.intend(lease, batch, items(&[&name]), TTL / 3).await?;
        if (name.len() + part) % 7 == 0 {
            tokio::time::sleep(TTL).await;
        }
        let append = appender.prepare(&[record(&name).into()]);
        let receipt = store.commit(lease, empty(batch, append.clone())).await?;
        let last = shared.fences[at].fetch_max(lease.fence.0, Ordering::SeqCst);
        assert!(last <= lease.fence.0, "fence {} committed after {last}", lease.fence);
        appender.committed(&append, receipt.ledger_len);
        shared.acknowledged.lock().expect("no panic").insert(ItemKey::of(&name));
        shared.done.fetch_add(1, Ordering::SeqCst);
        batch = batch.next();
    }
    store.release(lease).await
}

/// One owner's batches commit side by side; each begins again as often as it must.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_on_one_folder_that_meet_are_all_carried_out() {
    const BATCHES: u64 = 40;
    let Some(node) = node("a race").await else { return };
    // In one process they take turns; these are three.
    let stores = [open(node.url()).await, open(node.url()).await, open(node.url()).await];
    let store = &stores[0];
    let held = held(store).await;
    let (lease, first) = (held.lease, held.checkpoint.next_batch);
    for batch in 0..BATCHES {
        let batch = longhaul_core::BatchNo(first.0 + batch);
        store.intend(&lease, batch, items(&[]), RUNTIME).await.expect("noted");
    }
    let mut tasks = JoinSet::new();
    for batch in 0..BATCHES {
        let (store, empty) = (stores[batch as usize % 3].clone(), held.checkpoint.clone());
        tasks.spawn(async move {
            let commit = outcome(&empty, longhaul_core::BatchNo(first.0 + batch), &[]);
            let committed = store.commit(&lease, commit).await.expect("committed");
            assert!(!committed.repeated);
            store.renew(&lease, LONG).await.expect("renewed");
        });
    }
    let folder = lease.folder;
    let now = checkpoint(store, folder).await;
    store.mark_published(folder, now.pass, now.slice).await.expect("marked");
    while let Some(ended) = tasks.join_next().await {
        ended.expect("no task panicked");
    }
    let now = checkpoint(store, folder).await;
    assert!(now.intents.is_empty() && now.published && now.committed.stragglers() == 0);
}

/// Of many that ask at once one is granted, and of many that write a record one wins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_ask_at_once_one_is_granted() {
    let Some(node) = node("a race").await else { return };
    let stores = [open(node.url()).await, open(node.url()).await, open(node.url()).await];
    for round in 0..20 {
        let folder = folder();
        let begun = stores[0].begin(folder, start()).await.expect("begins");
        let mut calls = JoinSet::new();
        for number in 0..12 {
            let store = stores[number % stores.len()].clone();
            let seen = seen(&begun);
            calls.spawn(async move {
                let claim = store.claim(folder, OwnerToken::generate(), LONG, seen).await;
                let key = format!("record {round}");
                let put = store.put(&key, vec![number as u8], Expect::Absent).await;
                (claim.expect("answers"), put)
            });
        }
        let (mut held, mut written) = (Vec::new(), 0);
        while let Some(call) = calls.join_next().await {
            let (claim, put) = call.expect("no call panicked");
            match claim {
                Claim::NotBefore(_) => {}
                claim => held.push(granted(claim)),
            }
            written += usize::from(put.is_ok());
        }
        assert_eq!((held.len(), written), (1, 1), "in round {round}");
        assert_eq!(held[0].lease.fence, begun.fence.next());
    }
}
