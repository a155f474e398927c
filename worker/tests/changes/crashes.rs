//! Workers that die, and answers that are lost, while changes are carried over.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::FolderRef;
use longhaul_store::folder::Stage;
use longhaul_store::records::PassRecord;
use serde_json::{Value, json};

use crate::support::{DESTINATION, SOURCE, Spy, Stall, World, poll};

/// Longer than any lease and any upload of these tests.
const LONG: Duration = Duration::from_secs(120);

/// Two folders, copied; then one item is changed, one marked, one moved, one deleted, one new.
async fn changed() -> (World, [FolderRef; 2]) {
    let mut world = World::with("demo", 0).await;
    for subject in ["changed", "marked", "moved", "deleted", "still"] {
        world.arrive("inbox", subject).await;
    }
    world.arrive("sentitems", "other").await;
    world.set_deletions(true).await;
    let folders = [world.folder, world.map("sentitems").await];
    world.full_pass(&folders).await;
    world.rewrite(SOURCE, "inbox", "changed", "another text").await;
    world.mark(SOURCE, "inbox", "marked", true).await;
    world.relocate(SOURCE, "inbox", "moved", "sentitems").await;
    world.remove(SOURCE, "inbox", "deleted").await;
    world.arrive("inbox", "new").await;
    (world, folders)
}

async fn assert_same(world: &World, folders: &[FolderRef]) {
    world.assert_same_in("inbox").await;
    world.assert_same_in("sentitems").await;
    world.assert_settled(folders).await;
    // Running it again changes nothing.
    let writes = || {
        let operations = ["UploadItems", "MoveItem", "DeleteItem", "UpdateItem"];
        operations.map(|operation| world.counted("items", DESTINATION, Some(operation)))
    };
    let before = writes();
    world.full_pass(folders).await;
    assert_eq!(writes(), before);
    world.assert_same_in("inbox").await;
    world.assert_same_in("sentitems").await;
}

/// Runs workers until every folder is in `stage`, then one whose commits never come back, and ends
/// it as a power cut does when it wants to commit.
async fn die_at_a_commit(world: &World, pass: &PassRecord, folders: &[FolderRef], stage: Stage) {
    if stage > Stage::Survey {
        let service = world.service();
        world.offer(&service, pass, folders).await;
        let reached = async || {
            world.begin_stages_before(&service, stage).await;
            for folder in folders {
                let found = world.checkpoint_of(*folder).await;
                if !found.is_over() && (found.stage < stage || found.lease.is_some()) {
                    return None;
                }
            }
            Some(())
        };
        poll(reached).await;
        service.stop().await;
    }
    let stall = Stall::of_commits();
    let service = world.service_on(&Arc::new(Spy::default()), &stall.over(&world.store));
    world.offer(&service, pass, folders).await;
    stall.reached().await;
    service.kill().await;
    world.quiet().await;
    world.clock.advance(LONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_at_a_commit_of_any_stage_doubles_and_loses_nothing() {
    for stage in [Stage::Survey, Stage::Copy, Stage::Sweep] {
        let (world, folders) = changed().await;
        let pass = world.begin_over(&folders).await;
        die_at_a_commit(&world, &pass, &folders, stage).await;
        world.finish(&pass, &folders).await;
        assert_same(&world, &folders).await;
    }
}

/// One call of `operation` goes wrong in the way of `action`.
async fn survives(operation: &str, action: Value) {
    let (world, folders) = changed().await;
    let rule = world.fault(json!({ "operation": operation, "nth": 1, "action": action }));
    let pass = world.begin_over(&folders).await;
    world.finish(&pass, &folders).await;
    assert_eq!(world.happened(rule).await, 1, "{operation} {action} never happened");
    if folders_failed(&world, &folders).await > 0 {
        // Given up for the pass; the next one does what is left.
        world.full_pass(&folders).await;
    }
    assert_same(&world, &folders).await;
}

async fn folders_failed(world: &World, folders: &[FolderRef]) -> u64 {
    let mut failed = 0;
    for folder in folders {
        failed += world.checkpoint_of(*folder).await.counters.failed;
    }
    failed
}

const WRITES: [&str; 4] = ["UploadItems", "MoveItem", "UpdateItem", "DeleteItem"];

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_any_write_doubles_and_loses_nothing() {
    for operation in WRITES {
        survives(operation, json!({"kind": "reset", "when": "after"})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_never_arrived_is_made() {
    for operation in WRITES {
        survives(operation, json!({"kind": "reset", "when": "before"})).await;
    }
}
