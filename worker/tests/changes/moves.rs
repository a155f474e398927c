//! Items that moved to another folder between passes.

use longhaul_core::FolderRef;
use serde_json::json;

use crate::support::{DESTINATION, SOURCE, World};

/// Inbox and sent items, three messages each, copied.
async fn copied() -> (World, [FolderRef; 2]) {
    let world = World::with("demo", 0).await;
    for (folder, subjects) in [("inbox", ["a", "b", "c"]), ("sentitems", ["d", "e", "f"])] {
        for subject in subjects {
            world.arrive(folder, subject).await;
        }
    }
    let folders = [world.folder, world.map("sentitems").await];
    world.full_pass(&folders).await;
    (world, folders)
}

async fn assert_same(world: &World, folders: &[FolderRef]) {
    for folder in ["inbox", "sentitems"] {
        world.assert_same_in(folder).await;
    }
    world.assert_settled(folders).await;
}

fn moved(world: &World) -> u64 {
    world.counted("items", DESTINATION, Some("MoveItem"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_item_takes_its_copy_along() {
    let (world, folders) = copied().await;
    let uploaded = world.uploaded();
    world.relocate(SOURCE, "inbox", "a", "sentitems").await;
    world.relocate(SOURCE, "sentitems", "d", "inbox").await;
    world.full_pass(&folders).await;
    assert_same(&world, &folders).await;
    assert_eq!((moved(&world), world.uploaded()), (2, uploaded));
    // And back again, changed meanwhile.
    world.relocate(SOURCE, "sentitems", "a", "inbox").await;
    world.rewrite(SOURCE, "inbox", "a", "b").await;
    world.full_pass(&folders).await;
    assert_same(&world, &folders).await;
    assert_eq!(world.look(DESTINATION, "inbox").await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_its_user_changed_is_moved_along_as_it_is() {
    let (world, folders) = copied().await;
    world.rewrite(DESTINATION, "inbox", "a", "z").await;
    world.relocate(SOURCE, "inbox", "a", "sentitems").await;
    world.full_pass(&folders).await;
    assert_eq!(moved(&world), 1);
    assert_eq!(world.look(DESTINATION, "inbox").await.len(), 2);
    assert!(world.find(DESTINATION, "sentitems", "a").await.is_some());
    world.assert_settled(&folders).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_that_moved_are_each_there_once() {
    let (world, folders) = copied().await;
    world
        .act(SOURCE, "items", json!({"folder": "inbox", "subject": "t", "body": "t", "count": 2}))
        .await;
    world.full_pass(&folders).await;
    for item in world.look(SOURCE, "inbox").await {
        if item["subject"] == "t" {
            world.act(SOURCE, "move", json!({"id": item["id"], "to": "sentitems"})).await;
        }
    }
    world.full_pass(&folders).await;
    assert_same(&world, &folders).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_whose_copy_is_gone_is_copied_where_it_went() {
    let (world, folders) = copied().await;
    world.remove(DESTINATION, "inbox", "a").await;
    world.relocate(SOURCE, "inbox", "a", "sentitems").await;
    world.full_pass(&folders).await;
    assert_eq!(moved(&world), 0);
    assert_same(&world, &folders).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_is_found_after_an_invalid_sync_state_too() {
    let (world, folders) = copied().await;
    let uploaded = world.uploaded();
    world.relocate(SOURCE, "inbox", "b", "sentitems").await;
    world.act(SOURCE, "invalidate-sync-states", json!({})).await;
    world.full_pass(&folders).await;
    assert_same(&world, &folders).await;
    assert_eq!((moved(&world), world.uploaded()), (1, uploaded));
}
