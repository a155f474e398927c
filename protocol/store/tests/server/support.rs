//! A server, a folder in it, and short ways to say things.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{BatchNo, Bytes, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId};
use longhaul_nodes::{Redis as Node, RedisOptions, Scissors};
use longhaul_store::folder::{
    Bounds, Checkpoint, Claim, Commit, Held, IntentItem, Lease, PassStart, Receipt, Seen,
};
use longhaul_store::ledger::{Appender, Entry, Reader, Record, Seal};
use longhaul_store::{Checkpoints as _, Error, Options, Redis};

/// Outlasts every test.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// How long an upload may take.
pub(crate) const RUNTIME: Duration = Duration::from_secs(30);
/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server of the test's own, or none where the suite runs against a given one.
pub(crate) async fn node(test: &'static str) -> Option<Arc<Node>> {
    node_with(test, RedisOptions::default()).await
}

/// Likewise, set up in a certain way.
pub(crate) async fn node_with(test: &'static str, options: RedisOptions) -> Option<Arc<Node>> {
    blocking(move || Node::of_its_own_with(test, options).expect("Redis starts"))
        .await
        .map(Arc::new)
}

/// Does what blocks without keeping the other tasks from their work.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("does not panic")
}

pub(crate) fn options(url: String) -> Options {
    Options { url, ..Options::default() }
}

pub(crate) async fn open(url: String) -> Redis {
    Redis::open(&options(url)).await.expect("opens")
}

/// A store behind scissors, and one beside them.
pub(crate) async fn cut_store(node: &Node) -> (Scissors, Redis, Redis) {
    let scissors = Scissors::start(node.address()).await.expect("a proxy");
    let through = open(format!("redis://{}", scissors.address())).await;
    (scissors, through, open(node.url()).await)
}

/// A connection for commands that longhaul does not use.
pub(crate) async fn admin(node: &Node) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(node.url()).expect("a URL");
    client.get_multiplexed_async_connection().await.expect("connects")
}

pub(crate) async fn command(node: &Node, words: &[&str]) -> redis::Value {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command.query_async(&mut admin(node).await).await.expect("the server obeys")
}

pub(crate) fn folder() -> FolderRef {
    FolderRef { mailbox: MailboxId::generate(), folder: FolderKey::of("inbox") }
}

pub(crate) fn start() -> PassStart {
    PassStart { pass: PassId::generate(), bounds: Bounds::default() }
}

pub(crate) async fn checkpoint(store: &Redis, folder: FolderRef) -> Checkpoint {
    store.checkpoint(folder).await.expect("answers").expect("is there")
}

pub(crate) const fn seen(now: &Checkpoint) -> Seen {
    Seen { pass: now.pass, slice: now.slice, fence: now.fence, ledger_len: now.ledger_len }
}

/// A new owner takes a folder up that a pass has begun with.
pub(crate) async fn hold(store: &Redis, folder: FolderRef) -> Held {
    let seen = seen(&checkpoint(store, folder).await);
    granted(store.claim(folder, OwnerToken::generate(), LONG, seen).await.expect("answers"))
}

/// A folder of its own, begun and held.
pub(crate) async fn held(store: &Redis) -> Held {
    let folder = folder();
    store.begin(folder, start()).await.expect("begins");
    hold(store, folder).await
}

#[track_caller]
pub(crate) fn granted(claim: Claim) -> Held {
    match claim {
        Claim::Granted(held) => *held,
        other => panic!("not granted: {other:?}"),
    }
}

pub(crate) fn items(names: &[&str]) -> Vec<IntentItem> {
    let item = |name: &&str| IntentItem::new(ItemKey::of(name), (*name).to_owned());
    names.iter().map(item).collect()
}

pub(crate) fn record(name: &str) -> Record {
    Record {
        key: ItemKey::of(name),
        version: 1,
        size: Bytes(name.len() as u64),
        destination: format!("destination of {name}"),
        seal: Seal::default(),
    }
}

/// A commit of nothing but these items, for the ledger as `now` has it.
pub(crate) fn outcome(now: &Checkpoint, batch: BatchNo, names: &[&str]) -> Commit {
    let records: Vec<_> = names.iter().map(|name| record(name).into()).collect();
    Commit {
        batch,
        append: Appender::new(now.ledger_len, now.template.clone()).prepare(&records),
        failures: Vec::new(),
        cleared: Vec::new(),
        vanished: 0,
        position: None,
    }
}

/// Intends and commits the next batch.
pub(crate) async fn copy(store: &Redis, lease: &Lease, names: &[&str]) -> Result<Receipt, Error> {
    let now = checkpoint(store, lease.folder).await;
    store.intend(lease, now.next_batch, items(names), RUNTIME).await?;
    store.commit(lease, outcome(&now, now.next_batch, names)).await
}

/// The ledger's items, after counting that the counters say the same.
pub(crate) async fn audit(store: &Redis, folder: FolderRef) -> BTreeSet<ItemKey> {
    let now = checkpoint(store, folder).await;
    let bytes = store.ledger(folder, 0, usize::MAX).await.expect("answers");
    assert_eq!(bytes.len() as u64, now.ledger_len);
    let mut reader = Reader::new(now.template);
    let entries = reader.push(&bytes).expect("decodes");
    let records: Vec<_> = entries.into_iter().filter_map(Entry::into_record).collect();
    reader.finish().expect("ends with a record");
    assert_eq!(now.counters.items, records.len() as u64, "items counted and in the ledger");
    let size: Bytes = records.iter().map(|record| record.size).sum();
    assert_eq!(now.counters.bytes, size, "bytes counted and in the ledger");
    let failed = store.failures(folder, None, usize::MAX).await.expect("answers").len();
    assert_eq!(now.counters.failed, failed as u64, "failures counted and recorded");
    let keys: BTreeSet<_> = records.iter().map(|record| record.key).collect();
    assert_eq!(keys.len(), records.len(), "an item is in the ledger twice");
    keys
}

/// Asks again and again until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = tokio::time::Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) const WRITE_FOLDER: &str = include_str!("../../src/redis/scripts/write_folder.lua");
pub(crate) const WRITE_RECORD: &str = include_str!("../../src/redis/scripts/write_record.lua");
pub(crate) const PAGE: &str = include_str!("../../src/redis/scripts/page.lua");

/// A request that runs `script` is known by this.
pub(crate) fn name_of(script: &str) -> Vec<u8> {
    redis::Script::new(script).get_hash().as_bytes().to_vec()
}
