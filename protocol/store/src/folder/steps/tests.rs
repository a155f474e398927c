//! What the conformance suite cannot see: the steps alone, at chosen moments.

use std::time::Duration;

use longhaul_core::{
    BatchNo, Fence, FolderKey, FolderRef, MailboxId, OwnerToken, PassId, SliceNo, Timestamp,
};
use proptest::prelude::*;

use super::*;
use crate::folder::{Bounds, Claim, PassStart, Position, Seen, SliceEnd};

const NOW: Timestamp = Timestamp(1_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn folder() -> FolderRef {
    FolderRef { mailbox: MailboxId::from_bytes([1; 16]), folder: FolderKey::of("inbox") }
}

fn begun() -> Checkpoint {
    let start = PassStart { pass: PassId::from_bytes([2; 16]), bounds: Bounds::default() };
    begin(None, start, NOW)
}

fn seen(checkpoint: &Checkpoint) -> Seen {
    Seen {
        pass: checkpoint.pass,
        slice: checkpoint.slice,
        fence: checkpoint.fence,
        ledger_len: checkpoint.ledger_len,
    }
}

fn taken(checkpoint: &mut Checkpoint, ttl: Duration) -> Lease {
    let owner = OwnerToken::from_bytes([3; 16]);
    let seen = seen(checkpoint);
    match claim(checkpoint, folder(), owner, ttl, seen, NOW) {
        Claim::Granted(held) => held.lease,
        other => panic!("not granted: {other:?}"),
    }
}

fn at(last: bool) -> Position {
    Position { sync_state: "state".to_owned(), last }
}

#[test]
fn a_lease_is_another_owners_to_its_last_moment_and_free_at_its_end() {
    let mut held = begun();
    let lease = taken(&mut held, MINUTE);
    let other = OwnerToken::from_bytes([4; 16]);
    let seen = seen(&held);
    let ask = |at| claim(&mut held.clone(), folder(), other, MINUTE, seen, at);
    let last = Timestamp(lease.expires.0 - 1);
    assert_eq!(ask(last), Claim::NotBefore(lease.expires));
    assert!(matches!(ask(lease.expires), Claim::Granted(_)));
}

#[test]
fn a_wait_ends_at_its_moment() {
    let mut checkpoint = begun();
    let lease = taken(&mut checkpoint, MINUTE);
    let end = SliceEnd::Continue { wait: Some(MINUTE) };
    end_slice(&mut checkpoint, &lease, end, None, NOW).expect("ends");
    let until = NOW.after(MINUTE);
    let seen = seen(&checkpoint);
    let ask = |at| claim(&mut checkpoint.clone(), folder(), lease.owner, MINUTE, seen, at);
    assert_eq!(ask(Timestamp(until.0 - 1)), Claim::NotBefore(until));
    assert!(matches!(ask(until), Claim::Granted(_)));
}

#[test]
fn an_upload_may_end_with_its_lease_and_not_a_moment_later() {
    let mut checkpoint = begun();
    let lease = taken(&mut checkpoint, MINUTE);
    let mut note =
        |batch, runtime| intend(&mut checkpoint, &lease, BatchNo(batch), Vec::new(), runtime, NOW);
    assert_eq!(note(0, MINUTE).expect("just in time"), lease.expires);
    assert!(note(1, MINUTE + Duration::from_millis(1)).is_err());
}

#[test]
fn an_upload_cannot_be_begun_under_an_expired_lease() {
    let mut checkpoint = begun();
    let lease = taken(&mut checkpoint, MINUTE);
    let late = lease.expires;
    let second = Duration::from_secs(1);
    let noted = intend(&mut checkpoint, &lease, BatchNo(0), Vec::new(), second, late);
    assert!(matches!(noted, Err(Error::Conflict(_))), "{noted:?}");
    renew(&mut checkpoint, &lease, MINUTE, late).expect("nobody has taken it");
    intend(&mut checkpoint, &lease, BatchNo(0), Vec::new(), second, late).expect("renewed");
}

/// An earlier pass's fingerprint must not make the next one skip what was never listed.
#[test]
fn a_pass_that_did_not_reach_the_end_leaves_no_fingerprint() {
    let fingerprint = Some(crate::folder::Fingerprint::default());
    let done = {
        let mut checkpoint = begun();
        let lease = taken(&mut checkpoint, MINUTE);
        let end = SliceEnd::Done { fingerprint };
        end_slice(&mut checkpoint, &lease, end, Some(at(true)), NOW).expect("ends");
        checkpoint
    };
    assert_eq!(done.fingerprint, fingerprint);
    let start = PassStart { pass: PassId::from_bytes([5; 16]), bounds: done.bounds };
    let next = begin(Some(&done), start, NOW);
    assert_eq!(next.fingerprint, fingerprint, "the same epoch goes on");
    let mut cancelled = next.clone();
    cancel(&mut cancelled, start.pass);
    assert_eq!(cancelled.fingerprint, None);
    let mut parked = next;
    let lease = taken(&mut parked, MINUTE);
    let end =
        SliceEnd::Parked { code: longhaul_core::code::ATTEMPTS_USED_UP, detail: String::new() };
    end_slice(&mut parked, &lease, end, None, NOW).expect("ends");
    assert_eq!(parked.fingerprint, None);
}

#[test]
fn a_refused_step_leaves_the_checkpoint_as_it_was() {
    let mut checkpoint = begun();
    let lease = taken(&mut checkpoint, MINUTE);
    let refused = apply_owned(&checkpoint, &lease, |after| {
        intend(after, &lease, BatchNo(0), Vec::new(), MINUTE, NOW)?;
        end_slice(after, &lease, SliceEnd::Done { fingerprint: None }, Some(at(true)), NOW)
    });
    assert!(matches!(refused, Err(Error::Conflict("an intent is open"))), "{refused:?}");
    assert!(checkpoint.intents.is_empty());
}

#[test]
fn a_folder_is_done_only_at_the_end_of_its_list() {
    let stored_and_given = [
        (None, None),
        (Some(at(false)), None),
        (None, Some(at(false))),
        (Some(at(true)), Some(at(false))),
    ];
    for (stored, given) in stored_and_given {
        let mut checkpoint = begun();
        let lease = taken(&mut checkpoint, MINUTE);
        checkpoint.position = stored;
        let before = checkpoint.clone();
        let end = SliceEnd::Done { fingerprint: None };
        let refused = end_slice(&mut checkpoint, &lease, end, given, NOW);
        assert!(
            matches!(refused, Err(Error::Conflict("the list is not at its end"))),
            "{refused:?}"
        );
        assert_eq!(checkpoint, before);
    }
}

#[test]
#[should_panic(expected = "Cp1")]
fn a_step_backwards_is_noticed() {
    let mut checkpoint = begun();
    checkpoint.slice = SliceNo(3);
    let _ = apply(&checkpoint, |after| {
        after.slice = SliceNo(2);
        Ok(())
    });
}

#[test]
#[should_panic(expected = "Cp4")]
fn a_step_of_a_stale_owner_is_noticed() {
    let mut checkpoint = begun();
    let lease = taken(&mut checkpoint, MINUTE);
    let stale = Lease { fence: Fence(0), ..lease };
    let _ = apply_owned(&checkpoint, &stale, |_| Ok(()));
}

proptest! {
    /// Whatever a message says it saw, nothing is granted that was not free.
    #[test]
    fn a_claim_is_granted_only_for_the_present_slice(
        slice in 0_u32..4,
        fence in 0_u64..4,
        ledger_len in 0_u64..4,
        this_pass: bool,
        over: bool,
        leased: bool,
        waiting: bool,
    ) {
        let mut checkpoint = begun();
        checkpoint.slice = SliceNo(2);
        checkpoint.fence = Fence(2);
        checkpoint.ledger_len = 2;
        checkpoint.outcome = over.then_some(crate::folder::Outcome::Done);
        checkpoint.not_before = waiting.then_some(NOW.after(MINUTE));
        checkpoint.lease = leased.then_some(LeaseHolder {
            owner: OwnerToken::from_bytes([9; 16]),
            expires: NOW.after(MINUTE),
        });
        let before = checkpoint.clone();
        let pass = if this_pass { before.pass } else { PassId::from_bytes([8; 16]) };
        let seen = Seen { pass, slice: SliceNo(slice), fence: Fence(fence), ledger_len };
        let owner = OwnerToken::from_bytes([3; 16]);
        let answer = claim(&mut checkpoint, folder(), owner, MINUTE, seen, NOW);
        let open = this_pass && !over && !leased && !waiting;
        let fits = slice == 2 && fence <= 2 && ledger_len <= 2;
        prop_assert_eq!(matches!(answer, Claim::Granted(_)), open && fits, "{:?}", answer);
        if open && fits {
            prop_assert_eq!(checkpoint.fence, Fence(3));
        } else {
            prop_assert_eq!(checkpoint, before);
        }
    }
}
