//! What is written under a guard holds only while the guard stands.

use longhaul_core::OwnerToken;

use super::Setup;
use super::support::{Bench, LONG, RUNTIME, go_on, items};
use crate::folder::{Bounds, PassStart};
use crate::{Error, Expect, Guard};

/// A guard record of its own, and the guard it makes.
async fn guard(bench: &Bench<'_, impl Setup>) -> Guard {
    let key = format!("leader/{}", bench.folder.mailbox);
    let version = bench.store().put(&key, vec![1], Expect::Absent).await.expect("written");
    Guard { key, version }
}

#[track_caller]
fn expect_fenced<T: std::fmt::Debug>(answer: Result<T, Error>, guard: &Guard) {
    assert!(matches!(&answer, Err(Error::Fenced { key }) if *key == guard.key), "{answer:?}");
}

/// While the guard stands, a guarded handle does what any other does.
pub async fn a_guarded_handle_writes_while_its_guard_stands(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let guard = guard(&bench).await;
    let store = bench.store().guarded(guard.clone());
    let key = format!("{} record", guard.key);
    let version = store.put(&key, vec![1], Expect::Absent).await.expect("written");
    let second = store.put(&key, vec![2], Expect::Version(version)).await.expect("written");
    assert!(matches!(
        store.put(&key, vec![3], Expect::Version(version)).await,
        Err(Error::Changed { .. })
    ));
    let found = store.get(&key).await.expect("answers").expect("is there");
    assert_eq!((found.version, found.body), (second, vec![2]));
    store.remove(&key).await.expect("removed");
    assert_eq!(bench.store().get(&key).await.expect("answers"), None);
    let now = bench.checkpoint().await;
    store.mark_published(bench.folder, now.pass, now.slice).await.expect("marked");
    assert!(bench.checkpoint().await.published);
    store.cancel(bench.folder, now.pass).await.expect("cancelled");
    assert!(bench.checkpoint().await.is_over());
    bench.begin(Bounds::default()).await;
    bench.hold(LONG).await;
}

/// The guard's record was written again, or removed: nothing goes through any more.
pub async fn a_guard_that_changed_refuses_every_write(setup: &impl Setup) {
    for remove in [false, true] {
        let bench = Bench::begun(setup).await;
        let guard = guard(&bench).await;
        let unguarded = bench.store();
        let store = unguarded.guarded(guard.clone());
        let key = format!("{} record", guard.key);
        store.put(&key, vec![1], Expect::Any).await.expect("written");
        let held = bench.hold(LONG).await;
        if remove {
            unguarded.remove(&guard.key).await.expect("removed");
        } else {
            let seen = Expect::Version(guard.version);
            unguarded.put(&guard.key, vec![1], seen).await.expect("written");
        }
        let before = (bench.checkpoint().await, unguarded.get(&key).await.expect("answers"));
        let (folder, pass, lease) = (bench.folder, before.0.pass, &held.lease);
        let other = PassStart { pass: longhaul_core::PassId::generate(), ..start(&before.0) };
        expect_fenced(store.put(&key, vec![2], Expect::Any).await, &guard);
        expect_fenced(store.put("another", vec![2], Expect::Absent).await, &guard);
        expect_fenced(store.remove(&key).await, &guard);
        expect_fenced(store.begin(folder, other).await, &guard);
        expect_fenced(store.begin(Bench::new(setup).folder, other).await, &guard);
        expect_fenced(store.mark_published(folder, pass, before.0.slice).await, &guard);
        expect_fenced(store.cancel(folder, pass).await, &guard);
        expect_fenced(store.reopen(folder, pass).await, &guard);
        let seen = bench.seen().await;
        let owner = OwnerToken::generate();
        expect_fenced(store.renew(lease, 2 * LONG).await, &guard);
        let batch = before.0.next_batch;
        expect_fenced(store.intend(lease, batch, items(&["one"]), RUNTIME).await, &guard);
        expect_fenced(store.end_slice(lease, go_on(), None).await, &guard);
        expect_fenced(store.release(lease).await, &guard);
        let after = (bench.checkpoint().await, unguarded.get(&key).await.expect("answers"));
        assert_eq!(after, before);
        unguarded.release(lease).await.expect("the other handle is not guarded");
        expect_fenced(store.claim(folder, owner, LONG, seen).await, &guard);
        // A new leader's handle, made from the old one.
        let version = unguarded.put(&guard.key, vec![2], Expect::Any).await.expect("written");
        let again = store.guarded(Guard { version, ..guard });
        again.put(&key, vec![3], Expect::Any).await.expect("written");
        assert!(store.get(&key).await.expect("reads are not guarded").is_some());
    }
}

const fn start(checkpoint: &crate::folder::Checkpoint) -> PassStart {
    PassStart { pass: checkpoint.pass, bounds: checkpoint.bounds }
}
