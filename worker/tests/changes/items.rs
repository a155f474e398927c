//! Items changed between passes, on one side or on both.

use longhaul_core::code::{COPY_CHANGED, COPY_GONE};
use longhaul_store::records::PassKind;
use serde_json::json;

use crate::support::{DESTINATION, SOURCE, World};

/// An inbox with three messages, copied.
async fn copied() -> World {
    let world = World::with("demo", 0).await;
    for subject in ["one", "two", "three"] {
        world.arrive("inbox", subject).await;
    }
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_item_is_updated_in_place() {
    let world = copied().await;
    let copy = world.known(DESTINATION, "inbox", "two").await;
    let uploaded = world.uploaded();
    world.rewrite(SOURCE, "inbox", "two", "another text").await;
    let second = world.pass(PassKind::Full).await;
    world.assert_copied().await;
    assert_eq!(world.known(DESTINATION, "inbox", "two").await, copy, "it is another item now");
    assert_eq!(world.uploaded() - uploaded, 1);
    assert_eq!((second.copied_in_pass(), second.counters.replaced), (0, 1));
    // Once more, without anything in between.
    world.pass(PassKind::Full).await;
    assert_eq!(world.uploaded() - uploaded, 1);
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_item_that_changed_is_updated_in_place() {
    let world = copied().await;
    let large = "x".repeat(11_000_000);
    world.rewrite(SOURCE, "inbox", "one", &large).await;
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
    world.rewrite(SOURCE, "inbox", "one", &large.replace('x', "y")).await;
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_its_user_changed_is_left_alone_and_listed() {
    let world = copied().await;
    world.rewrite(SOURCE, "inbox", "two", "the source's text").await;
    world.rewrite(DESTINATION, "inbox", "two", "the destination's text").await;
    let uploaded = world.uploaded();
    let epoch = world.checkpoint().await.epoch;
    for _ in 0..2 {
        let pass = world.pass(PassKind::Full).await;
        assert_eq!(world.uploaded(), uploaded, "it was written over");
        assert_eq!(pass.epoch, epoch, "the pass started over");
        let failures = world.failures().await;
        let codes: Vec<_> = failures.iter().map(|failure| failure.code).collect();
        assert_eq!(codes, [COPY_CHANGED]);
    }
    // Both sides agree again.
    world.rewrite(DESTINATION, "inbox", "two", "the source's text").await;
    world.pass(PassKind::Retry).await;
    assert_eq!(world.failures().await, []);
    assert_eq!(world.uploaded(), uploaded);
    world.pass(PassKind::Full).await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_its_user_has_read_is_updated_all_the_same() {
    let world = copied().await;
    world.mark(DESTINATION, "inbox", "two", true).await;
    world.rewrite(SOURCE, "inbox", "two", "another text").await;
    world.pass(PassKind::Full).await;
    assert_eq!(world.failures().await, []);
    world.assert_same().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_its_user_deleted_stays_deleted() {
    let world = copied().await;
    world.remove(DESTINATION, "inbox", "one").await;
    world.remove(DESTINATION, "inbox", "two").await;
    world.rewrite(SOURCE, "inbox", "two", "another text").await;
    world.mark(SOURCE, "inbox", "one", true).await;
    world.pass(PassKind::Full).await;
    assert_eq!(world.look(DESTINATION, "inbox").await.len(), 1);
    let codes: Vec<_> = world.failures().await.iter().map(|failure| failure.code).collect();
    assert_eq!(codes, [COPY_GONE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_is_carried_over_without_an_upload() {
    let world = copied().await;
    let uploaded = world.uploaded();
    for read in [true, false] {
        world.mark(SOURCE, "inbox", "three", read).await;
        let pass = world.pass(PassKind::Full).await;
        assert_eq!(pass.copied_in_pass(), 0);
        world.assert_copied().await;
    }
    assert_eq!(world.uploaded(), uploaded);
    let exported = world.counted("items", SOURCE, Some("ExportItems"));
    assert_eq!(exported, 3, "it was read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_hides_nothing_that_the_destinations_user_did() {
    let world = copied().await;
    world.rewrite(DESTINATION, "inbox", "two", "the destination's text").await;
    world.mark(SOURCE, "inbox", "two", true).await;
    world.pass(PassKind::Full).await;
    assert_eq!(world.failures().await, [], "a mark is no conflict");
    world.rewrite(SOURCE, "inbox", "two", "the source's text").await;
    world.pass(PassKind::Full).await;
    let codes: Vec<_> = world.failures().await.iter().map(|failure| failure.code).collect();
    assert_eq!(codes, [COPY_CHANGED]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_sync_state_doubles_nothing_and_loses_no_change() {
    let world = copied().await;
    let uploaded = world.uploaded();
    world.rewrite(SOURCE, "inbox", "one", "another text").await;
    world.mark(SOURCE, "inbox", "two", true).await;
    world.arrive("inbox", "four").await;
    world.remove(SOURCE, "inbox", "three").await;
    world.act(SOURCE, "invalidate-sync-states", json!({})).await;
    let before = world.checkpoint().await;
    let after = world.pass(PassKind::Full).await;
    assert!(after.epoch > before.epoch);
    assert_eq!(world.uploaded() - uploaded, 2);
    assert_eq!((after.counters.items, after.counters.held), (3, 0));
    assert_eq!(world.failures().await, []);
    // What was deleted is left, because nobody asked for deletions.
    assert_eq!(world.look(DESTINATION, "inbox").await.len(), 4);
    world.remove(DESTINATION, "inbox", "three").await;
    world.assert_copied().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_between_two_kinds_of_passes_is_carried_over() {
    let world = World::with("demo", 0).await;
    for subject in ["one", "two", "three"] {
        world.arrive("inbox", subject).await;
    }
    let cutoff = longhaul_core::Timestamp(i64::MAX / 2);
    world.pass(PassKind::PreStage { cutoff }).await;
    world.rewrite(SOURCE, "inbox", "one", "another text").await;
    world.mark(SOURCE, "inbox", "two", true).await;
    let uploaded = world.uploaded();
    let full = world.pass(PassKind::Full).await;
    assert_eq!(full.epoch.0, 2, "other bounds begin another epoch");
    assert_eq!(world.uploaded() - uploaded, 1);
    world.assert_copied().await;
}
