//! What the metrics say of a store's calls. A binary of its own: nothing else calls meanwhile.

use longhaul_core::FolderRef;
use longhaul_core::{FolderKey, MailboxId, PassId, SliceNo};
use longhaul_store::{Error, Expect, Guard, Options, open};
use longhaul_telemetry::exposition;

/// How many calls the metrics know.
fn calls(call: &str, outcome: &str) -> u64 {
    let start = format!(
        "longhaul_store_call_duration_seconds_count{{call=\"{call}\",outcome=\"{outcome}\"}} "
    );
    let text = exposition();
    let line = text.lines().find_map(|line| line.strip_prefix(&start));
    line.map_or(0, |count| count.parse().expect("a number"))
}

#[tokio::test]
async fn every_call_is_counted_by_how_it_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { folder: folder.path().to_owned(), ..Options::default() };
    let store = open(&options).await.expect("opened");

    store.now().await.expect("a clock");
    let version = store.put("lead", vec![1], Expect::Absent).await.expect("written");
    store.put("lead", vec![1], Expect::Absent).await.expect_err("it is there");
    let unknown = FolderRef { mailbox: MailboxId::generate(), folder: FolderKey::of("unknown") };
    store.mark_published(unknown, PassId::generate(), SliceNo(0)).await.expect("no such pass");
    assert_eq!((calls("now", "done"), calls("put", "done")), (1, 1));
    assert_eq!((calls("put", "refused"), calls("put", "failed")), (1, 0));
    assert_eq!(calls("mark_published", "done"), 1);

    let guarded = store.guarded(Guard { key: "lead".to_owned(), version });
    guarded.put("other", vec![2], Expect::Absent).await.expect("it stands");
    store.remove("lead").await.expect("removed");
    let refused = guarded.put("other", vec![3], Expect::Any).await.expect_err("it is gone");
    assert!(matches!(refused, Error::Fenced { .. }), "{refused}");
    assert_eq!((calls("put", "done"), calls("put", "refused")), (2, 2), "guarded ones as well");
}
