//! Commits to an embedded store until it is killed, and says so after each answer: the other half
//! of the test `durability`.
//!
//! ```text
//! commit_for_ever PATH FOLDER…
//! ```
//!
//! Each line it prints is `ack FOLDER BATCH ITEM… .`; without its end it was cut off.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{
    BatchNo, Bytes, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, PassId, SystemClock,
};
use longhaul_store::folder::{Bounds, Claim, Commit, IntentItem, PassStart, Seen};
use longhaul_store::ledger::{Appender, Entry, Record, Seal};
use longhaul_store::{Checkpoints as _, Embedded};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("a path");
    let store = Embedded::open(Path::new(&path), Arc::new(SystemClock)).expect("the store opens");
    let mut tasks = tokio::task::JoinSet::new();
    for folder in arguments {
        tasks.spawn(commit_for_ever(store.clone(), folder));
    }
    tasks.join_next().await.expect("folders").expect("no task ends");
}

/// The items of a batch: none to three, each named once in the world.
fn names(folder: &str, batch: BatchNo) -> Vec<String> {
    (0..batch.0 % 4).map(|item| format!("{folder}-{batch}-{item}")).collect()
}

fn nothing_but(batch: BatchNo, records: &[Entry], len: u64, template: Vec<u8>) -> Commit {
    Commit {
        batch,
        append: Appender::new(len, template).prepare(records),
        failures: Vec::new(),
        cleared: Vec::new(),
        vanished: 0,
        position: None,
    }
}

async fn commit_for_ever(store: Embedded, name: String) {
    let mailbox = MailboxId::from_bytes([7; 16]);
    let folder = FolderRef { mailbox, folder: FolderKey::of(&name) };
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
        let names = names(&name, batch);
        let item = |name: &String| IntentItem::new(ItemKey::of(name), name.clone());
        let items = names.iter().map(item).collect();
        let runtime = Duration::from_secs(10);
        store.intend(&held.lease, batch, items, runtime).await.expect("noted");
        let record = |name: &String| {
            Entry::from(Record {
                key: ItemKey::of(name),
                version: 1,
                size: Bytes(batch.0),
                destination: name.clone(),
                seal: Seal::default(),
            })
        };
        let records: Vec<_> = names.iter().map(record).collect();
        let commit = nothing_but(batch, &records, len, template.clone());
        if let Some(first) = &commit.append.template {
            template.clone_from(first);
        }
        len = store.commit(&held.lease, commit).await.expect("committed").ledger_len;
        let mut line = format!("ack {name} {batch} ");
        for item in names {
            line.push_str(&item);
            line.push(' ');
        }
        line.push_str(".\n");
        std::io::stdout().write_all(line.as_bytes()).expect("somebody listens");
        batch = batch.next();
    }
}
