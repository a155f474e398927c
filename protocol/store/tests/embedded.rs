//! The on-disk store: what survives, and who may open it.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{
    Bytes, FolderKey, FolderRef, ItemKey, MailboxId, ManualClock, OwnerToken, PassId, SliceNo,
    Timestamp,
};
use longhaul_store::folder::{Bounds, Claim, Commit, IntentItem, PassStart, Seen};
use longhaul_store::ledger::{Appender, Record};
use longhaul_store::{Checkpoints, Embedded, Error};

#[tokio::test]
async fn what_was_committed_is_there_after_opening_again() {
    let folder = tempfile::tempdir().expect("folder");
    let at = FolderRef {
        mailbox: MailboxId::generate(),
        folder: FolderKey::of("a"),
    };
    let pass = PassId::generate();
    let clock = Arc::new(ManualClock::at(Timestamp(1_000)));
    let store = Embedded::open(folder.path(), clock.clone()).expect("opens");
    assert!(matches!(
        Embedded::open(folder.path(), clock.clone()),
        Err(Error::InUse(_))
    ));
    let checkpoint = store
        .begin(
            at,
            PassStart {
                pass,
                bounds: Bounds::default(),
            },
        )
        .await
        .expect("begins");
    let seen = Seen {
        pass,
        slice: SliceNo(0),
        fence: checkpoint.fence,
        ledger_len: 0,
    };
    let claim = store
        .claim(at, OwnerToken::generate(), Duration::from_secs(60), seen)
        .await;
    let Ok(Claim::Granted(held)) = claim else {
        panic!("not granted: {claim:?}")
    };
    let item = ItemKey::of("item");
    store
        .intend(
            &held.lease,
            held.checkpoint.next_batch,
            vec![IntentItem {
                key: item,
                source_id: "item".into(),
            }],
            Duration::from_secs(5),
        )
        .await
        .expect("intends");
    let record = Record {
        key: item,
        version: 1,
        size: Bytes(7),
        destination: "dest".into(),
    };
    let append = Appender::new(0, Vec::new()).prepare(&[record]);
    let bytes = append.bytes.clone();
    let commit = Commit {
        batch: held.checkpoint.next_batch,
        append,
        failures: vec![],
        cleared: vec![],
        vanished: 0,
        position: None,
    };
    store.commit(&held.lease, commit).await.expect("commits");
    drop(store);
    let store = Embedded::open(folder.path(), clock).expect("opens again");
    let checkpoint = store
        .checkpoint(at)
        .await
        .expect("reads")
        .expect("is there");
    assert_eq!(checkpoint.lease, None);
    assert_eq!(checkpoint.counters.items, 1);
    assert_eq!(store.ledger(at, 0, 1000).await.expect("reads"), bytes);
    assert!(matches!(
        store.release(&held.lease).await,
        Err(Error::StaleOwner)
    ));
}
