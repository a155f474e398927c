//! Passes after the first: stages, and entries that change what the ledger says.

use longhaul_core::{Bytes, ItemKey, SliceNo};

use super::Setup;
use super::support::{Bench, LONG, done, expect_conflict, go_on, list_end, only, position, record};
use crate::folder::{Bounds, Fingerprint, Lease, SliceEnd, Stage};
use crate::ledger::{Append, Appender, Entry};

const NEXT: SliceEnd = SliceEnd::NextStage { fingerprint: None };

/// A folder that a first pass has copied these items of; the second has begun.
async fn copied<'a, S: Setup>(setup: &'a S, names: &[&str]) -> Bench<'a, S> {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    bench.copy(&lease, names).await;
    bench.end(&lease, done(), Some(list_end("first"))).await;
    bench.begin(Bounds::default()).await;
    bench
}

/// The entries made for the ledger as it is.
async fn append<S: Setup>(bench: &Bench<'_, S>, entries: &[Entry]) -> Append {
    let now = bench.checkpoint().await;
    Appender::new(now.ledger_len, now.template).prepare(entries)
}

/// Commits these entries as a batch of their own.
async fn write<S: Setup>(bench: &Bench<'_, S>, lease: &Lease, entries: &[Entry]) {
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(lease, batch, &[]).await;
    let commit = only(batch, append(bench, entries).await);
    bench.store().commit(lease, commit).await.expect("the commit is taken");
}

/// A folder with a ledger goes through all stages, each beginning with a slice of its own whose
/// message is not published; an empty one is copied at once.
pub async fn a_folder_with_a_ledger_is_surveyed_copied_and_swept(setup: &impl Setup) {
    let empty = Bench::begun(setup).await.checkpoint().await;
    assert_eq!((empty.stage, empty.begins_stage()), (Stage::Copy, true));
    let bench = copied(setup, &["a", "b"]).await;
    let begun = bench.checkpoint().await;
    assert_eq!((begun.stage, begun.begins_stage()), (Stage::Survey, true));
    let lease = bench.hold(LONG).await.lease;
    write(&bench, &lease, &[Entry::Left(ItemKey::of("a"))]).await;
    let surveyed = bench.end(&lease, go_on(), None).await;
    assert_eq!((surveyed.stage, surveyed.begins_stage()), (Stage::Survey, false));
    let lease = bench.hold(LONG).await.lease;
    let copying = bench.end(&lease, NEXT, None).await;
    assert_eq!((copying.stage, copying.begins_stage()), (Stage::Copy, true));
    assert_eq!((copying.slice, copying.published), (SliceNo(2), false));
    assert_eq!(copying.surveyed_to, copying.ledger_len);
    assert_eq!(copying.position, begun.position, "a survey moves nothing");
    let lease = bench.hold(LONG).await.lease;
    let seen = Some(Fingerprint { items: 2, ..Fingerprint::default() });
    let next = SliceEnd::NextStage { fingerprint: seen };
    let sweeping = bench.end(&lease, next, Some(list_end("second"))).await;
    assert_eq!((sweeping.stage, sweeping.begins_stage()), (Stage::Sweep, true));
    let lease = bench.hold(LONG).await.lease;
    let swept = bench.end(&lease, done(), None).await;
    assert!(swept.is_over());
    assert_eq!(swept.fingerprint, seen, "the sweep lists nothing");
    let again = bench.begin(Bounds::default()).await;
    assert_eq!((again.stage, again.begins_stage()), (Stage::Survey, true));
}

/// A stage that is not done is not left, and a folder is not done before it is copied.
pub async fn a_stage_is_left_only_when_it_is_done(setup: &impl Setup) {
    let bench = copied(setup, &["a"]).await;
    let lease = bench.hold(LONG).await.lease;
    let before = bench.checkpoint().await;
    let end = async |end, position| bench.store().end_slice(&lease, end, position).await;
    expect_conflict(end(NEXT, Some(position("listed"))).await);
    expect_conflict(end(done(), Some(list_end("listed"))).await);
    bench.intend(&lease, before.next_batch, &["b"]).await;
    expect_conflict(end(NEXT, None).await);
    let nothing = only(before.next_batch, append(&bench, &[]).await);
    bench.store().commit(&lease, nothing).await.expect("given up");
    bench.end(&lease, NEXT, None).await;

    let lease = bench.hold(LONG).await.lease;
    let end = async |end, position| bench.store().end_slice(&lease, end, position).await;
    expect_conflict(end(NEXT, None).await);
    expect_conflict(end(NEXT, Some(position("listed"))).await);
    bench.end(&lease, NEXT, Some(list_end("listed"))).await;
    let lease = bench.hold(LONG).await.lease;
    expect_conflict(bench.store().end_slice(&lease, NEXT, None).await);
}

/// Without a sync state nothing says what was deleted: the folder is surveyed once more.
pub async fn an_invalid_list_is_surveyed_anew(setup: &impl Setup) {
    let bench = copied(setup, &["a"]).await;
    let lease = bench.hold(LONG).await.lease;
    bench.end(&lease, NEXT, None).await;
    let lease = bench.hold(LONG).await.lease;
    let ended = bench.end(&lease, SliceEnd::NewEpoch, None).await;
    assert_eq!((ended.stage, ended.begins_stage()), (Stage::Survey, true));
    assert_eq!(ended.position, None);
}

/// Each kind of entry counts for what it is.
pub async fn what_entries_do_is_counted(setup: &impl Setup) {
    let bench = copied(setup, &["a", "b", "c"]).await;
    let lease = bench.hold(LONG).await.lease;
    let before = bench.checkpoint().await.counters;
    let [a, b, c] = ["a", "b", "c"].map(record);
    let larger = crate::ledger::Record { size: Bytes(a.size.0 + 7), ..a.clone() };
    write(&bench, &lease, &[Entry::Replaced { record: larger, was: a.size }]).await;
    write(&bench, &lease, &[Entry::Left(b.key), Entry::Left(c.key)]).await;
    let now = bench.checkpoint().await.counters;
    assert_eq!((now.items, now.held, now.replaced), (3, 2, 1));
    assert_eq!(now.bytes, Bytes(before.bytes.0 + 7));
    write(&bench, &lease, &[Entry::Back(c.key), Entry::Gone { key: b.key, was: b.size }]).await;
    let now = bench.checkpoint().await;
    assert_eq!((now.counters.items, now.counters.held, now.counters.removed), (2, 0, 1));
    assert_eq!(now.counters.bytes, Bytes(before.bytes.0 + 7 - b.size.0));
    assert_eq!(now.copied_in_pass(), 0, "nothing was copied");
    bench.copy(&lease, &["d"]).await;
    assert_eq!(bench.checkpoint().await.copied_in_pass(), 1);
}

/// Counters never fall below nothing: such a commit is refused whole.
pub async fn entries_that_take_more_than_there_is_are_refused(setup: &impl Setup) {
    let bench = copied(setup, &["a"]).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &[]).await;
    let before = bench.checkpoint().await;
    let a = record("a");
    let gone = Entry::Gone { key: a.key, was: a.size };
    let large = Entry::Replaced { record: a.clone(), was: Bytes(1 << 40) };
    for bad in [vec![gone], vec![Entry::Back(a.key)], vec![large]] {
        let commit = only(batch, append(&bench, &bad).await);
        expect_conflict(bench.store().commit(&lease, commit).await);
        assert_eq!(bench.checkpoint().await, before);
    }
}
