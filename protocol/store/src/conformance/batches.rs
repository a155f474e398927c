//! Intents, commits and the ledger.

use std::time::Duration;

use longhaul_core::BatchNo;

use super::Setup;
use super::support::{
    Bench, LONG, RUNTIME, SHORT, expect_conflict, failure, items, only, position, record,
};
use crate::folder::Receipt;
use crate::ledger::Appender;

/// Records, number, position, counters and failures change together, and the intent is gone.
pub async fn a_commit_is_written_whole(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one", "two", "bad", "gone"]).await;
    let mut commit = bench.outcome(batch, &["one", "two"]).await;
    commit.failures.push(failure("bad", 1));
    commit.vanished = 1;
    commit.position = Some(position("state"));
    let len = commit.append.bytes.len() as u64;
    let receipt = bench.store().commit(&lease, commit).await.expect("the commit is taken");
    assert_eq!(receipt, Receipt { ledger_len: len, repeated: false });
    let after = bench.checkpoint().await;
    assert!(after.committed.contains(batch) && after.intents.is_empty());
    assert_eq!((after.ledger_len, after.position), (len, Some(position("state"))));
    assert_eq!(after.counters.vanished, 1);
    assert_eq!(bench.ledger().await, [record("one"), record("two")]);
    assert_eq!(bench.failures().await, [failure("bad", 1)]);
    bench.audit().await;
}

/// The reply was lost and the commit comes again: nothing is written twice.
pub async fn a_repeated_commit_writes_nothing(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one", "bad"]).await;
    let mut commit = bench.outcome(batch, &["one"]).await;
    commit.failures.push(failure("bad", 1));
    commit.vanished = 2;
    let first = bench.store().commit(&lease, commit.clone()).await.expect("the commit is taken");
    bench.copy(&lease, &["two"]).await;
    let before = bench.checkpoint().await;
    for _ in 0..2 {
        let again = bench.store().commit(&lease, commit.clone()).await.expect("the same commit");
        assert_eq!(again, Receipt { ledger_len: before.ledger_len, repeated: true });
        assert!(again.ledger_len > first.ledger_len);
    }
    assert_eq!(bench.checkpoint().await, before);
    bench.audit().await;
}

/// Whatever is wrong with a commit, nothing of it is written.
pub async fn a_refused_commit_writes_nothing(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let stale = bench.outcome(BatchNo(0), &["one"]).await.append;
    bench.copy(&lease, &["zero", "another"]).await;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one"]).await;
    let before = bench.checkpoint().await;
    let good = bench.outcome(batch, &["one"]).await;

    let mut no_intent = good.clone();
    no_intent.batch = batch.next();
    let early = only(batch, stale);
    let mut late = good.clone();
    late.append.at += 1;
    let mut miscounted = good.clone();
    miscounted.append.sums.added += 1;
    let mut cut = good.clone();
    cut.append.bytes.pop();
    let mut template = good.clone();
    template.append.template = Some(b"another".to_vec());
    for mut bad in [no_intent, early, late, miscounted, cut, template] {
        bad.failures.push(failure("bad", 1));
        bad.position = Some(position("state"));
        expect_conflict(bench.store().commit(&lease, bad).await);
        assert_eq!(bench.checkpoint().await, before);
        assert!(bench.failures().await.is_empty());
    }
    bench.audit().await;
    // A shorter record at the same place: nothing of what was refused shines through.
    let short = crate::ledger::Record { destination: "x".to_owned(), ..record("s") };
    let append = Appender::new(before.ledger_len, before.template).prepare(&[short.clone().into()]);
    assert!(append.bytes.len() < good.append.bytes.len());
    bench.store().commit(&lease, only(batch, append)).await.expect("the commit is taken");
    assert_eq!(bench.ledger().await.last(), Some(&short));
    bench.audit().await;
}

/// Batches in flight together commit as they come.
pub async fn batches_commit_in_any_order(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let names = ["a", "b", "c", "d"];
    let first = bench.checkpoint().await.next_batch;
    for (batch, name) in (first.0..).zip(names) {
        bench.intend(&lease, BatchNo(batch), &[name]).await;
    }
    for at in [2, 0, 3, 1] {
        let batch = BatchNo(first.0 + at as u64);
        let commit = bench.outcome(batch, &[names[at]]).await;
        bench.store().commit(&lease, commit).await.expect("the commit is taken");
        assert!(bench.checkpoint().await.committed.contains(batch));
    }
    let after = bench.checkpoint().await;
    assert!(after.intents.is_empty() && after.committed.stragglers() == 0);
    assert_eq!(bench.ledger().await, ["c", "a", "d", "b"].map(record));
    bench.audit().await;
}

