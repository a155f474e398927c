//! Folders and record lists larger than one answer.

use longhaul_core::{FolderKey, FolderRef, ItemKey};
use longhaul_store::folder::Failure;
use longhaul_store::{Checkpoints as _, Documents as _, Expect};

use super::support::{
    RUNTIME, audit, checkpoint, command, copy, held, hold, items, node, open, outcome, start,
};

/// Ledgers are read in pieces of one MiB; this one takes several, and its records are cut by them.
#[tokio::test]
async fn a_ledger_of_many_pieces_reads_back_whole() {
    const BATCHES: usize = 40;
    const ITEMS: usize = 2_000;
    let Some(node) = node("a large ledger").await else { return };
    let store = open(node.url()).await;
    let held = held(&store).await;
    let folder = held.lease.folder;
    let mut now = held.checkpoint;
    for batch in 0..BATCHES {
        let names: Vec<_> = (0..ITEMS).map(|item| format!("{batch} {item}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        store.intend(&held.lease, now.next_batch, items(&[]), RUNTIME).await.expect("noted");
        store.commit(&held.lease, outcome(&now, now.next_batch, &names)).await.expect("committed");
        now = checkpoint(&store, folder).await;
    }
    assert!(now.ledger_len > 2 << 20, "only {} bytes", now.ledger_len);
    assert_eq!(audit(&store, folder).await.len(), BATCHES * ITEMS);
    let whole = store.ledger(folder, 0, usize::MAX).await.expect("answers");
    let middle = store.ledger(folder, (1 << 20) - 7, (1 << 20) + 9).await.expect("answers");
    assert_eq!(middle, whole[(1 << 20) - 7..(2 << 20) + 2]);
    // What a step reads and writes does not grow with it.
    let heads = format!("longhaul:{{{}}}:heads", folder.mailbox);
    let head = command(&node, &["HSTRLEN", &heads, &folder.folder.to_string()]).await;
    assert!(matches!(head, redis::Value::Int(..1_000)), "a head of {head:?} bytes");
}

/// Failures and records come in pages of 500.
#[tokio::test]
async fn lists_of_many_pages_are_whole_and_in_order() {
    const MANY: usize = 1_234;
    let Some(node) = node("long lists").await else { return };
    let store = open(node.url()).await;
    let held = held(&store).await;
    let now = &held.checkpoint;
    let mut commit = outcome(now, now.next_batch, &[]);
    let failure = |item: usize| Failure {
        key: ItemKey::of(&item.to_string()),
        source_id: item.to_string(),
        class: "IPM.Note".to_owned(),
        size: longhaul_core::Bytes(1),
        received: None,
        code: longhaul_core::code::ITEM_REFUSED,
        detail: String::new(),
        pass: now.pass,
        attempts: 1,
        at: longhaul_core::Timestamp(1),
    };
    commit.failures = (0..MANY).map(failure).collect();
    store.intend(&held.lease, now.next_batch, items(&[]), RUNTIME).await.expect("noted");
    store.commit(&held.lease, commit).await.expect("committed");
    let found = store.failures(held.lease.folder, None, usize::MAX).await.expect("answers");
    assert_eq!(found.len(), MANY);
    assert!(found.is_sorted_by_key(|failure| failure.key));
    let after = store.failures(held.lease.folder, Some(found[700].key), 501).await;
    assert_eq!(after.expect("answers"), found[701..1_202]);

    for record in 0..MANY {
        store.put(&format!("long/{record:05}"), vec![1], Expect::Absent).await.expect("written");
    }
    store.put("long", vec![1], Expect::Absent).await.expect("written");
    store.put("longer", vec![1], Expect::Absent).await.expect("written");
    let listed = store.list("long/", None, usize::MAX).await.expect("answers");
    let keys: Vec<_> = listed.iter().map(|record| record.key.clone()).collect();
    assert!(keys.len() == MANY && keys.is_sorted(), "{} records", keys.len());
    let after = store.list("long/", Some("long/00499"), 2).await.expect("answers");
    assert_eq!(after, listed[500..502]);
}

/// A mailbox of many folders: the overview has each, without what is large.
#[tokio::test]
async fn an_overview_of_many_folders_holds_no_sync_states() {
    let Some(node) = node("many folders").await else { return };
    let store = open(node.url()).await;
    let first = held(&store).await;
    let mailbox = first.lease.folder.mailbox;
    for name in 0..300 {
        let folder = FolderRef { mailbox, folder: FolderKey::of(&name.to_string()) };
        store.begin(folder, start()).await.expect("begins");
        if name == 7 {
            let held = hold(&store, folder).await;
            copy(&store, &held.lease, &["one"]).await.expect("committed");
            let mut commit =
                outcome(&checkpoint(&store, folder).await, held.checkpoint.next_batch.next(), &[]);
            let sync_state = "state".repeat(10_000);
            commit.position = Some(longhaul_store::folder::Position { sync_state, last: true });
            store.intend(&held.lease, commit.batch, items(&[]), RUNTIME).await.expect("noted");
            store.commit(&held.lease, commit).await.expect("committed");
        }
    }
    let overview = store.overview(mailbox).await.expect("answers");
    assert_eq!(overview.len(), 301);
    let with_position: Vec<_> =
        overview.iter().filter_map(|(_, now)| now.position.as_ref()).collect();
    assert!(
        matches!(with_position[..], [position] if position.sync_state.is_empty() && position.last)
    );
}
