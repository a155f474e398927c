//! What the source's user does between two passes, folders included.

use longhaul_core::state::MailboxState;
use longhaul_simulator::{Content, Simulator};
use serde_json::{Value, json};

use crate::scene::{Scene, Server, copied};

/// One mailbox with a few folders below the inbox, copied.
pub(crate) struct Pair {
    pub(crate) scene: Scene,
    pub(crate) server: Server,
    pub(crate) source: String,
    pub(crate) destination: String,
}

impl Pair {
    pub(crate) async fn copied(deletions: bool) -> Self {
        let content = |_| Content::Generated { profile: "small".to_owned(), items: 20, seed: 7 };
        let scene = Scene::of(Simulator::builder().pair(1, content)).await;
        let mut spec = scene.spec();
        spec.options.deletions = deletions;
        let (source, destination) =
            (spec.mailboxes[0].source.clone(), spec.mailboxes[0].destination.clone());
        let server = scene.server();
        let pair = Self { scene, server, source, destination };
        for (parent, name) in [("inbox", "Projects"), ("inbox/Projects", "2024"), ("inbox", "Old")]
        {
            pair.act("folders", json!({"parent": parent, "name": name})).await;
            let folder = format!("{parent}/{name}");
            pair.act("items", json!({"folder": folder, "subject": name, "count": 3})).await;
        }
        pair.server.handle.submit(spec).await.unwrap();
        pair.server.complete().await;
        pair
    }

    /// The source's user does something.
    pub(crate) async fn act(&self, what: &str, body: Value) {
        self.scene.post(&format!("mailboxes/{}/{what}", self.source), body).await;
    }

    /// Items in a folder of the destination; `None` if there is no such folder.
    pub(crate) async fn copies(&self, folder: &str) -> Option<usize> {
        let url = format!("mailboxes/{}/items?folder={folder}", self.destination);
        self.scene.get(&url).await.as_array().map(Vec::len)
    }

    fn uploads(&self) -> u64 {
        let counters = self.scene.simulator.counters();
        let calls = counters["calls"].as_array().unwrap().iter();
        let uploads = calls.filter(|call| call["operation"] == "UploadItems");
        uploads.map(|call| call["items"].as_u64().unwrap()).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn renamed_and_moved_folders_follow_and_nothing_in_them_is_copied_again() {
    let pair = Pair::copied(false).await;
    let uploads = pair.uploads();
    pair.act("rename", json!({"folder": "inbox/Projects", "name": "Clients"})).await;
    pair.act("move", json!({"folder": "inbox/Old", "to": "inbox/Clients/2024"})).await;
    pair.act("move", json!({"folder": "inbox/Clients/2024", "to": "msgfolderroot"})).await;
    let status = pair.server.complete().await;
    assert_eq!(pair.copies("inbox/Clients").await, Some(3));
    assert_eq!(pair.copies("msgfolderroot/2024/Old").await, Some(3));
    assert_eq!(pair.copies("inbox/Projects").await, None);
    assert_eq!(pair.copies("inbox/Old").await, None);
    assert_eq!((pair.uploads(), status.mailboxes[0].copied_in_pass), (uploads, 0));
    pair.server.assert_clean().await;
    pair.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_the_destinations_user_renamed_keeps_their_name() {
    let pair = Pair::copied(false).await;
    let theirs = json!({"folder": "inbox/Old", "name": "Mine"});
    pair.scene.post(&format!("mailboxes/{}/rename", pair.destination), theirs).await;
    pair.act("rename", json!({"folder": "inbox/Old", "name": "Yours"})).await;
    pair.server.complete().await;
    assert_eq!(pair.copies("inbox/Mine").await, Some(3));
    pair.server.assert_clean().await;
    pair.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_that_is_taken_gets_a_number() {
    let pair = Pair::copied(false).await;
    let theirs = json!({"parent": "inbox", "name": "clients"});
    pair.scene.post(&format!("mailboxes/{}/folders", pair.destination), theirs).await;
    pair.act("rename", json!({"folder": "inbox/Old", "name": "Clients"})).await;
    pair.server.complete().await;
    assert_eq!(pair.copies("inbox/Clients (2)").await, Some(3));
    pair.server.complete().await;
    assert_eq!(pair.copies("inbox/Clients (2)").await, Some(3));
    pair.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_folder_is_kept_unless_deletions_are_asked_for() {
    for deletions in [false, true] {
        let pair = Pair::copied(deletions).await;
        pair.act("delete", json!({"folder": "inbox/Old"})).await;
        pair.server.complete().await;
        assert_eq!(pair.copies("inbox/Old").await, Some(if deletions { 0 } else { 3 }));
        pair.server.complete().await;
        let left = pair.copies("inbox/Old").await;
        assert_eq!(left, if deletions { None } else { Some(3) }, "deletions: {deletions}");
        pair.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_moved_out_of_a_folder_before_it_was_deleted_takes_its_copies_along() {
    let pair = Pair::copied(false).await;
    let (uploads, before) = (pair.uploads(), pair.copies("inbox/Projects").await.unwrap());
    for item in pair.scene.items(&pair.source, "inbox/Old").await {
        pair.act("move", json!({"id": item["id"], "to": "inbox/Projects"})).await;
    }
    pair.act("delete", json!({"folder": "inbox/Old"})).await;
    let status = pair.server.complete().await;
    assert_eq!(status.mailboxes[0].state, MailboxState::Completed);
    assert_eq!(pair.copies("inbox/Projects").await, Some(before + 3));
    assert_eq!(pair.copies("inbox/Old").await, Some(0));
    assert_eq!(pair.uploads(), uploads);
    pair.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_a_user_does_is_carried_over_by_the_next_pass() {
    let pair = Pair::copied(false).await;
    let before = pair.server.complete().await;
    let inbox = pair.scene.items(&pair.source, "inbox").await;
    pair.act("change", json!({"id": inbox[0]["id"], "body": "another text"})).await;
    pair.act("change", json!({"id": inbox[1]["id"], "read": inbox[1]["read"] != true})).await;
    pair.act("move", json!({"id": inbox[2]["id"], "to": "inbox/Old"})).await;
    pair.act("items", json!({"folder": "inbox", "subject": "new"})).await;
    let after = pair.server.complete().await;
    assert_eq!(copied(&after), copied(&before) + 1);
    pair.server.assert_clean().await;
    pair.server.stop().await;
}
