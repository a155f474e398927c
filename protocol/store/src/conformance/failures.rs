//! Items that could not be copied.

use std::collections::BTreeMap;

use longhaul_core::ItemKey;

use super::Setup;
use super::support::{Bench, LONG, conflict, failure};
use crate::folder::Failure;

/// Names of failed items, and how often each was tried.
type Failed = &'static [(&'static str, u32)];
type Cleared = &'static [&'static str];

/// One record per item; clearing what is not there is no fault.
pub async fn failures_are_replaced_cleared_and_counted(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let mut expected = BTreeMap::new();
    let steps: [(Failed, Cleared); 5] = [
        (&[("a", 1), ("b", 1)], &[]),
        (&[("a", 2), ("c", 1), ("c", 2)], &[]),
        (&[], &["b", "never"]),
        (&[("a", 3), ("d", 1)], &["a", "c"]),
        (&[], &["a", "a", "d"]),
    ];
    for (failed, cleared) in steps {
        let batch = bench.checkpoint().await.next_batch;
        bench.intend(&lease, batch, &[]).await;
        let mut commit = bench.outcome(batch, &[]).await;
        for name in cleared {
            commit.cleared.push(ItemKey::of(name));
            expected.remove(&ItemKey::of(name));
        }
        for (name, attempts) in failed {
            commit.failures.push(failure(name, *attempts));
            expected.insert(ItemKey::of(name), failure(name, *attempts));
        }
        bench.store().commit(&lease, commit).await.expect("the commit is taken");
        assert_eq!(bench.failures().await, expected.values().cloned().collect::<Vec<_>>());
        bench.audit().await;
    }
    assert!(expected.is_empty());
}

/// A conflict is a failure that is also counted by itself, whatever it was before or becomes.
pub async fn conflicts_are_counted_among_the_failures(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let steps: [(Vec<Failure>, Cleared, [u64; 2]); 5] = [
        (vec![conflict("a"), failure("b", 1)], &[], [2, 1]),
        (vec![conflict("a"), conflict("b")], &[], [2, 2]),
        (vec![failure("a", 1)], &[], [2, 1]),
        (vec![failure("c", 1), conflict("c")], &["a"], [2, 2]),
        (vec![], &["b", "c", "never"], [0, 0]),
    ];
    for (failures, cleared, expected) in steps {
        let batch = bench.checkpoint().await.next_batch;
        bench.intend(&lease, batch, &[]).await;
        let mut commit = bench.outcome(batch, &[]).await;
        commit.failures = failures;
        commit.cleared = cleared.iter().map(|name| ItemKey::of(name)).collect();
        bench.store().commit(&lease, commit).await.expect("the commit is taken");
        bench.audit().await;
        let counters = bench.checkpoint().await.counters;
        assert_eq!([counters.failed, counters.conflicts], expected);
    }
}

/// In the order of their keys, page after page.
pub async fn failures_are_read_in_pages(setup: &impl Setup) {
    let bench = Bench::begun(setup).await;
    let lease = bench.hold(LONG).await.lease;
    let batch = bench.checkpoint().await.next_batch;
    bench.intend(&lease, batch, &[]).await;
    let mut commit = bench.outcome(batch, &[]).await;
    commit.failures = (0..10).map(|number| failure(&number.to_string(), 1)).collect();
    let mut expected = commit.failures.clone();
    expected.sort_by_key(|failure| failure.key);
    bench.store().commit(&lease, commit).await.expect("the commit is taken");
    let mut found = Vec::new();
    loop {
        let after = found.last().map(|failure: &Failure| failure.key);
        let page = bench.store().failures(bench.folder, after, 4).await.expect("answers");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 4);
        found.extend(page);
    }
    assert_eq!(found, expected);
}
