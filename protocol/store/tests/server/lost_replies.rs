//! A request was carried out and its reply lost, or cut off before it arrived: each call gives the
//! answer it would have given, and is carried out once.

use longhaul_core::OwnerToken;
use longhaul_nodes::{Cut, Redis as Node, Scissors};
use longhaul_store::folder::{Claim, SliceEnd};
use longhaul_store::{Checkpoints as _, Documents as _, Error, Expect, Redis, Store as _};

use super::support::{
    LONG, PAGE, RUNTIME, WRITE_FOLDER, WRITE_RECORD, audit, checkpoint, copy, cut_store, folder,
    granted, held, items, name_of, node, outcome, seen, start,
};

/// A store whose next write is carried out without a reply.
struct Bench {
    scissors: Scissors,
    through: Redis,
    beside: Redis,
}

impl Bench {
    async fn new(node: &Node) -> Self {
        let (scissors, through, beside) = cut_store(node).await;
        // The scripts are known to the server: the next request with one is the write.
        let held = held(&beside).await;
        copy(&beside, &held.lease, &["warm"]).await.expect("committed");
        beside.put("warm", Vec::new(), Expect::Any).await.expect("written");
        beside.list("warm", None, 1).await.expect("answers");
        Self { scissors, through, beside }
    }

    fn lose_reply(&self, script: &str) {
        self.scissors.cut_at(Cut::Reply(name_of(script)), false);
    }

    /// Lets the present call meet what others do between its first try and its second.
    fn lose_reply_and_hold(&self, script: &str) {
        self.scissors.cut_at(Cut::Reply(name_of(script)), true);
    }
}

#[tokio::test]
async fn every_folder_call_whose_reply_is_lost_is_carried_out_once() {
    let Some(node) = node("a lost reply").await else { return };
    let bench = Bench::new(&node).await;
    let (store, folder) = (&bench.through, folder());
    let present = async || checkpoint(&bench.beside, folder).await;

    bench.lose_reply(WRITE_FOLDER);
    let begun = store.begin(folder, start()).await.expect("begins");
    assert_eq!(present().await, begun);

    bench.lose_reply(WRITE_FOLDER);
    let owner = OwnerToken::generate();
    let claim = store.claim(folder, owner, LONG, seen(&begun)).await.expect("answers");
    let held = granted(claim);
    assert_eq!((held.lease.fence, &held.checkpoint), (begun.fence.next(), &present().await));

    bench.lose_reply(WRITE_FOLDER);
    let lease = store.renew(&held.lease, 2 * LONG).await.expect("renewed");
    assert!(lease.expires > held.lease.expires);
    assert_eq!(present().await.lease.expect("held").expires, lease.expires);

    bench.lose_reply(WRITE_FOLDER);
    let batch = begun.next_batch;
    let deadline = store.intend(&lease, batch, items(&["one"]), RUNTIME).await.expect("noted");
    assert_eq!(present().await.intents[&batch].deadline, deadline);

    bench.lose_reply(WRITE_FOLDER);
    let commit = outcome(&present().await, batch, &["one"]);
    let receipt = store.commit(&lease, commit).await.expect("committed");
    let now = present().await;
    assert!(!receipt.repeated && receipt.ledger_len == now.ledger_len && now.intents.is_empty());

    bench.lose_reply(WRITE_FOLDER);
    let ended = store.end_slice(&lease, SliceEnd::Continue { wait: None }, None).await;
    assert_eq!(ended.expect("ended"), present().await);
    assert_eq!(present().await.slice, begun.slice.next());

    bench.lose_reply(WRITE_FOLDER);
    store.mark_published(folder, begun.pass, begun.slice.next()).await.expect("marked");
    assert!(present().await.published);

    let claim = store.claim(folder, owner, LONG, seen(&present().await)).await.expect("answers");
    let lease = granted(claim).lease;
    bench.lose_reply(WRITE_FOLDER);
    store.release(&lease).await.expect("released");
    assert_eq!(present().await.lease, None);

    bench.lose_reply(WRITE_FOLDER);
    store.cancel(folder, begun.pass).await.expect("cancelled");
    assert!(present().await.is_over());
    assert_eq!(bench.scissors.cuts(), 9, "a reply was not lost");
    assert_eq!(audit(&bench.beside, folder).await.len(), 1);
}

