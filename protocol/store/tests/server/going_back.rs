//! A server that is not the one it was.

use std::sync::Arc;

use longhaul_core::OwnerToken;
use longhaul_core::code::STORE_REPLACED;
use longhaul_nodes::Redis as Node;
use longhaul_store::folder::SliceEnd;
use longhaul_store::{Checkpoints as _, Documents as _, Error, Expect, Health, Redis, Store as _};

use super::support::{
    LONG, RUNTIME, WRITE_FOLDER, blocking, checkpoint, command, copy, folder, held, items, name_of,
    node, open, outcome, seen, start, until,
};

/// Every call, on a folder that was held and one that is new; each has to be refused.
async fn refused_all(store: &Redis, held: &longhaul_store::folder::Held) -> Vec<Error> {
    let (lease, now) = (&held.lease, &held.checkpoint);
    let (known, other) = (lease.folder, folder());
    let batch = now.next_batch;
    let owner = OwnerToken::generate();
    let end = SliceEnd::Continue { wait: None };
    let refusals = [
        store.begin(other, start()).await.err(),
        store.begin(known, start()).await.err(),
        store.checkpoint(known).await.err(),
        store.overview(known.mailbox).await.err(),
        store.claim(known, owner, LONG, seen(now)).await.err(),
        store.renew(lease, LONG).await.err(),
        store.intend(lease, batch, items(&["two"]), RUNTIME).await.err(),
        store.commit(lease, outcome(now, batch, &["two"])).await.err(),
        store.end_slice(lease, end, None).await.err(),
        store.release(lease).await.err(),
        store.mark_published(known, now.pass, now.slice).await.err(),
        store.cancel(known, now.pass).await.err(),
        store.ledger(known, 0, 100).await.err(),
        store.failures(known, None, 100).await.err(),
        store.get("key").await.err(),
        store.put("key", vec![1], Expect::Any).await.err(),
        store.remove("key").await.err(),
        store.list("", None, 10).await.err(),
    ];
    refusals.into_iter().map(|refusal| refusal.expect("not refused")).collect()
}

async fn nothing_is_in(node: &Node) {
    assert_eq!(command(node, &["DBSIZE"]).await, redis::Value::Int(0), "something was written");
}

/// No connection is cut, and still nothing begins anew.
#[tokio::test]
async fn an_emptied_server_is_noticed_by_every_call() {
    let Some(node) = node("FLUSHALL").await else { return };
    let store = open(node.url()).await;
    let held = held(&store).await;
    copy(&store, &held.lease, &["one"]).await.expect("committed");
    command(&node, &["FLUSHALL"]).await;
    for error in refused_all(&store, &held).await {
        assert!(matches!(error, Error::Replaced), "{error:?}");
        assert_eq!(error.code(), STORE_REPLACED);
    }
    nothing_is_in(&node).await;
}

/// Another server answers at the same address; then the right one comes back.
#[tokio::test]
async fn another_server_in_its_place_is_noticed_and_the_right_one_taken_back() {
    let Some(node) = node("a replaced server").await else { return };
    let store = open(node.url()).await;
    let held = held(&store).await;
    copy(&store, &held.lease, &["one"]).await.expect("committed");
    let mark = command(&node, &["GET", "longhaul:{records}:mark"]).await;
    let empty = Arc::clone(&node);
    blocking(move || empty.restart_empty().expect("starts")).await;
    let down =
        async || matches!(store.health(), Health::Down { code, .. } if code == STORE_REPLACED);
    until("it is noticed", down).await;
    for error in refused_all(&store, &held).await {
        assert_eq!(error.code(), STORE_REPLACED, "{error:?}");
        assert!(error.is_transient(), "nothing is decided by it: {error:?}");
    }
    nothing_is_in(&node).await;
    // A process that starts now takes what it finds for its store, and the old one does not.
    let other = open(node.url()).await;
    other.put("key", vec![1], Expect::Absent).await.expect("written");
    let refused = store.get("key").await.expect_err("it is another store");
    assert_eq!(refused.code(), STORE_REPLACED, "{refused:?}");
    let redis::Value::BulkString(mark) = mark else { panic!("no mark: {mark:?}") };
    let mark = String::from_utf8(mark).expect("text");
    command(&node, &["SET", "longhaul:{records}:mark", &mark]).await;
    until("it is taken back", async || store.health() == Health::Up).await;
    store.get("key").await.expect("it goes on");
}

