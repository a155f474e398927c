//! One owner at a time, and none after its time.

use longhaul_core::OwnerToken;

use super::Setup;
use super::support::{Bench, LONG, RUNTIME, SHORT, expect_stale, go_on, granted, items, position};
use crate::folder::{Bounds, Claim};

/// Two workers ask at once: one is granted, the other learns until when.
pub async fn only_one_of_two_owners_is_granted(setup: &impl Setup) {
    for _ in 0..20 {
        let bench = Bench::begun(setup).await;
        let seen = bench.seen().await;
        let (one, other) = tokio::join!(
            bench.claim(OwnerToken::generate(), LONG, seen),
            bench.claim(OwnerToken::generate(), LONG, seen)
        );
        // The loser may find its message behind the winner's fence or the folder held.
        let (held, refused) = match (one, other) {
            (Claim::Granted(held), refused) | (refused, Claim::Granted(held)) => (held, refused),
            neither => panic!("nobody was granted: {neither:?}"),
        };
        assert_eq!(refused, Claim::NotBefore(held.lease.expires));
        assert_eq!(bench.checkpoint().await.fence, held.lease.fence);
    }
}

/// Fences grow with every owner, however the one before ended.
pub async fn every_owner_has_a_greater_fence(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let mut last = bench.checkpoint().await.fence;
    for round in 0..4 {
        let held = bench.hold(if round == 2 { SHORT } else { LONG }).await;
        assert!(held.lease.fence > last, "{} after {last}", held.lease.fence);
        assert_eq!(held.checkpoint.fence, held.lease.fence);
        last = held.lease.fence;
        match round {
            0 => drop(bench.end(&held.lease, go_on(), None).await),
            1 => bench.store().release(&held.lease).await.expect("released"),
            2 => setup.pass(SHORT).await,
            _ => drop(bench.begin(Bounds::default()).await),
        }
    }
    assert!(bench.hold(LONG).await.lease.fence > last);
}

/// Until it expires a lease keeps others away, and no longer.
pub async fn an_expired_lease_can_be_taken_over(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let before = bench.now().await;
    let first = bench.hold(SHORT).await.lease;
    let after = bench.now().await;
    assert!(before.after(SHORT) <= first.expires && first.expires <= after.after(SHORT));
    setup.pass(SHORT).await;
    let second = bench.hold(LONG).await.lease;
    assert!(second.fence > first.fence);
    expect_stale(bench.store().renew(&first, LONG).await);
    bench.copy(&second, &["one"]).await;
}

/// Time alone makes nobody stale: what was uploaded in time may be committed late.
pub async fn an_expired_lease_nobody_took_still_writes(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(SHORT).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    let runtime = SHORT / 3;
    let intended = bench.store().intend(&lease, batch, items(&["one"]), runtime).await;
    intended.expect("the intent is noted");
    setup.pass(SHORT).await;
    let commit = bench.outcome(batch, &["one"]).await;
    bench.store().commit(&lease, commit).await.expect("the commit is taken");
    let renewed = bench.store().renew(&lease, LONG).await.expect("renewed");
    bench.copy(&renewed, &["two"]).await;
    bench.audit().await;
}

/// Asking again replaces one's own lease.
pub async fn an_owner_that_asks_again_gets_a_new_fence(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let owner = OwnerToken::generate();
    let first = granted(bench.claim(owner, LONG, bench.seen().await).await).lease;
    let second = granted(bench.claim(owner, LONG, bench.seen().await).await).lease;
    assert!(second.fence > first.fence);
    expect_stale(bench.store().release(&first).await);
    bench.store().release(&second).await.expect("released");
}

/// A renewal counts from now; one that would shorten the lease leaves it.
pub async fn a_lease_is_lengthened_and_never_shortened(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(SHORT).await.lease;
    let before = bench.now().await;
    let longer = bench.store().renew(&lease, LONG).await.expect("renewed");
    assert!(
        longer.expires >= before.after(LONG) && longer.expires <= bench.now().await.after(LONG)
    );
    assert_eq!((longer.fence, longer.owner), (lease.fence, lease.owner));
    let again = bench.store().renew(&longer, SHORT).await.expect("renewed");
    assert_eq!(again.expires, longer.expires);
    setup.pass(SHORT).await;
    let other = bench.claim(OwnerToken::generate(), LONG, bench.seen().await).await;
    assert_eq!(other, Claim::NotBefore(longer.expires));
}

/// A lease that was given back keeps nobody away, and the slice is the same.
pub async fn a_released_folder_is_free_at_once(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let first = bench.hold(LONG).await;
    bench.store().release(&first.lease).await.expect("released");
    expect_stale(bench.store().release(&first.lease).await);
    let second = bench.hold(LONG).await;
    assert_eq!(second.checkpoint.slice, first.checkpoint.slice);
}

/// Taken over, cancelled, begun anew or ended: the old owner writes nothing (CP-4).
pub async fn a_stale_owner_is_refused_every_write(setup: &impl Setup) {
    for way in 0..4 {
        let bench = Bench::begun(setup).await;
        let stale = bench.hold(SHORT).await.lease;
        let pass = bench.checkpoint().await.pass;
        match way {
            0 => {
                setup.pass(SHORT).await;
                let owner = bench.hold(LONG).await.lease;
                bench.copy(&owner, &["theirs"]).await;
            }
            1 => bench.store().cancel(bench.folder, pass).await.expect("cancelled"),
            2 => drop(bench.begin(Bounds::default()).await),
            _ => drop(bench.end(&stale, go_on(), Some(position("state"))).await),
        }
        let before = bench.checkpoint().await;
        let store = bench.store();
        let batch = before.next_batch;
        expect_stale(store.renew(&stale, LONG).await);
        expect_stale(store.release(&stale).await);
        expect_stale(store.intend(&stale, batch, items(&["ours"]), RUNTIME).await);
        expect_stale(store.commit(&stale, bench.outcome(batch, &["ours"]).await).await);
        expect_stale(store.end_slice(&stale, go_on(), None).await);
        assert_eq!(bench.checkpoint().await, before, "a refused call has written nothing");
    }
}
