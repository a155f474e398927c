use longhaul_core::OwnerToken;
use longhaul_store::records::{MemberRecord, MemberRole};

use super::*;
use crate::engine::passes::bench::Bench;

#[test]
fn waits_grow_up_to_a_limit_that_a_hint_may_exceed() {
    let options = Options::default();
    for tries in 0..40 {
        let wait = wait_before(&options, tries, None);
        assert!(wait >= options.prepare_wait, "{wait:?}");
        assert!(wait <= options.prepare_wait_longest.mul_f64(1.25), "{wait:?}");
    }
    let hint = Duration::from_secs(4000);
    assert!(wait_before(&options, 1, Some(hint)) >= hint);
}

/// Preparations under way in a fleet with workers of so many slots.
async fn preparing(slots: u32) -> usize {
    let bench = Bench::begun(PassKind::Full, 40).await;
    let now = bench.store.now().await.expect("a clock");
    let worker = MemberRecord {
        id: OwnerToken::generate(),
        name: "worker-0/1".to_owned(),
        version: "1".to_owned(),
        role: MemberRole::Worker { slots },
        since: now,
        until: now.after(Duration::from_secs(60)),
        queue: None,
    };
    bench.save(&worker).await;
    let mut passes = bench.passes();
    passes.tend().await.expect("tends");
    passes.preparations.tasks.len()
}

#[tokio::test]
async fn a_large_fleet_has_more_mailboxes_prepared_at_a_time() {
    let few = Options::default().preparing;
    assert_eq!(preparing(8).await, few);
    assert_eq!(preparing(316).await, 20, "one for each 16 slots");
}
