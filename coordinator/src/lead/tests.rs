//! One store, several coordinators, a clock that a test moves.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{ManualClock, OwnerToken, Timestamp};
use longhaul_store::{Embedded, Error, Expect, Store};
use tokio::time::timeout;

use super::{Election, Leader, Term};

const LEASE: Duration = Duration::from_secs(15);

struct Fleet {
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
}

impl Fleet {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
        let store = Embedded::in_memory(Arc::clone(&clock) as _).expect("a store");
        Self { store: Arc::new(store), clock }
    }

    fn candidate(&self, name: u8) -> Election {
        let id = OwnerToken::from_bytes([name; 16]);
        Election::new(Arc::clone(&self.store), id, format!("http://{name}.test"), LEASE)
    }
}

/// The term, if the candidate wins it without the clock being moved.
async fn won(candidate: &Election) -> Result<Term, Option<Leader>> {
    let mut seen = None;
    let tried = timeout(Duration::from_millis(200), candidate.win(|leader| seen = leader)).await;
    tried.map_err(|_| seen)
}

#[tokio::test]
async fn one_leads_and_the_others_see_where_it_is() {
    let fleet = Fleet::new();
    let term = won(&fleet.candidate(1)).await.expect("nobody led");
    assert_eq!(term.number, 1);
    let seen = won(&fleet.candidate(2)).await.expect_err("led by the first");
    assert_eq!(seen.map(|leader| leader.url).as_deref(), Some("http://1.test"));
}

#[tokio::test]
async fn of_many_that_want_to_lead_at_once_one_does() {
    let fleet = Fleet::new();
    let candidates: Vec<_> = (1..=8).map(|name| fleet.candidate(name)).collect();
    let tries = candidates.iter().map(won);
    let won = futures::future::join_all(tries).await;
    assert_eq!(won.iter().filter(|won| won.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_lead_that_is_given_back_is_free_at_once() {
    let fleet = Fleet::new();
    let first = fleet.candidate(1);
    let term = won(&first).await.expect("nobody led");
    first.give_back(term).await;
    assert_eq!(won(&fleet.candidate(2)).await.expect("free").number, 2);
}

#[tokio::test]
async fn a_leader_that_is_gone_is_followed_when_its_lease_has_run_out_and_not_before() {
    let fleet = Fleet::new();
    won(&fleet.candidate(1)).await.expect("nobody led");
    fleet.clock.advance(LEASE - Duration::from_millis(1));
    won(&fleet.candidate(2)).await.expect_err("the lease runs");
    fleet.clock.advance(Duration::from_millis(1));
    assert_eq!(won(&fleet.candidate(2)).await.expect("it has run out").number, 2);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_keeps_the_lead_and_its_guard() {
    let fleet = Fleet::new();
    let first = fleet.candidate(1);
    let mut term = won(&first).await.expect("nobody led");
    let guarded = fleet.store.guarded(term.guard());
    for _ in 0..10 {
        fleet.clock.advance(LEASE / 2);
        timeout(LEASE / 2, first.hold(&mut term)).await.expect_err("it is not lost");
    }
    won(&fleet.candidate(2)).await.expect_err("the lease was renewed");
    guarded.put("record", b"ours".to_vec(), Expect::Any).await.expect("it still leads");
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_stood_still_writes_nothing_and_learns_that_it_lost() {
    let fleet = Fleet::new();
    let first = fleet.candidate(1);
    let mut term = won(&first).await.expect("nobody led");
    let guarded = fleet.store.guarded(term.guard());
    guarded.put("record", b"ours".to_vec(), Expect::Any).await.expect("it leads");

    fleet.clock.advance(LEASE);
    let second = won(&fleet.candidate(2)).await.expect("the lease has run out");
    let late = guarded.put("record", b"late".to_vec(), Expect::Any).await;
    assert!(matches!(late, Err(Error::Fenced { .. })), "{late:?}");
    let found = fleet.store.get("record").await.expect("an answer").expect("written");
    assert_eq!(found.body, b"ours");
    timeout(LEASE, first.hold(&mut term)).await.expect("it learns of it");
    // Nor does giving back what is lost take it from the second.
    first.give_back(term).await;
    won(&fleet.candidate(3)).await.expect_err("the second leads");
    assert_eq!(second.number, 2);
}

#[tokio::test]
async fn a_store_of_one_process_needs_no_waiting_for_the_one_before() {
    let fleet = Fleet::new();
    won(&fleet.candidate(1)).await.expect("nobody led");
    assert_eq!(won(&fleet.candidate(2).alone()).await.expect("at once").number, 2);
}
