//! Passes begin, and are stopped.

use longhaul_core::code::ATTEMPTS_USED_UP;
use longhaul_core::{FolderKey, FolderRef, MailboxId, PassId, SliceNo, Timestamp};

use super::Setup;
use super::support::{
    Bench, LONG, conflict, done, expect_conflict, failure, go_on, items, list_end, position,
};
use crate::folder::{Bounds, Checkpoint, Fingerprint, Outcome, PassStart, SliceEnd};

const OTHER: Bounds =
    Bounds { cutoff: Some(Timestamp(1_700_000_000_000)), associated: false, failed_only: false };
const SEEN_BEFORE: Fingerprint = Fingerprint {
    changed: Some(Timestamp(5)),
    deleted: Some(1),
    items: 3,
    associated: 0,
    unread: 2,
};

/// Works a pass to its end: one item copied, the end of the list reached.
async fn finish<S: Setup>(bench: &Bench<'_, S>, item: &str) {
    let lease = bench.hold(LONG).await.lease;
    bench.copy(&lease, &[item]).await;
    bench
        .end(&lease, SliceEnd::Done { fingerprint: Some(SEEN_BEFORE) }, Some(list_end("state")))
        .await;
}

/// Slice 0, nothing copied, nothing published.
pub async fn a_first_pass_begins_at_the_beginning(setup: &impl Setup) {
    let bench = Bench::new(setup);
    let begun = bench.begin(OTHER).await;
    assert_eq!(begun, bench.checkpoint().await);
    assert_eq!((begun.slice, begun.published, &begun.position), (SliceNo(0), false, &None));
    assert_eq!((begun.bounds, &begun.lease, &begun.outcome), (OTHER, &None, &None));
    assert_eq!((begun.ledger_len, begun.counters.items), (0, 0));
    assert_eq!(bench.ledger().await, []);
}

/// Beginning again changes nothing, even in the middle and with other bounds.
pub async fn the_same_pass_begins_once(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    bench.copy(&lease, &["one"]).await;
    let before = bench.checkpoint().await;
    let start = PassStart { pass: before.pass, bounds: OTHER };
    let again = bench.store().begin(bench.folder, start).await.expect("begins");
    assert_eq!(again, before);
    assert_eq!(bench.checkpoint().await, before);
    bench.store().renew(&lease, LONG).await.expect("the lease is left alone");
}

/// The next pass with the same bounds takes the list up where the last one left it.
pub async fn the_same_bounds_go_on_from_the_position(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    finish(&bench, "one").await;
    let before = bench.checkpoint().await;
    assert_eq!(before.copied_in_pass(), 1);
    let after = bench.begin(before.bounds).await;
    assert_ne!(after.pass, before.pass);
    assert_eq!(after.epoch, before.epoch);
    // The place is the same; the end of the last pass's list is not the end of this one's.
    let (place, end) = (after.position.as_ref(), before.position.as_ref());
    assert_eq!(place.map(|place| &place.sync_state), end.map(|end| &end.sync_state));
    assert_eq!(place.map(|place| place.last), Some(false));
    assert_eq!(end.map(|end| end.last), Some(true));
    assert_eq!(after.fingerprint, Some(SEEN_BEFORE));
    assert_eq!((after.slice, after.published, &after.outcome), (SliceNo(0), false, &None));
    assert_eq!((after.items_before, after.copied_in_pass()), (1, 0));
    assert_eq!(bench.checkpoint().await, after);
}

/// Other bounds: everything is listed again; what is copied stays known.
pub async fn other_bounds_begin_an_epoch(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    finish(&bench, "one").await;
    let before = bench.checkpoint().await;
    let after = bench.begin(OTHER).await;
    assert_eq!((after.epoch, after.bounds), (before.epoch.next(), OTHER));
    assert_eq!((&after.position, after.fingerprint), (&None, None));
    assert_eq!((after.ledger_len, &after.template), (before.ledger_len, &before.template));
    assert_eq!((after.next_batch, &after.committed), (before.next_batch, &before.committed));
    assert_eq!(bench.ledger().await.len(), 1);
    bench.audit().await;
    // A position of the epoch before must not come back with the folder's next owner.
    let held = bench.hold(LONG).await;
    assert_eq!(held.checkpoint.position, None);
}

/// Failed items are tried again: by listing everything again.
pub async fn recorded_failures_begin_an_epoch(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["bad"]).await;
    let mut commit = bench.outcome(batch, &[]).await;
    commit.failures.push(failure("bad", 1));
    bench.store().commit(&lease, commit).await.expect("the commit is taken");
    bench.end(&lease, done(), Some(list_end("state"))).await;
    let before = bench.checkpoint().await;
    let after = bench.begin(before.bounds).await;
    assert_eq!((after.epoch, &after.position), (before.epoch.next(), &None));
    assert_eq!(after.counters.failed, 1, "it stays recorded until it is copied");
    assert_eq!(bench.failures().await.len(), 1);
}

/// A conflict stays recorded, and the next pass goes on all the same.
pub async fn a_conflict_begins_no_epoch(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["changed"]).await;
    let mut commit = bench.outcome(batch, &[]).await;
    commit.failures.push(conflict("changed"));
    bench.store().commit(&lease, commit).await.expect("the commit is taken");
    bench.end(&lease, done(), Some(list_end("state"))).await;
    let before = bench.checkpoint().await;
    let after = bench.begin(before.bounds).await;
    assert_eq!((after.epoch, after.counters), (before.epoch, before.counters));
    assert_eq!(bench.failures().await, [conflict("changed")]);
}