#[tokio::test]
async fn every_record_call_whose_reply_is_lost_is_carried_out_once() {
    let Some(node) = node("a lost reply").await else { return };
    let bench = Bench::new(&node).await;
    let store = &bench.through;
    let present = async || bench.beside.get("key").await.expect("answers");

    let mut versions = Vec::new();
    for body in 0..4 {
        let expect = match body {
            0 => Expect::Absent,
            1 => Expect::Any,
            _ => Expect::Version(versions[body - 1]),
        };
        bench.lose_reply(WRITE_RECORD);
        let version = store.put("key", vec![body as u8], expect).await.expect("written");
        let found = present().await.expect("is there");
        assert_eq!((found.version, found.body), (version, vec![body as u8]));
        assert!(!versions.contains(&version));
        versions.push(version);
    }
    bench.lose_reply(WRITE_RECORD);
    let refused = store.put("key", vec![9], Expect::Absent).await;
    assert!(matches!(refused, Err(Error::Changed { .. })), "{refused:?}");
    bench.lose_reply(WRITE_RECORD);
    store.remove("key").await.expect("removed");
    assert_eq!(present().await, None);
    bench.lose_reply(PAGE);
    assert_eq!(store.list("ke", None, 10).await.expect("answers"), []);
    assert_eq!(bench.scissors.cuts(), 7, "a reply was not lost");
}

/// The connection ends within a request: it is not carried out, and sent again.
#[tokio::test]
async fn a_connection_cut_within_a_request_costs_nothing() {
    let Some(node) = node("a cut connection").await else { return };
    let bench = Bench::new(&node).await;
    let (store, held) = (&bench.through, held(&bench.beside).await);
    let lease = &held.lease;
    // Reading the folder and writing it are one request each: cut after their first words, within
    // their keys, and within what is written.
    let places = ["EVALSHA", ":heads", ":failed", "failed\r\n", ":ledger", "keep"];
    for (round, words) in places.iter().enumerate() {
        let now = checkpoint(&bench.beside, lease.folder).await;
        let name = format!("item {round}");
        bench.beside.intend(lease, now.next_batch, items(&[&name]), RUNTIME).await.expect("noted");
        let mut commit = outcome(&now, now.next_batch, &[&name]);
        commit.cleared = vec![longhaul_core::ItemKey::of("nothing")];
        bench.scissors.cut_at(Cut::Request(words.as_bytes().to_vec()), false);
        let receipt = store.commit(lease, commit).await.expect("committed");
        assert!(!receipt.repeated);
        assert_eq!(bench.scissors.cuts(), round as u64 + 1, "nothing was cut at {words}");
    }
    assert_eq!(audit(&bench.beside, lease.folder).await.len(), 6);
}

/// A claim whose reply is lost, and the coordinator notes the message before it is asked again.
#[tokio::test]
async fn a_claim_meets_its_own_lease() {
    let Some(node) = node("a lost reply").await else { return };
    let bench = Bench::new(&node).await;
    let folder = folder();
    let begun = bench.beside.begin(folder, start()).await.expect("begins");
    bench.lose_reply_and_hold(WRITE_FOLDER);
    let (claim, ()) = tokio::join!(
        bench.through.claim(folder, OwnerToken::generate(), LONG, seen(&begun)),
        async {
            bench.scissors.cut(1).await;
            let marked = bench.beside.mark_published(folder, begun.pass, begun.slice).await;
            marked.expect("marked");
            bench.scissors.release();
        }
    );
    let held = granted(claim.expect("answers"));
    assert!(held.checkpoint.published);
    copy(&bench.beside, &held.lease, &["one"]).await.expect("the lease is good");
}

