//! How slices end.

use longhaul_core::code::ATTEMPTS_USED_UP;

use super::Setup;
use super::support::{
    Bench, LONG, SHORT, done, expect_conflict, expect_stale, failure, go_on, list_end, position,
};
use crate::folder::{Fingerprint, Outcome, SliceEnd};

/// The next slice is open to anybody, its message not yet out.
pub async fn a_slice_that_goes_on_frees_the_folder(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let begun = bench.checkpoint().await;
    bench.store().mark_published(bench.folder, begun.pass, begun.slice).await.expect("marked");
    let lease = bench.hold(LONG).await.lease;
    bench.copy(&lease, &["one"]).await;
    let ended =
        bench.end(&lease, SliceEnd::Continue { wait: Some(SHORT) }, Some(position("state"))).await;
    assert_eq!(ended, bench.checkpoint().await);
    assert_eq!((ended.slice, ended.published), (begun.slice.next(), false));
    assert_eq!((&ended.lease, &ended.outcome), (&None, &None));
    assert_eq!(ended.position, Some(position("state")));
    assert!(ended.not_before.is_some());
    expect_stale(bench.store().end_slice(&lease, go_on(), None).await);
    setup.pass(SHORT).await;
    let lease = bench.hold(LONG).await.lease;
    let ended = bench.end(&lease, go_on(), None).await;
    assert_eq!((ended.position, ended.not_before), (Some(position("state")), None));
}

/// The list begins again; ledger, failures, intents and numbers stay.
pub async fn a_new_epoch_forgets_the_position_only(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one", "bad"]).await;
    let mut commit = bench.outcome(batch, &["one"]).await;
    commit.failures.push(failure("bad", 1));
    commit.position = Some(position("state"));
    bench.store().commit(&lease, commit).await.expect("the commit is taken");
    bench.intend(&lease, batch.next(), &["two"]).await;
    let before = bench.checkpoint().await;
    let store = bench.store();
    expect_conflict(store.end_slice(&lease, SliceEnd::NewEpoch, Some(position("old"))).await);
    let after = bench.end(&lease, SliceEnd::NewEpoch, None).await;
    assert_eq!((after.epoch, after.slice), (before.epoch.next(), before.slice.next()));
    assert_eq!((&after.position, &after.outcome, after.published), (&None, &None, false));
    assert_eq!((&after.intents, after.next_batch), (&before.intents, before.next_batch));
    assert_eq!((after.counters, after.ledger_len), (before.counters, before.ledger_len));
    assert_eq!(bench.checkpoint().await, after);
    bench.audit().await;
}

/// Done means that nothing is in doubt.
pub async fn a_folder_is_not_done_while_an_intent_is_open(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one"]).await;
    let fingerprint = Some(Fingerprint { items: 1, ..Fingerprint::default() });
    let last = list_end("end");
    let store = bench.store();
    let done =
        async || store.end_slice(&lease, SliceEnd::Done { fingerprint }, Some(last.clone())).await;
    let before = bench.checkpoint().await;
    expect_conflict(done().await);
    assert_eq!(bench.checkpoint().await, before);
    let commit = bench.outcome(batch, &["one"]).await;
    store.commit(&lease, commit).await.expect("the commit is taken");
    let ended = done().await.expect("the slice ends");
    assert_eq!((&ended.outcome, ended.fingerprint), (&Some(Outcome::Done), fingerprint));
    assert_eq!((ended.slice, &ended.lease), (before.slice, &None));
    assert_eq!((bench.checkpoint().await, ended.position.as_ref()), (ended.clone(), Some(&last)));
}

/// Done means that everything was listed: the position, given or stored, is the list's end.
pub async fn a_folder_is_not_done_before_the_lists_end(setup: &impl Setup) {
    let middle = || Some(position("middle"));
    let last = || Some(list_end("end"));
    let cases = [
        (None, None, false),
        (middle(), None, false),
        (None, middle(), false),
        (last(), middle(), false),
        (last(), None, true),
        (middle(), last(), true),
        (None, last(), true),
    ];
    for (stored, given, is_end) in cases {
        let bench = Bench::begun(setup).await;
        let lease = bench.hold(LONG).await.lease;
        let batch = bench.checkpoint().await.next_batch;
        bench.intend(&lease, batch, &["one"]).await;
        let mut commit = bench.outcome(batch, &["one"]).await;
        commit.position.clone_from(&stored);
        let store = bench.store();
        store.commit(&lease, commit).await.expect("the commit is taken");
        let before = bench.checkpoint().await;
        let answer = store.end_slice(&lease, done(), given.clone()).await;
        let after = bench.checkpoint().await;
        if !is_end {
            expect_conflict(answer);
            assert_eq!(after, before, "for {stored:?} and {given:?}");
            // The refused owner is still the owner.
            bench.end(&lease, go_on(), given).await;
            continue;
        }
        assert_eq!(answer.expect("the slice ends"), after);
        assert_eq!(
            (after.outcome, after.position),
            (Some(Outcome::Done), last()),
            "for {stored:?} and {given:?}"
        );
    }
}

/// Given up: what is in doubt stays in doubt, for the next pass to settle.
pub async fn a_parked_folder_keeps_its_intents(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &["one"]).await;
    let (code, detail) = (ATTEMPTS_USED_UP, "five times".to_owned());
    let end = SliceEnd::Parked { code, detail: detail.clone() };
    let ended = bench.end(&lease, end, Some(position("state"))).await;
    assert_eq!(ended.outcome, Some(Outcome::Parked { code, detail }));
    assert_eq!((ended.intents.len(), &ended.lease), (1, &None));
    assert_eq!((ended.fingerprint, ended.position), (None, Some(position("state"))));
}
