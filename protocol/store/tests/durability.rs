//! Killed at any moment, the store has everything it answered for.
//!
//! A child process commits in several folders at once and says so after each answer; it is killed
//! without warning, and the file is looked at. Several times over, on the same file.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{
    BatchNo, Bytes, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId, SystemClock,
};
use longhaul_store::folder::{Bounds, Claim, Commit, IntentItem, PassStart, Seen};
use longhaul_store::ledger::{Appender, Reader, Record};
use longhaul_store::{Checkpoints as _, Embedded};

/// Tells the child where the store is.
const FOLDER: &str = "LONGHAUL_DURABILITY_FOLDER";
const FOLDERS: usize = 3;

fn folder(number: usize) -> FolderRef {
    let folder = FolderKey::of(&format!("folder {number}"));
    FolderRef { mailbox: MailboxId::from_bytes([7; 16]), folder }
}

/// The items of a batch: none to three, each named once in the world.
fn names(number: usize, batch: BatchNo) -> Vec<String> {
    (0..batch.0 % 4).map(|item| format!("{number} {batch} {item}")).collect()
}

fn open(path: &Path) -> Embedded {
    Embedded::open(path, Arc::new(SystemClock)).expect("the store opens")
}

fn nothing_but(batch: BatchNo, records: &[Record], len: u64, template: Vec<u8>) -> Commit {
    Commit {
        batch,
        append: Appender::new(len, template).prepare(records),
        failures: Vec::new(),
        cleared: Vec::new(),
        vanished: 0,
        position: None,
    }
}

#[test]
fn everything_acknowledged_survives_a_kill() {
    let home = tempfile::tempdir().expect("a folder");
    let mut acknowledged = BTreeSet::new();
    for wanted in [1, 30, 60, 90, 120] {
        let mut child = Command::new(std::env::current_exe().expect("this test's program"))
            .args(["--exact", "child_commits_until_it_is_killed", "--ignored", "--nocapture"])
            .env(FOLDER, home.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the child starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut heard = 0;
        for line in output.lines().map_while(Result::ok) {
            // The last line may have been cut by the kill.
            let Some(said) = line.strip_prefix("ack ").and_then(|said| said.strip_suffix('.'))
            else {
                continue;
            };
            let (number, batch) = said.split_once(' ').expect("the child's own words");
            acknowledged.insert((
                number.parse::<usize>().expect("a number"),
                BatchNo(batch.parse().expect("a number")),
            ));
            heard += 1;
            if heard == wanted {
                child.kill().expect("killed");
            }
        }
        child.wait().expect("the child is gone");
        assert!(heard >= wanted, "the child ended by itself after {heard} commits");
        inspect(home.path(), &acknowledged);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn inspect(path: &Path, acknowledged: &BTreeSet<(usize, BatchNo)>) {
    let store = open(path);
    for number in 0..FOLDERS {
        let found = store.checkpoint(folder(number)).await.expect("answers").expect("is there");
        let bytes = store.ledger(folder(number), 0, usize::MAX).await.expect("answers");
        assert_eq!(bytes.len() as u64, found.ledger_len);
        let mut reader = Reader::new(found.template.clone());
        let records = reader.push(&bytes).expect("decodes");
        reader.finish().expect("ends with a record");
        assert_eq!(found.counters.items, records.len() as u64);
        let size: Bytes = records.iter().map(|record| record.size).sum();
        assert_eq!(found.counters.bytes, size);
        let keys: BTreeSet<_> = records.iter().map(|record| record.key).collect();
        assert_eq!(keys.len(), records.len(), "an item is in the ledger twice");
        for (_, batch) in acknowledged.iter().filter(|(of, _)| *of == number) {
            assert!(found.committed.contains(*batch), "folder {number} lost batch {batch}");
            for name in names(number, *batch) {
                assert!(keys.contains(&ItemKey::of(&name)), "folder {number} lost item {name}");
            }
        }
    }
}

#[test]
#[ignore = "the child of the other test: it runs until it is killed"]
fn child_commits_until_it_is_killed() {
    let path = std::env::var_os(FOLDER).expect("started by the other test");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = open(Path::new(&path));
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..FOLDERS {
            tasks.spawn(commit_for_ever(store.clone(), number));
        }
        tasks.join_next().await.expect("tasks").expect("no task ends");
    });
}

async fn commit_for_ever(store: Embedded, number: usize) {
    let folder = folder(number);
    let (pass, ttl) = (PassId::from_bytes([9; 16]), Duration::from_secs(600));
    let start = PassStart { pass, bounds: Bounds::default() };
    let begun = store.begin(folder, start).await.expect("begins");
    let seen = Seen { pass, slice: begun.slice, fence: begun.fence, ledger_len: begun.ledger_len };
    let claim = store.claim(folder, OwnerToken::generate(), ttl, seen).await.expect("answers");
    let Claim::Granted(held) = claim else { panic!("not granted: {claim:?}") };
    let mut len = held.checkpoint.ledger_len;
    let mut template = held.checkpoint.template.clone();
    for batch in held.checkpoint.intents.keys() {
        let commit = nothing_but(*batch, &[], len, template.clone());
        store.commit(&held.lease, commit).await.expect("given up");
    }
    let mut batch = held.checkpoint.next_batch;
    loop {
        let names = names(number, batch);
        let item = |name: &String| IntentItem { key: ItemKey::of(name), source_id: name.clone() };
        let items = names.iter().map(item).collect();
        let runtime = Duration::from_secs(10);
        store.intend(&held.lease, batch, items, runtime).await.expect("noted");
        let record = |name: &String| Record {
            key: ItemKey::of(name),
            version: 1,
            size: Bytes(batch.0),
            destination: name.clone(),
        };
        let records: Vec<_> = names.iter().map(record).collect();
        let commit = nothing_but(batch, &records, len, template.clone());
        if let Some(first) = &commit.append.template {
            template.clone_from(first);
        }
        len = store.commit(&held.lease, commit).await.expect("committed").ledger_len;
        writeln!(std::io::stdout(), "ack {number} {batch}.").expect("the parent listens");
        batch = batch.next();
    }
}