/// A copy of the folder from before is put back (a restored backup, a promoted replica), and
/// written to again: what was read earlier is not mistaken for it, though every count is the same.
#[tokio::test]
async fn a_folder_that_went_back_is_not_mistaken_for_the_one_that_was_read() {
    let Some(node) = node("a store that went back").await else { return };
    let (scissors, through, beside) = super::support::cut_store(&node).await;
    let held = held(&beside).await;
    let (lease, folder) = (&held.lease, held.lease.folder);
    copy(&beside, lease, &["warm"]).await.expect("committed");
    let heads = format!("longhaul:{{{}}}:heads", folder.mailbox);
    let field = folder.folder.to_string();
    let mut admin = super::support::admin(&node).await;
    let get = redis::cmd("HGET").arg(&heads).arg(&field).to_owned();
    let old: Vec<u8> = get.query_async(&mut admin).await.expect("answers");

    // Between the read and the write of this intent, the folder goes back and forth.
    let batch = checkpoint(&beside, folder).await.next_batch;
    let read_before = beside.intend(lease, batch, items(&["mine"]), RUNTIME).await;
    read_before.expect("noted");
    scissors.cut_at(longhaul_nodes::Cut::Reply(name_of(WRITE_FOLDER)), true);
    let (mine, other) =
        tokio::join!(through.intend(lease, batch.next(), items(&["second"]), RUNTIME), async {
            scissors.cut(1).await;
            let mut set = redis::cmd("HSET");
            set.arg(&heads).arg(&field).arg(&old);
            set.query_async::<()>(&mut admin).await.expect("obeys");
            let other = beside.intend(lease, batch, items(&["other"]), RUNTIME).await;
            scissors.release();
            other
        });
    other.expect("the old copy takes it");
    mine.expect("noted on the copy that is there");
    let now = checkpoint(&beside, folder).await;
    assert_eq!(now.intents[&batch].items, items(&["other"]));
    assert_eq!(now.intents[&batch.next()].items, items(&["second"]));
}

/// A ledger shorter than its committed length is said, and nothing is written over the hole.
#[tokio::test]
async fn a_ledger_with_a_hole_is_not_written_to() {
    let Some(node) = node("a hole").await else { return };
    let store = open(node.url()).await;
    let held = held(&store).await;
    let folder = held.lease.folder;
    copy(&store, &held.lease, &["one"]).await.expect("committed");
    let ledger = format!("longhaul:{{{}}}:{}:ledger", folder.mailbox, folder.folder);
    command(&node, &["SET", &ledger, "x"]).await;
    let refused = copy(&store, &held.lease, &["two"]).await;
    assert!(matches!(refused, Err(Error::Corrupt { .. })), "{refused:?}");
    let refused = store.ledger(folder, 0, 100).await;
    assert!(matches!(refused, Err(Error::Corrupt { .. })), "{refused:?}");
    // Bytes beyond the committed length do not count, and are written over.
    let bytes = "x".repeat(10_000);
    command(&node, &["SET", &ledger, &bytes]).await;
    let now = checkpoint(&store, folder).await;
    assert_eq!(
        store.ledger(folder, 0, usize::MAX).await.expect("answers").len() as u64,
        now.ledger_len
    );
}

/// Somebody's key of another type stands where a part of the folder belongs.
#[tokio::test]
async fn a_key_of_another_type_leaves_the_folder_as_it_was() {
    let Some(node) = node("a foreign key").await else { return };
    let store = open(node.url()).await;
    let held = held(&store).await;
    let folder = held.lease.folder;
    for part in ["state", "intents", "failures", "failed", "ledger"] {
        let key = format!("longhaul:{{{}}}:{}:{part}", folder.mailbox, folder.folder);
        let before = checkpoint(&store, folder).await;
        command(&node, &["LPUSH", &key, "foreign"]).await;
        let batch = before.next_batch;
        store.renew(&held.lease, 2 * LONG).await.expect_err("refused");
        store.intend(&held.lease, batch, items(&["one"]), RUNTIME).await.expect_err("refused");
        command(&node, &["DEL", &key]).await;
        assert_eq!(checkpoint(&store, folder).await, before, "{part}");
    }
    copy(&store, &held.lease, &["one"]).await.expect("committed");
}
