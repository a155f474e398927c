//! Opening: who may, what is found, what is refused.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::code::{STORE_FORMAT, STORE_IN_USE, STORE_NOT_WRITABLE};
use longhaul_core::{
    FolderKey, FolderRef, MailboxId, ManualClock, OwnerToken, PassId, SliceNo, Timestamp,
};
use longhaul_store::folder::{Bounds, Claim, PassStart, Seen};
use longhaul_store::{Checkpoints as _, Documents as _, Embedded, Error, Expect};
use redb::{Database, TableDefinition};
use tokio::task::JoinSet;

fn open(folder: &Path) -> Result<Embedded, Error> {
    Embedded::open(folder, Arc::new(ManualClock::at(Timestamp(1_000))))
}

#[tokio::test]
async fn a_folder_is_open_to_one_process_at_a_time() {
    let home = tempfile::tempdir().expect("a folder");
    let store = open(home.path()).expect("opens");
    let refused = open(home.path()).expect_err("it is open");
    assert!(matches!(&refused, Error::InUse(path) if path == home.path()), "{refused:?}");
    assert_eq!(refused.code(), STORE_IN_USE);
    let clone = store.clone();
    drop(store);
    assert!(open(home.path()).is_err(), "a handle is left");
    clone.put("key", vec![1], Expect::Absent).await.expect("the handle still works");
    drop(clone);
    let store = open(home.path()).expect("opens once nobody has it");
    assert!(store.get("key").await.expect("answers").is_some());
}

#[tokio::test]
async fn a_lease_of_an_earlier_process_is_void() {
    let home = tempfile::tempdir().expect("a folder");
    let store = open(home.path()).expect("opens");
    let folder = FolderRef { mailbox: MailboxId::generate(), folder: FolderKey::of("inbox") };
    let pass = PassId::generate();
    let start = PassStart { pass, bounds: Bounds::default() };
    let begun = store.begin(folder, start).await.expect("begins");
    let seen = Seen { pass, slice: SliceNo(0), fence: begun.fence, ledger_len: 0 };
    let ttl = Duration::from_secs(600);
    let claim = store.claim(folder, OwnerToken::generate(), ttl, seen).await;
    let Ok(Claim::Granted(old)) = claim else { panic!("not granted: {claim:?}") };
    drop(store);
    let store = open(home.path()).expect("opens");
    assert!(matches!(store.renew(&old.lease, ttl).await, Err(Error::StaleOwner)));
    let claim = store.claim(folder, OwnerToken::generate(), ttl, seen).await;
    let Ok(Claim::Granted(new)) = claim else { panic!("not granted at once: {claim:?}") };
    assert!(new.lease.fence > old.lease.fence, "the fence goes on from where it was");
}

#[test]
fn a_store_of_another_format_is_left_alone() {
    let home = tempfile::tempdir().expect("a folder");
    drop(open(home.path()).expect("opens"));
    let database = Database::create(home.path().join("store.redb")).expect("opens");
    let transaction = database.begin_write().expect("begins");
    transaction
        .open_table(TableDefinition::<&str, u64>::new("numbers"))
        .expect("the table of numbers")
        .insert("format", 99)
        .expect("written");
    transaction.commit().expect("written");
    drop(database);
    for _ in 0..2 {
        let refused = open(home.path()).expect_err("another format");
        assert!(matches!(refused, Error::Format { found: 99, known: 1 }), "{refused:?}");
        assert_eq!(refused.code(), STORE_FORMAT);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let refused = open(&file.path().join("below")).expect_err("a file is in the way");
    assert!(matches!(refused, Error::NotWritable { .. }), "{refused:?}");
    assert_eq!(refused.code(), STORE_NOT_WRITABLE);
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("store.redb");
    let text = vec![b'x'; 8192];
    std::fs::write(&file, &text).expect("written");
    open(home.path()).expect_err("not a store");
    assert_eq!(std::fs::read(&file).expect("readable"), text);
}

#[test]
fn a_store_that_is_damaged_or_gone_is_never_replaced_by_an_empty_one() {
    for spoil in [
        (|file: &Path| std::fs::write(file, "")) as fn(&Path) -> std::io::Result<()>,
        |file| std::fs::remove_file(file),
        |file| std::fs::write(file, vec![0xA5; 8192]),
    ] {
        let home = tempfile::tempdir().expect("a folder");
        drop(open(home.path()).expect("opens"));
        spoil(&home.path().join("store.redb")).expect("spoilt");
        for _ in 0..2 {
            let refused = open(home.path()).expect_err("damaged");
            assert!(matches!(refused, Error::Damaged { .. }), "{refused:?}");
        }
    }
}

#[test]
fn nobody_else_may_read_what_is_stored() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("deep/data");
    drop(open(&folder).expect("opens"));
    let mode = |path: &Path| path.metadata().expect("is there").permissions();
    assert_eq!(mode(&folder), Permissions::from_mode(0o40700));
    assert_eq!(mode(&folder.join("store.redb")), Permissions::from_mode(0o100600));
}

/// Calls that arrive together share a transaction; a refused one takes none of the others along.
#[tokio::test]
async fn a_refused_call_leaves_the_others_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let store = open(home.path()).expect("opens");
    store.put("taken", vec![0], Expect::Absent).await.expect("written");
    let mut calls = JoinSet::new();
    for number in 0..100_u8 {
        let store = store.clone();
        calls.spawn(async move {
            let key = if number.is_multiple_of(2) { "taken" } else { &format!("free {number}") };
            (number, store.put(key, vec![number], Expect::Absent).await)
        });
    }
    while let Some(call) = calls.join_next().await {
        let (number, answer) = call.expect("no call panicked");
        assert_eq!(answer.is_err(), number.is_multiple_of(2), "{number}: {answer:?}");
    }
    drop(store);
    let store = open(home.path()).expect("opens");
    assert_eq!(store.list("free ", None, 1_000).await.expect("answers").len(), 50);
    let taken = store.get("taken").await.expect("answers").expect("is there");
    assert_eq!(taken.body, [0]);
}
