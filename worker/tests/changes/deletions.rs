//! Items deleted in the source between passes.

use longhaul_core::code::COPY_CHANGED;
use longhaul_store::folder::Stage;
use longhaul_store::records::PassKind;
use serde_json::json;

use crate::support::{DESTINATION, SOURCE, World, poll};

/// An inbox with three messages, copied; then two are deleted in the source, one of which the
/// destination's user has changed.
async fn deleted(deletions: bool) -> World {
    let mut world = World::with("demo", 0).await;
    for subject in ["gone", "changed", "kept"] {
        world.arrive("inbox", subject).await;
    }
    world.set_deletions(deletions).await;
    world.pass(PassKind::Full).await;
    world.rewrite(DESTINATION, "inbox", "changed", "another text").await;
    world.remove(SOURCE, "inbox", "gone").await;
    world.remove(SOURCE, "inbox", "changed").await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_stay_unless_deletions_are_asked_for() {
    let world = deleted(false).await;
    for _ in 0..2 {
        let pass = world.pass(PassKind::Full).await;
        assert_eq!((pass.counters.items, pass.counters.held, pass.counters.failed), (1, 0, 0));
        assert_eq!(world.look(DESTINATION, "inbox").await.len(), 3);
    }
    assert_eq!(world.counted("calls", DESTINATION, Some("DeleteItem")), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_nobody_changed_go_to_the_recoverable_items_if_asked_for() {
    let world = deleted(true).await;
    let pass = world.pass(PassKind::Full).await;
    assert_eq!((pass.counters.items, pass.counters.held), (1, 0));
    assert_eq!(world.find(DESTINATION, "inbox", "gone").await, None);
    assert!(world.find(DESTINATION, "recoverableitemsdeletions", "gone").await.is_some());
    // What its user has changed is left to them, and listed.
    assert!(world.find(DESTINATION, "inbox", "changed").await.is_some());
    let codes: Vec<_> = world.failures().await.iter().map(|failure| failure.code).collect();
    assert_eq!(codes, [COPY_CHANGED]);
    let next = world.pass(PassKind::Full).await;
    assert_eq!((next.counters.items, next.counters.conflicts), (1, 1), "it stays listed");
}

/// A list that begins anew does not name what was deleted since the survey before it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_between_survey_and_a_new_list_is_noticed_by_the_next_pass() {
    let mut world = World::with("demo", 0).await;
    for subject in ["gone", "kept"] {
        world.arrive("inbox", subject).await;
    }
    world.set_deletions(true).await;
    world.pass(PassKind::Full).await;
    world.act(SOURCE, "invalidate-sync-states", json!({})).await;
    let pass = world.begin(PassKind::Full).await;
    let service = world.service();
    poll(async || {
        world.begin_stages_before(&service, Stage::Copy).await;
        Some(world.checkpoint().await).filter(|folder| folder.stage == Stage::Copy)
    })
    .await;
    service.stop().await;
    world.remove(SOURCE, "inbox", "gone").await;
    world.finish(&pass, &[world.folder]).await;
    world.pass(PassKind::Full).await;
    world.assert_same_in("inbox").await;
    assert!(!world.checkpoint().await.survey_all, "once is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_while_another_folder_is_unread() {
    let mut world = World::with("demo", 0).await;
    world.arrive("inbox", "a").await;
    world.set_deletions(true).await;
    let folders = [world.folder, world.map("sentitems").await];
    world.full_pass(&folders).await;
    // It went where this pass cannot look.
    world.relocate(SOURCE, "inbox", "a", "sentitems").await;
    let pass = world.begin_over(&folders).await;
    world.store.cancel(folders[1], pass.id).await.expect("cancels");
    world.finish(&pass, &folders).await;
    assert!(world.find(DESTINATION, "inbox", "a").await.is_some());
    assert_eq!(world.checkpoint().await.counters.held, 1);
    world.full_pass(&folders).await;
    world.assert_same_in("inbox").await;
    world.assert_same_in("sentitems").await;
    assert_eq!(world.counted("items", DESTINATION, Some("MoveItem")), 1);
}
