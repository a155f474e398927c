//! The server is gone for a while, or stands still.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::code::STORE_UNREACHABLE;
use longhaul_core::{FolderRef, ItemKey};
use longhaul_nodes::Redis as Node;
use longhaul_store::folder::Lease;
use longhaul_store::{Checkpoints as _, Documents as _, Error, Expect, Health, Redis, Store as _};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::support::{
    PATIENCE, RUNTIME, audit, blocking, checkpoint, command, copy, held, items, node, open,
    outcome, until,
};

async fn restart(node: &Arc<Node>) {
    let node = Arc::clone(node);
    blocking(move || node.restart().expect("starts again")).await;
}

/// The server is killed again and again while folders are being copied.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_acknowledged_survives_kills_of_the_server() {
    const FOLDERS: usize = 6;
    const KILLS: usize = 5;
    let Some(node) = node("kill -9").await else { return };
    let store = open(node.url()).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut tasks = JoinSet::new();
    for number in 0..FOLDERS {
        let lease = held(&store).await.lease;
        tasks.spawn(copy_until(store.clone(), lease, number, stopped.clone()));
    }
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(rand_millis())).await;
        restart(&node).await;
    }
    stop.send(true).expect("they listen");
    let mut copied = 0;
    while let Some(ended) = tasks.join_next().await {
        let (folder, acknowledged) = ended.expect("no task panicked");
        let ledger = audit(&store, folder).await;
        assert!(acknowledged.iter().all(|item| ledger.contains(item)), "an item was lost");
        assert_eq!(ledger.len(), acknowledged.len(), "an item nobody was told of");
        copied += ledger.len();
    }
    assert!(copied > FOLDERS * KILLS, "only {copied} items in all");
}

/// When the server is killed, counted from the last start. Where in a commit that falls is chance.
fn rand_millis() -> u64 {
    let seed = std::process::id().wrapping_mul(2_654_435_761) % 97;
    150 + u64::from(seed)
}

/// Copies one item after the other; an outage that is too long for a call is waited out.
async fn copy_until(
    store: Redis,
    lease: Lease,
    number: usize,
    stopped: tokio::sync::watch::Receiver<bool>,
) -> (FolderRef, Vec<ItemKey>) {
    let mut acknowledged = Vec::new();
    for count in 0.. {
        if *stopped.borrow() {
            break;
        }
        let name = format!("{number} {count}");
        let now = again(|| store.checkpoint(lease.folder)).await.expect("is there");
        let batch = now.next_batch;
        again(|| store.intend(&lease, batch, items(&[&name]), RUNTIME)).await;
        again(|| store.commit(&lease, outcome(&now, batch, &[&name]))).await;
        acknowledged.push(ItemKey::of(&name));
    }
    (lease.folder, acknowledged)
}

async fn again<T, F>(call: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, Error>>,
{
    let trying = async {
        loop {
            match call().await {
                Ok(answer) => return answer,
                Err(error) => assert!(error.is_transient(), "{error:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, trying).await.expect("the store comes back")
}

#[tokio::test]
async fn a_store_that_is_away_says_so_soon_and_comes_back_by_itself() {
    let Some(node) = node("an outage").await else { return };
    let store = open(node.url()).await;
    let lease = held(&store).await.lease;
    assert_eq!(store.health(), Health::Up);
    node.kill();
    let begun = Instant::now();
    let error = store.get("key").await.expect_err("nobody is there");
    assert!(matches!(error, Error::Away { .. }) && error.is_transient(), "{error:?}");
    assert_eq!(error.code(), STORE_UNREACHABLE);
    assert!(begun.elapsed() < Duration::from_secs(10), "after {:?}", begun.elapsed());
    let Health::Down { code, error, .. } = store.health() else { panic!("it is not up") };
    assert_eq!(code, STORE_UNREACHABLE);
    assert!(error.contains("refused"), "{error}");
    // The longer it is away, the sooner a call is told.
    let begun = Instant::now();
    store.renew(&lease, RUNTIME).await.expect_err("nobody is there");
    assert!(begun.elapsed() < Duration::from_secs(1), "after {:?}", begun.elapsed());
    restart(&node).await;
    until("the store is back", async || store.health() == Health::Up).await;
    copy(&store, &lease, &["one"]).await.expect("committed");
    // A restart is not even noticed by a call that comes meanwhile.
    node.kill();
    let (written, ()) = tokio::join!(store.put("key", vec![1], Expect::Any), restart(&node));
    written.expect("the call waited for it");
}

/// An idle process learns of an outage too.
#[tokio::test]
async fn an_outage_shows_without_a_call() {
    let Some(node) = node("an outage").await else { return };
    let store = open(node.url()).await;
    node.kill();
    until("it shows", async || store.health() != Health::Up).await;
}

/// A server that stands still carries out late what was thought lost: that does no harm.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stalled_server_carries_out_late_counts_once() {
    let Some(node) = node("SIGSTOP").await else { return };
    let store = open(node.url()).await;
    let lease = held(&store).await.lease;
    let now = checkpoint(&store, lease.folder).await;
    let batch = now.next_batch;
    store.intend(&lease, batch, items(&["one"]), RUNTIME).await.expect("noted");
    // Behind a hold, so that the script is on its way when the server stops.
    node.suspend().expect("stops");
    let begun = Instant::now();
    let commit = outcome(&now, batch, &["one"]);
    let (committed, put) = tokio::join!(
        store.commit(&lease, commit.clone()),
        store.put("key", vec![1], Expect::Absent)
    );
    assert!(matches!(committed, Err(Error::Away { .. })), "{committed:?}");
    assert!(matches!(put, Err(Error::Away { .. })), "{put:?}");
    assert!(begun.elapsed() < Duration::from_secs(30), "after {:?}", begun.elapsed());
    node.resume().expect("goes on");
    let receipt = again(|| store.commit(&lease, commit.clone())).await;
    assert_eq!(receipt.ledger_len, commit.append.bytes.len() as u64);
    copy(&store, &lease, &["two"]).await.expect("committed");
    assert_eq!(audit(&store, lease.folder).await.len(), 2);
    // The record was written, once, by the late script or not at all.
    let found = store.get("key").await.expect("answers");
    assert!(found.is_none_or(|found| found.body == [1]));
}

/// A full server refuses, and has not done half.
#[tokio::test]
async fn a_full_server_refuses_whole_calls_and_goes_on_when_there_is_room() {
    let Some(node) = node("a full server").await else { return };
    let store = open(node.url()).await;
    let lease = held(&store).await.lease;
    let now = checkpoint(&store, lease.folder).await;
    let batch = now.next_batch;
    store.intend(&lease, batch, items(&["one"]), RUNTIME).await.expect("noted");
    let before = checkpoint(&store, lease.folder).await;
    command(&node, &["CONFIG", "SET", "maxmemory", "1"]).await;
    let refused = store.commit(&lease, outcome(&now, batch, &["one"])).await;
    let error = refused.expect_err("it is full");
    assert!(matches!(error, Error::Full { .. }) && error.is_transient(), "{error:?}");
    assert!(store.put("key", vec![1], Expect::Any).await.is_err());
    assert_eq!(checkpoint(&store, lease.folder).await, before);
    assert!(audit(&store, lease.folder).await.is_empty());
    command(&node, &["CONFIG", "SET", "maxmemory", "0"]).await;
    store.commit(&lease, outcome(&now, batch, &["one"])).await.expect("committed");
    assert_eq!(audit(&store, lease.folder).await.len(), 1);
}