/// Batches of one folder commit side by side, and one of them loses its reply.
#[tokio::test]
async fn a_commit_finds_its_number_after_others_committed() {
    let Some(node) = node("a lost reply").await else { return };
    let bench = Bench::new(&node).await;
    let held = held(&bench.beside).await;
    let (lease, batch) = (&held.lease, held.checkpoint.next_batch);
    bench.beside.intend(lease, batch, items(&["one"]), RUNTIME).await.expect("noted");
    bench.lose_reply_and_hold(WRITE_FOLDER);
    let commit = outcome(&held.checkpoint, batch, &["one"]);
    let (receipt, other) = tokio::join!(bench.through.commit(lease, commit), async {
        bench.scissors.cut(1).await;
        let other = copy(&bench.beside, lease, &["two"]).await.expect("committed");
        bench.scissors.release();
        other
    });
    let receipt = receipt.expect("committed");
    assert!(receipt.repeated && receipt.ledger_len == other.ledger_len, "{receipt:?}");
    assert_eq!(audit(&bench.beside, lease.folder).await.len(), 2);
}

/// The slice ended, and another works on the next one by the time the first asks again.
#[tokio::test]
async fn an_ended_slice_is_not_ended_twice() {
    let Some(node) = node("a lost reply").await else { return };
    let bench = Bench::new(&node).await;
    let held = held(&bench.beside).await;
    let (lease, folder) = (&held.lease, held.lease.folder);
    bench.lose_reply_and_hold(WRITE_FOLDER);
    let end = SliceEnd::Continue { wait: None };
    let (ended, other) = tokio::join!(bench.through.end_slice(lease, end, None), async {
        bench.scissors.cut(1).await;
        let other = super::support::hold(&bench.beside, folder).await;
        bench.scissors.release();
        other
    });
    assert!(matches!(ended, Err(Error::StaleOwner)), "{ended:?}");
    let now = checkpoint(&bench.beside, folder).await;
    assert_eq!((now.slice, now.fence), (held.checkpoint.slice.next(), other.lease.fence));
    bench.beside.renew(&other.lease, LONG).await.expect("the other's lease was left alone");
}

/// A stale leader does not get through by trying again.
#[tokio::test]
async fn a_guarded_write_whose_reply_is_lost_is_not_made_twice() {
    let Some(node) = node("a lost reply").await else { return };
    let bench = Bench::new(&node).await;
    let key = "leader".to_owned();
    let version = bench.beside.put(&key, vec![1], Expect::Absent).await.expect("written");
    let guard = longhaul_store::Guard { key: key.clone(), version };
    let guarded = bench.through.guarded(guard.clone());
    bench.lose_reply(WRITE_RECORD);
    let written = guarded.put("record", vec![1], Expect::Any).await.expect("it leads");
    assert_eq!(bench.beside.get("record").await.expect("answers").expect("there").version, written);
    bench.lose_reply_and_hold(WRITE_RECORD);
    let (refused, other) = tokio::join!(guarded.put("record", vec![2], Expect::Any), async {
        bench.scissors.cut(2).await;
        bench.beside.put(&key, vec![2], Expect::Version(version)).await.expect("takes over");
        let other = bench.beside.put("record", vec![3], Expect::Any).await.expect("written");
        bench.scissors.release();
        other
    });
    assert!(matches!(refused, Err(Error::Fenced { .. })), "{refused:?}");
    let found = bench.beside.get("record").await.expect("answers").expect("is there");
    assert_eq!((found.version, found.body), (other, vec![3]));
    let folder = folder();
    let claim = async || bench.through.begin(folder, start()).await;
    let begun = claim().await.expect("unguarded handles go on");
    let refused = guarded.cancel(folder, begun.pass).await;
    assert!(matches!(refused, Err(Error::Fenced { .. })), "{refused:?}");
    assert!(!matches!(
        bench.beside.claim(folder, OwnerToken::generate(), LONG, seen(&begun)).await,
        Ok(Claim::Over)
    ));
}