/// A pass that never got anywhere leaves nothing to go on from.
pub async fn a_folder_without_a_position_begins_an_epoch(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let before = bench.checkpoint().await;
    let after = bench.begin(before.bounds).await;
    assert_eq!(after.epoch, before.epoch.next());
}

/// The old pass's owner is out; what it may have uploaded is still to be looked into.
pub async fn a_new_pass_breaks_the_lease_and_keeps_intents(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one"]).await;
    let before = bench.checkpoint().await;
    let after = bench.begin(OTHER).await;
    assert_eq!(after.lease, None);
    assert!(after.fence > before.fence, "a lease was broken");
    assert_eq!(after.intents, before.intents);
    let held = bench.hold(LONG).await;
    assert_eq!(held.checkpoint.intents[&batch].items, items(&["one"]));
}

/// Stopped: over, nobody's, its intents kept for the next pass.
pub async fn a_cancelled_folder_is_over_and_keeps_its_intents(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one"]).await;
    let pass = bench.checkpoint().await.pass;
    bench.store().cancel(bench.folder, pass).await.expect("cancelled");
    let after = bench.checkpoint().await;
    assert_eq!((&after.outcome, &after.lease), (&Some(Outcome::Cancelled), &None));
    assert_eq!(after.intents.len(), 1);
    bench.store().cancel(bench.folder, pass).await.expect("cancelled again");
    assert_eq!(bench.checkpoint().await, after);
}

/// A late cancel hits neither the next pass nor a folder that has ended.
pub async fn a_cancel_for_another_pass_changes_nothing(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let before = bench.checkpoint().await;
    bench.store().cancel(bench.folder, PassId::generate()).await.expect("answers");
    assert_eq!(bench.checkpoint().await, before);
    finish(&bench, "one").await;
    let ended = bench.checkpoint().await;
    bench.store().cancel(bench.folder, ended.pass).await.expect("answers");
    assert_eq!(bench.checkpoint().await, ended);
    let unknown = Bench::new(setup);
    setup.store().cancel(unknown.folder, ended.pass).await.expect("answers");
}

/// Given up: nobody's until it is taken up again, by the same pass only; then it goes on with the
/// slice it was at, whose message is out. A folder that is not given up stays as it is.
pub async fn a_folder_that_was_given_up_can_be_taken_up_again(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let reopen = async |pass| bench.store().reopen(bench.folder, pass).await.expect("answers");
    let lease = bench.hold(LONG).await.lease;
    let working = bench.checkpoint().await;
    reopen(working.pass).await;
    assert_eq!(bench.checkpoint().await, working);
    let end = SliceEnd::Parked { code: ATTEMPTS_USED_UP, detail: "a try".to_owned() };
    let parked = bench.store().end_slice(&lease, end, None).await.expect("parked");
    reopen(PassId::generate()).await;
    assert_eq!(bench.checkpoint().await, parked);
    reopen(parked.pass).await;
    let open = bench.checkpoint().await;
    assert!(open.published && open.progressed >= parked.progressed);
    let expected =
        Checkpoint { outcome: None, published: true, progressed: open.progressed, ..parked };
    assert_eq!(open, expected);
    let held = bench.hold(LONG).await;
    assert_eq!(held.checkpoint.slice, open.slice);
    let unknown = Bench::new(setup);
    unknown.store().reopen(unknown.folder, open.pass).await.expect("answers");
}

/// Marks for a slice or pass that is past are too late to matter.
pub async fn only_the_present_slice_is_marked_published(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let first = bench.checkpoint().await;
    let mark = async |pass, slice| {
        bench.store().mark_published(bench.folder, pass, slice).await.expect("answers");
        bench.checkpoint().await.published
    };
    assert!(!mark(PassId::generate(), first.slice).await);
    assert!(!mark(first.pass, first.slice.next()).await);
    assert!(mark(first.pass, first.slice).await);
    let lease = bench.hold(LONG).await.lease;
    bench.end(&lease, go_on(), None).await;
    assert!(!mark(first.pass, first.slice).await, "the next slice's message is not out");
    let unknown = Bench::new(setup);
    setup.store().mark_published(unknown.folder, first.pass, first.slice).await.expect("answers");
}

/// An overview shows states and counters, and leaves the bulk out.
pub async fn an_overview_has_every_folder_of_its_mailbox_and_no_other(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    bench.copy(&lease, &["one"]).await;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["two"]).await;
    expect_conflict(bench.store().end_slice(&lease, done(), Some(list_end("late"))).await);
    bench.end(&lease, go_on(), Some(position("state"))).await;
    let start = PassStart { pass: PassId::generate(), bounds: OTHER };
    let mut folders = vec![bench.folder.folder];
    for name in ["sent", "drafts"] {
        let folder = FolderRef { folder: FolderKey::of(name), ..bench.folder };
        setup.store().begin(folder, start).await.expect("begins");
        folders.push(folder.folder);
    }
    Bench::begun(setup).await;
    let mut overview = setup.store().overview(bench.folder.mailbox).await.expect("answers");
    overview.sort_by_key(|(folder, _)| *folder);
    folders.sort();
    assert_eq!(overview.iter().map(|(folder, _)| *folder).collect::<Vec<_>>(), folders);
    let of_bench = overview.iter().find(|(folder, _)| *folder == bench.folder.folder);
    let mut expected = bench.checkpoint().await;
    expected.position = Some(position(""));
    expected.intents.values_mut().for_each(|intent| intent.items.clear());
    assert_eq!(of_bench.map(|(_, found)| found), Some(&expected));
    let none = setup.store().overview(MailboxId::generate()).await.expect("answers");
    assert_eq!(none, []);
}
