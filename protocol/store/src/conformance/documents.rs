//! Records: written over what was seen, listed in order.

use longhaul_core::ProjectId;

use super::Setup;
use crate::{Documents, Error, Expect, Version};

/// A prefix nobody else uses.
fn prefix() -> String {
    format!("suite/{}/", ProjectId::generate())
}

#[track_caller]
fn expect_changed<T: std::fmt::Debug>(answer: Result<T, Error>, key: &str) {
    assert!(matches!(&answer, Err(Error::Changed { key: at }) if at == key), "{answer:?}");
}

/// Compare-and-set: absent, the version seen, or whatever is there.
pub async fn a_record_is_written_only_over_what_was_seen(setup: &impl Setup) {
    let store = setup.store();
    let key = format!("{}a", prefix());
    assert_eq!(store.get(&key).await.expect("answers"), None);
    expect_changed(store.put(&key, vec![0], Expect::Version(Version(1))).await, &key);
    let first = store.put(&key, vec![1], Expect::Absent).await.expect("written");
    expect_changed(store.put(&key, vec![2], Expect::Absent).await, &key);
    let found = store.get(&key).await.expect("answers").expect("is there");
    assert_eq!((&found.key, found.version, found.body), (&key, first, vec![1]));
    let second = store.put(&key, vec![3], Expect::Version(first)).await.expect("written");
    assert_ne!(second, first);
    expect_changed(store.put(&key, vec![4], Expect::Version(first)).await, &key);
    let third = store.put(&key, Vec::new(), Expect::Any).await.expect("written");
    let found = store.get(&key).await.expect("answers").expect("is there");
    assert_eq!((found.version, found.body), (third, Vec::new()));
}

/// Two writers that saw the same: one of them has to look again.
pub async fn one_of_two_writers_of_a_record_wins(setup: &impl Setup) {
    let store = setup.store();
    let key = format!("{}raced", prefix());
    let mut version = store.put(&key, vec![0], Expect::Absent).await.expect("written");
    for round in 0..20 {
        let (one, other) = tokio::join!(
            store.put(&key, vec![round, 1], Expect::Version(version)),
            store.put(&key, vec![round, 2], Expect::Version(version))
        );
        let (winner, writer) = match (one, other) {
            (Ok(won), Err(Error::Changed { .. })) => (won, 1),
            (Err(Error::Changed { .. }), Ok(won)) => (won, 2),
            both => panic!("not exactly one wins: {both:?}"),
        };
        let found = store.get(&key).await.expect("answers").expect("is there");
        assert_eq!((found.version, found.body), (winner, vec![round, writer]));
        version = winner;
    }
}

/// Who remembers a removed record's version does not write over its successor.
pub async fn a_removed_record_is_gone_and_its_versions_with_it(setup: &impl Setup) {
    let store = setup.store();
    let key = format!("{}b", prefix());
    store.remove(&key).await.expect("none is no error");
    let old = store.put(&key, vec![1], Expect::Absent).await.expect("written");
    store.remove(&key).await.expect("removed");
    assert_eq!(store.get(&key).await.expect("answers"), None);
    expect_changed(store.put(&key, vec![2], Expect::Version(old)).await, &key);
    store.put(&key, vec![3], Expect::Absent).await.expect("written");
    expect_changed(store.put(&key, vec![4], Expect::Version(old)).await, &key);
}

/// Keys in their order, whatever the page, and nothing beside the prefix.
pub async fn records_are_listed_by_prefix_in_order_and_in_pages(setup: &impl Setup) {
    let store = setup.store();
    let prefix = prefix();
    let neighbours =
        [prefix.replace("suite/", "suit/"), prefix.trim_end_matches('/').to_owned() + "0"];
    let mut keys: Vec<_> = (0..25).map(|number| format!("{prefix}{number}")).collect();
    keys.push(format!("{prefix}1/nested"));
    for key in keys.iter().chain(&neighbours) {
        store.put(key, key.clone().into_bytes(), Expect::Absent).await.expect("written");
    }
    keys.sort();
    let list = async |after: Option<&str>, limit| -> Vec<String> {
        let page = Documents::list(&*store, &prefix, after, limit).await.expect("answers");
        page.into_iter()
            .map(|document| {
                assert_eq!(document.body, document.key.as_bytes());
                document.key
            })
            .collect()
    };
    assert_eq!(list(None, 1_000).await, keys);
    assert_eq!(list(Some(&keys[3]), 5).await, keys[4..9]);
    assert_eq!(list(Some(&format!("{}x", keys[3])), 1).await, keys[4..5]);
    assert_eq!(list(keys.last().map(String::as_str), 5).await, Vec::<String>::new());
    assert_eq!(list(None, 0).await, Vec::<String>::new());
}
