//! What a message is told: message slice *n* meets store slice *m*.

use std::time::Duration;

use longhaul_core::code::ATTEMPTS_USED_UP;
use longhaul_core::{OwnerToken, PassId};

use super::Setup;
use super::support::{Bench, LONG, SHORT, done, go_on, granted, list_end, position};
use crate::Error;
use crate::folder::{Claim, Seen, SliceEnd};

/// A folder no pass began with has nothing to claim.
pub async fn an_unknown_folder_cannot_be_claimed(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let seen = bench.seen().await;
    let unknown = Bench::new(setup);
    let claim = setup.store().claim(unknown.folder, OwnerToken::generate(), LONG, seen).await;
    assert!(matches!(claim, Err(Error::NotFound(_))), "{claim:?}");
    assert_eq!(setup.store().checkpoint(unknown.folder).await.expect("answers"), None);
}

/// n = m: work; the checkpoint says where to go on.
pub async fn a_message_of_the_present_slice_is_granted(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let first = bench.hold(LONG).await;
    bench.copy(&first.lease, &["one"]).await;
    bench.end(&first.lease, go_on(), Some(position("state"))).await;
    let second = bench.hold(LONG).await;
    assert_eq!(second.checkpoint, bench.checkpoint().await);
    assert_eq!(second.checkpoint.slice, first.checkpoint.slice.next());
    let state = second.checkpoint.position.map(|position| position.sync_state);
    assert_eq!(state.as_deref(), Some("state"));
}

/// n < m: the checkpoint says whether slice m's message is out, whoever works on the folder.
pub async fn a_message_of_an_earlier_slice_is_told_what_is_there(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let old = bench.seen().await;
    let held = bench.hold(LONG).await;
    let ended = bench.end(&held.lease, SliceEnd::Continue { wait: Some(LONG) }, None).await;
    for published in [false, true] {
        let Claim::Ahead(found) = bench.claim(OwnerToken::generate(), LONG, old).await else {
            panic!("an earlier slice's message was not told so");
        };
        assert_eq!(found.published, published);
        assert_eq!(found.slice, ended.slice);
        bench.store().mark_published(bench.folder, ended.pass, ended.slice).await.expect("marked");
    }
    assert_eq!(bench.checkpoint().await.lease, None, "it was granted all the same");

    let bench = Bench::begun(setup).await;
    let old = bench.seen().await;
    let held = bench.hold(LONG).await;
    bench.end(&held.lease, go_on(), None).await;
    let owner = bench.hold(LONG).await;
    let claim = bench.claim(OwnerToken::generate(), LONG, old).await;
    assert!(matches!(claim, Claim::Ahead(_)), "while another works on it: {claim:?}");
    bench.store().release(&owner.lease).await.expect("its lease was left alone");
}

/// n > m, or a fence or ledger the store never had: it went back.
pub async fn a_message_that_knows_more_than_the_store_finds_it_behind(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let held = bench.hold(LONG).await;
    bench.copy(&held.lease, &["one"]).await;
    bench.end(&held.lease, go_on(), None).await;
    let seen = bench.seen().await;
    let before = bench.checkpoint().await;
    let knowing = [
        Seen { slice: seen.slice.next(), ..seen },
        Seen { fence: seen.fence.next(), ..seen },
        Seen { ledger_len: seen.ledger_len + 1, ..seen },
    ];
    for seen in knowing {
        let claim = bench.claim(OwnerToken::generate(), LONG, seen).await;
        assert_eq!(claim, Claim::Behind(Box::new(before.clone())), "for {seen:?}");
    }
    assert_eq!(bench.checkpoint().await, before, "nothing was granted");
    // Knowing less is the rule: the message was published before the owner began.
    let earlier = Seen { ledger_len: 0, fence: held.checkpoint.fence, ..seen };
    granted(bench.claim(OwnerToken::generate(), LONG, earlier).await);
}

/// A message of a pass that is not the folder's is dropped.
pub async fn a_message_of_another_pass_is_over(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let seen = Seen { pass: PassId::generate(), ..bench.seen().await };
    assert_eq!(bench.claim(OwnerToken::generate(), LONG, seen).await, Claim::Over);
}

/// Done, parked or cancelled: there is nothing to do in this pass.
pub async fn an_ended_folder_is_over(setup: &impl Setup) {
    let parked = SliceEnd::Parked { code: ATTEMPTS_USED_UP, detail: String::new() };
    for end in [Some(done()), Some(parked), None] {
        let bench = Bench::begun(setup).await;
        let seen = bench.seen().await;
        match end {
            Some(end) => {
                let held = bench.hold(LONG).await;
                bench.end(&held.lease, end, Some(list_end("state"))).await;
            }
            None => bench.store().cancel(bench.folder, seen.pass).await.expect("cancelled"),
        }
        assert_eq!(bench.claim(OwnerToken::generate(), LONG, seen).await, Claim::Over);
    }
}

/// A wait the service asked for is kept, to the moment.
pub async fn a_slice_that_must_wait_is_not_granted_early(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let held = bench.hold(LONG).await;
    let before = bench.now().await;
    let ended = bench.end(&held.lease, SliceEnd::Continue { wait: Some(SHORT) }, None).await;
    let until = ended.not_before.expect("it must wait");
    assert!(before.after(SHORT) <= until && until <= bench.now().await.after(SHORT));
    let seen = bench.seen().await;
    assert_eq!(bench.claim(OwnerToken::generate(), LONG, seen).await, Claim::NotBefore(until));
    setup.pass(SHORT + Duration::from_millis(1)).await;
    granted(bench.claim(OwnerToken::generate(), LONG, seen).await);
}
