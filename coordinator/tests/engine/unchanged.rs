//! Folders that have not changed since the last pass are left alone, and only those.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use longhaul::engine::{FolderCounts, ProjectStatus};
use longhaul_core::Timestamp;
use longhaul_store::records::PassKind;
use serde_json::json;

use crate::changes::Pair;

/// What changed is taken for settled some seconds later.
const PATIENCE: Duration = Duration::from_secs(120);

fn folders(status: &ProjectStatus) -> FolderCounts {
    status.mailboxes[0].folders
}

impl Pair {
    /// A mailbox with which a pass has nothing to do any more.
    async fn settled(deletions: bool) -> Self {
        let pair = Self::copied(deletions).await;
        pair.settle().await;
        pair
    }

    /// Runs passes until one finds nothing to do.
    async fn settle(&self) {
        let begun = Instant::now();
        loop {
            let folders = folders(&self.server.complete().await);
            assert_eq!(Some(folders.done), folders.total);
            if Some(folders.unchanged) == folders.total {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{folders:?}");
        }
    }

    /// A full pass; how many folders it worked on.
    async fn pass(&self) -> u32 {
        let folders = folders(&self.server.complete().await);
        folders.total.unwrap() - folders.unchanged
    }

    /// Requests to the source so far, by operation.
    fn requests(&self) -> BTreeMap<String, u64> {
        let counters = self.scene.simulator.counters();
        let calls = counters["calls"].as_array().unwrap().iter();
        let ours = calls.filter(|call| call["mailbox"] == *self.source);
        ours.map(|call| {
            (call["operation"].as_str().unwrap().to_owned(), call["calls"].as_u64().unwrap())
        })
        .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_mailbox_costs_its_source_one_request() {
    let pair = Pair::settled(true).await;
    let before = pair.requests();
    assert_eq!(pair.pass().await, 0);
    let mut after = pair.requests();
    after.iter_mut().for_each(|(operation, calls)| *calls -= before.get(operation).unwrap_or(&0));
    after.retain(|_, calls| *calls > 0);
    assert_eq!(after, BTreeMap::from([("FindFolder".to_owned(), 1)]));
    pair.server.assert_clean().await;
    pair.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_is_noticed_in_its_folder_and_others_are_left_alone() {
    let pair = Pair::settled(true).await;
    let old = pair.scene.items(&pair.source, "inbox/Old").await;
    let copies = async || pair.scene.items(&pair.destination, "inbox/Old").await;

    pair.act("items", json!({"folder": "inbox/Old", "subject": "new"})).await;
    assert_eq!((pair.pass().await, copies().await.len()), (1, 4));

    pair.settle().await;
    pair.act("change", json!({"id": old[0]["id"], "subject": "changed"})).await;
    assert_eq!(pair.pass().await, 1);
    assert!(copies().await.iter().any(|copy| copy["subject"] == "changed"));

    pair.settle().await;
    pair.act("change", json!({"id": old[1]["id"], "read": true})).await;
    assert_eq!(pair.pass().await, 1);
    assert_eq!(copies().await.iter().filter(|copy| copy["read"] == true).count(), 1);

    pair.settle().await;
    pair.act("delete", json!({"id": old[2]["id"]})).await;
    assert_eq!((pair.pass().await, copies().await.len()), (1, 3));

    pair.settle().await;
    pair.act("move", json!({"id": old[0]["id"], "to": "inbox/Projects"})).await;
    assert_eq!((pair.pass().await, copies().await.len()), (2, 2));
    assert_eq!(pair.copies("inbox/Projects").await, Some(4));

    // Above all folders that people see.
    pair.settle().await;
    pair.act("items", json!({"folder": "msgfolderroot", "subject": "astray"})).await;
    assert_eq!((pair.pass().await, pair.copies("msgfolderroot").await), (1, Some(1)));
    pair.server.assert_clean().await;
    pair.server.stop().await;
}

/// Of two changes in one second the second cannot be told from the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_in_the_second_of_the_last_one_is_not_missed() {
    let pair = Pair::settled(false).await;
    for round in 0..8 {
        let old = pair.scene.items(&pair.source, "inbox/Old").await;
        for text in ["before", "after"] {
            let subject = format!("{text} {round}");
            pair.act("change", json!({"id": old[0]["id"], "subject": subject})).await;
            assert_eq!(pair.pass().await, 1);
            let copies = pair.scene.items(&pair.destination, "inbox/Old").await;
            assert!(copies.iter().any(|copy| copy["subject"] == subject), "{subject}: {copies:#?}");
        }
    }
    pair.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_cut_off_works_on_every_folder() {
    let pair = Pair::settled(false).await;
    let kind = PassKind::PreStage { cutoff: Timestamp(1_900_000_000_000) };
    for worked_on in [true, false] {
        let number = pair.server.start_pass(kind).await;
        let folders = folders(&pair.server.wait_until_over(number).await);
        assert_eq!(folders.unchanged == 0, worked_on, "{folders:?}");
        assert_eq!(Some(folders.done), folders.total);
    }
    pair.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_the_destinations_user_deleted_is_worked_on() {
    let pair = Pair::settled(false).await;
    pair.scene
        .post(&format!("mailboxes/{}/delete", pair.destination), json!({"folder": "inbox/Old"}))
        .await;
    assert_eq!((pair.pass().await, pair.pass().await), (1, 0));
    // What they deleted stays deleted; what comes is copied.
    assert_eq!(pair.copies("inbox/Old").await, Some(0));
    pair.act("items", json!({"folder": "inbox/Old", "subject": "new"})).await;
    assert_eq!((pair.pass().await, pair.copies("inbox/Old").await), (1, Some(1)));
    pair.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_folder_gets_its_place_and_the_others_are_left_alone() {
    let pair = Pair::settled(false).await;
    pair.act("folders", json!({"parent": "inbox/Projects/2024", "name": "New"})).await;
    pair.act("rename", json!({"folder": "inbox/Old", "name": "Older"})).await;
    assert_eq!(pair.pass().await, 1);
    assert_eq!(pair.copies("inbox/Projects/2024/New").await, Some(0));
    assert_eq!(pair.copies("inbox/Older").await, Some(3));
    pair.server.stop().await;
}
