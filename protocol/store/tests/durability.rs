//! Killed at any moment, the store has everything it answered for.
//!
//! A program (`examples/commit_for_ever.rs`) commits in several folders at once and says so after
//! each answer; it is killed without warning, and the file is looked at. Several times over, on
//! the same file.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use longhaul_core::{BatchNo, Bytes, FolderKey, FolderRef, ItemKey, MailboxId, SystemClock};
use longhaul_store::ledger::{Entry, Reader};
use longhaul_store::{Checkpoints as _, Embedded};

/// The folders of the program.
const FOLDERS: [&str; 3] = ["one", "two", "three"];

/// A batch that was acknowledged: its folder, its number, the names of its items.
type Acknowledged = (String, BatchNo, Vec<String>);

/// What the program said, unless the kill cut it off.
fn read(line: &str) -> Option<Acknowledged> {
    let mut words = line.strip_prefix("ack ")?.strip_suffix(" .")?.split(' ').map(str::to_owned);
    let folder = words.next().expect("a folder");
    let batch = BatchNo(words.next().expect("a batch").parse().expect("a number"));
    Some((folder, batch, words.collect()))
}

#[test]
fn everything_acknowledged_survives_a_kill() {
    let home = tempfile::tempdir().expect("a folder");
    let mut acknowledged = BTreeSet::new();
    for wanted in [1, 30, 60, 90, 120] {
        let mut child = longhaul_nodes::example("commit_for_ever")
            .arg(home.path())
            .args(FOLDERS)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the child starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut heard = 0;
        for line in output.lines().map_while(Result::ok) {
            let Some(batch) = read(&line) else {
                continue;
            };
            acknowledged.insert(batch);
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
async fn inspect(path: &Path, acknowledged: &BTreeSet<Acknowledged>) {
    let store = Embedded::open(path, Arc::new(SystemClock)).expect("the store opens");
    for name in FOLDERS {
        let mailbox = MailboxId::from_bytes([7; 16]);
        let folder = FolderRef { mailbox, folder: FolderKey::of(name) };
        let found = store.checkpoint(folder).await.expect("answers").expect("is there");
        let bytes = store.ledger(folder, 0, usize::MAX).await.expect("answers");
        assert_eq!(bytes.len() as u64, found.ledger_len);
        let mut reader = Reader::new(found.template.clone());
        let entries = reader.push(&bytes).expect("decodes");
        let records: Vec<_> = entries.into_iter().filter_map(Entry::into_record).collect();
        reader.finish().expect("ends with a record");
        assert_eq!(found.counters.items, records.len() as u64);
        let size: Bytes = records.iter().map(|record| record.size).sum();
        assert_eq!(found.counters.bytes, size);
        let keys: BTreeSet<_> = records.iter().map(|record| record.key).collect();
        assert_eq!(keys.len(), records.len(), "an item is in the ledger twice");
        for (_, batch, items) in acknowledged.iter().filter(|(of, ..)| of == name) {
            assert!(found.committed.contains(*batch), "folder {name} lost batch {batch}");
            for item in items {
                assert!(keys.contains(&ItemKey::of(item)), "folder {name} lost item {item}");
            }
        }
    }
}
