//! A process whose clock is an hour off (`examples/take_a_lease.rs`) behaves as any other.

use std::process::Command;
use std::time::Duration;

use longhaul_core::{FolderKey, FolderRef, MailboxId, OwnerToken, PassId, Timestamp};
use longhaul_store::Checkpoints as _;
use longhaul_store::folder::{Bounds, Claim, PassStart};

use super::support::{blocking, checkpoint, node, open, seen};

/// What the program asks for.
const TTL: Duration = Duration::from_secs(600);
const RUNTIME: Duration = Duration::from_secs(60);

#[tokio::test]
async fn leases_and_deadlines_of_a_process_with_a_wrong_clock_are_right() {
    let Some(node) = node("a wrong clock").await else { return };
    let store = open(node.url()).await;
    for shift in ["-3600", "+3600"] {
        let mailbox = MailboxId::from_bytes([7; 16]);
        let folder = FolderRef { mailbox, folder: FolderKey::of(shift) };
        let pass = PassId::generate();
        store.begin(folder, PassStart { pass, bounds: Bounds::default() }).await.expect("begins");
        let before = store.now().await.expect("answers");
        let url = node.url();
        let status = blocking(move || {
            Command::new("faketime")
                .args(["-f", &format!("{shift}s")])
                .arg(longhaul_nodes::example("take_a_lease").get_program())
                .args([url.as_str(), shift])
                // Timers are none of its business, and the program gets stuck without.
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .status()
                .expect("install the package faketime to run this test")
        });
        assert!(status.await.success(), "the program failed");
        let after = store.now().await.expect("answers");
        let now = checkpoint(&store, folder).await;
        let lease = now.lease.expect("the program holds it");
        let within =
            |time: Timestamp, span| before.after(span) <= time && time <= after.after(span);
        assert!(within(lease.expires, TTL), "{lease:?} between {before:?} and {after:?}");
        let intent = now.intents.values().next().expect("the program noted one");
        assert!(within(intent.deadline, RUNTIME) && within(intent.made, Duration::ZERO));
        let claim = store.claim(folder, OwnerToken::generate(), TTL, seen(&now)).await;
        assert_eq!(claim.expect("answers"), Claim::NotBefore(lease.expires));
    }
}