/// Any piece of the ledger can be asked for; there is nothing past its end.
pub async fn the_ledger_is_read_in_pieces_and_never_past_its_length(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let read = async |from, limit| {
        bench.store().ledger(bench.folder, from, limit).await.expect("the store answers")
    };
    assert!(read(0, 100).await.is_empty());
    let mut whole = Vec::new();
    for batch in 0..4 {
        let name = format!("item {batch}");
        let commit = bench.outcome(bench.checkpoint().await.next_batch, &[&name]).await;
        whole.extend_from_slice(&commit.append.bytes);
        bench.copy(&lease, &[&name]).await;
    }
    let len = whole.len();
    assert_eq!(read(0, usize::MAX).await, whole);
    for from in 0..=len {
        let piece = read(from as u64, 7).await;
        assert!(!piece.is_empty() || from == len, "nothing at {from}");
        assert_eq!(piece, whole[from..from + piece.len()]);
        assert!(piece.len() <= 64, "a limit of 7 gave {} bytes", piece.len());
    }
    assert!(read(len as u64 + 1, 100).await.is_empty());
    let unknown = Bench::new(setup);
    assert!(setup.store().ledger(unknown.folder, 0, 100).await.expect("answers").is_empty());
}

/// A batch that turns out not to have been uploaded is committed empty; its number is spent.
pub async fn a_batch_given_up_is_as_good_as_committed(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.copy(&lease, &[]).await;
    let after = bench.checkpoint().await;
    assert!(after.committed.contains(batch) && after.intents.is_empty());
    assert_eq!((after.ledger_len, after.counters.items), (0, 0));
    bench.copy(&lease, &["one"]).await;
    bench.audit().await;
}

/// CP-3: an upload is promised to end before the lease does.
pub async fn an_intent_ends_within_its_lease(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    let store = bench.store();
    let intend = async |runtime| store.intend(&lease, batch, items(&["one"]), runtime).await;
    expect_conflict(intend(LONG + Duration::from_secs(1)).await);
    expect_conflict(intend(Duration::ZERO).await);
    assert_eq!(bench.checkpoint().await.next_batch, batch, "a refused intent has written nothing");
    let before = bench.now().await;
    let deadline = intend(RUNTIME).await.expect("the intent is noted");
    let after = bench.now().await;
    assert!(before.after(RUNTIME) <= deadline && deadline <= after.after(RUNTIME));
    let intent = bench.checkpoint().await.intents[&batch].clone();
    assert_eq!((intent.fence, intent.deadline), (lease.fence, deadline));
    assert!(before <= intent.made && intent.made <= after);
    assert_eq!(intent.items, items(&["one"]));
    // What counts is the lease as it is stored: renewed, it carries a longer upload.
    let runtime = LONG + SHORT;
    store.renew(&lease, runtime + RUNTIME).await.expect("renewed");
    let longer = store.intend(&lease, batch.next(), items(&["two"]), runtime).await;
    longer.expect("the lease was lengthened");
}

/// The same intent again: later deadline or none, everything else as it was.
pub async fn an_intent_again_only_lengthens_its_deadline(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one"]).await;
    let first = bench.checkpoint().await;
    setup.pass(Duration::from_millis(10)).await;
    let store = bench.store();
    let later = store.intend(&lease, batch, items(&["one"]), 2 * RUNTIME).await.expect("noted");
    assert!(later > first.intents[&batch].deadline);
    let earlier = store.intend(&lease, batch, items(&["one"]), RUNTIME).await.expect("noted");
    assert_eq!(earlier, later, "what was sent may still run until then");
    let mut expected = first;
    expected.intents.get_mut(&batch).expect("is there").deadline = later;
    assert_eq!(bench.checkpoint().await, expected);
    expect_conflict(store.intend(&lease, batch, items(&["other"]), RUNTIME).await);
}

/// Numbers only grow; skipped ones are spent.
pub async fn a_used_batch_number_is_refused(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let store = bench.store();
    let used = bench.copy(&lease, &["one"]).await;
    expect_conflict(store.intend(&lease, used, items(&["two"]), RUNTIME).await);
    let ahead = BatchNo(used.0 + 5);
    bench.intend(&lease, ahead, &["two"]).await;
    assert_eq!(bench.checkpoint().await.next_batch, ahead.next());
    expect_conflict(store.intend(&lease, BatchNo(used.0 + 3), items(&["three"]), RUNTIME).await);
    expect_conflict(store.intend(&lease, BatchNo(u64::MAX), items(&["three"]), RUNTIME).await);
    let commit = bench.outcome(ahead, &["two"]).await;
    store.commit(&lease, commit).await.expect("the commit is taken");
    assert_eq!(bench.checkpoint().await.committed.stragglers(), 0, "the set closes over the gap");
}

/// Reconciliation: the new owner settles what the old one left, and nothing else is taken over.
pub async fn an_earlier_owners_intent_is_settled_by_the_present_one(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let first = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&first, batch, &["one"]).await;
    let noted = bench.checkpoint().await.intents;
    bench.store().release(&first).await.expect("released");
    let second = bench.hold(LONG).await;
    assert_eq!(second.checkpoint.intents, noted);
    let store = bench.store();
    // It must be looked into first: uploading it again could make a twin.
    expect_conflict(store.intend(&second.lease, batch, items(&["one"]), RUNTIME).await);
    let commit = bench.outcome(batch, &["one"]).await;
    store.commit(&second.lease, commit).await.expect("the commit is taken");
    assert_eq!(bench.ledger().await, [record("one")]);
    bench.audit().await;
}
