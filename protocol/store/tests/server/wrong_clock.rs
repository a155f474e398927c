//! A process whose clock is an hour off behaves as any other.

use std::process::Command;
use std::time::Duration;

use longhaul_core::{Clock as _, FolderRef, MailboxId, OwnerToken, PassId, SystemClock, Timestamp};
use longhaul_store::folder::{Bounds, Claim, PassStart};
use longhaul_store::{Checkpoints as _, Redis};

use super::support::{blocking, checkpoint, granted, items, node, open, seen};

/// Tells the child where the store is.
const URL: &str = "LONGHAUL_CLOCK_URL";
const TTL: Duration = Duration::from_secs(600);
const RUNTIME: Duration = Duration::from_secs(60);

fn folder(name: &str) -> FolderRef {
    let folder = longhaul_core::FolderKey::of(name);
    FolderRef { mailbox: MailboxId::from_bytes([7; 16]), folder }
}

#[tokio::test]
async fn leases_and_deadlines_of_a_process_with_a_wrong_clock_are_right() {
    let Some(node) = node("a wrong clock").await else { return };
    let store = open(node.url()).await;
    for shift in ["-3600", "+3600"] {
        let folder = folder(shift);
        let pass = PassId::generate();
        store.begin(folder, PassStart { pass, bounds: Bounds::default() }).await.expect("begins");
        let before = store.now().await.expect("answers");
        let url = node.url();
        let status = blocking(move || {
            Command::new("faketime")
                .args(["-f", &format!("{shift}s")])
                .arg(std::env::current_exe().expect("this test's program"))
                .args(["--exact", "wrong_clock::child_with_a_wrong_clock", "--ignored"])
                // Timers are none of its business, and the program gets stuck without.
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env(URL, url)
                .env("LONGHAUL_CLOCK_FOLDER", shift)
                .status()
                .expect("install the package faketime to run this test")
        });
        assert!(status.await.success(), "the child failed");
        let after = store.now().await.expect("answers");
        let now = checkpoint(&store, folder).await;
        let lease = now.lease.expect("the child holds it");
        let within =
            |time: Timestamp, span| before.after(span) <= time && time <= after.after(span);
        assert!(within(lease.expires, TTL), "{lease:?} between {before:?} and {after:?}");
        let intent = now.intents.values().next().expect("the child noted one");
        assert!(within(intent.deadline, RUNTIME) && within(intent.made, Duration::ZERO));
        let claim = store.claim(folder, OwnerToken::generate(), TTL, seen(&now)).await;
        assert_eq!(claim.expect("answers"), Claim::NotBefore(lease.expires));
    }
}

#[tokio::test]
#[ignore = "the child of the other test"]
async fn child_with_a_wrong_clock() {
    let url = std::env::var(URL).expect("started by the other test");
    let shift = std::env::var("LONGHAUL_CLOCK_FOLDER").expect("likewise");
    let folder = folder(&shift);
    let store: Redis = open(url).await;
    let (server, own) = (store.now().await.expect("answers"), SystemClock.now());
    let off = server.0.abs_diff(own.0);
    assert!((3_500_000..3_700_000).contains(&off), "the clock is off by {off} ms");
    let now = checkpoint(&store, folder).await;
    let claim = store.claim(folder, OwnerToken::generate(), TTL, seen(&now)).await;
    let lease = granted(claim.expect("answers")).lease;
    store.renew(&lease, TTL).await.expect("renewed");
    store.intend(&lease, now.next_batch, items(&["one"]), RUNTIME).await.expect("noted");
}
