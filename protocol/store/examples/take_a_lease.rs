//! Takes a folder's lease and notes an upload, under a clock that is an hour off: the other half of
//! the test `wrong_clock`.
//!
//! ```text
//! take_a_lease REDIS-URL FOLDER
//! ```

use std::time::Duration;

use longhaul_core::{
    Clock as _, FolderKey, FolderRef, ItemKey, MailboxId, OwnerToken, SystemClock,
};
use longhaul_store::folder::{Claim, IntentItem, Seen};
use longhaul_store::{Checkpoints as _, Options, Redis};

const TTL: Duration = Duration::from_secs(600);
const RUNTIME: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("a URL");
    let folder = FolderKey::of(&arguments.next().expect("a folder"));
    let folder = FolderRef { mailbox: MailboxId::from_bytes([7; 16]), folder };
    let store = Redis::open(&Options { url, ..Options::default() }).await.expect("opens");
    let (server, own) = (store.now().await.expect("answers"), SystemClock.now());
    let off = server.0.abs_diff(own.0);
    assert!((3_500_000..3_700_000).contains(&off), "the clock is off by {off} ms");
    let now = store.checkpoint(folder).await.expect("answers").expect("is there");
    let seen =
        Seen { pass: now.pass, slice: now.slice, fence: now.fence, ledger_len: now.ledger_len };
    let claim = store.claim(folder, OwnerToken::generate(), TTL, seen).await.expect("answers");
    let Claim::Granted(held) = claim else { panic!("not granted: {claim:?}") };
    store.renew(&held.lease, TTL).await.expect("renewed");
    let items = vec![IntentItem::new(ItemKey::of("one"), "one".to_owned())];
    store.intend(&held.lease, now.next_batch, items, RUNTIME).await.expect("noted");
}
