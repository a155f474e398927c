//! Acting as the users, and passes over several folders.

use longhaul_core::FolderRef;
use longhaul_ews::{Folder, FolderId};
use longhaul_store::folder::Checkpoint;
use longhaul_store::records::{FolderRecord, PassKind, PassRecord, load};
use serde_json::{Value, json};

use crate::support::{DESTINATION, SOURCE, Service, World, poll};

impl World {
    /// Does something to a mailbox through the simulator's control API.
    pub(crate) async fn act(&self, mailbox: &str, what: &str, body: Value) -> Value {
        let url = format!("{}/_sim/mailboxes/{mailbox}/{what}", self.simulator.base_url());
        let answer = reqwest::Client::new().post(url).json(&body).send().await.expect("answers");
        let status = answer.status();
        let text = answer.text().await.expect("reads");
        assert!(status.is_success(), "{what} {body}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// The items of a folder, newest first.
    pub(crate) async fn look(&self, mailbox: &str, folder: &str) -> Vec<Value> {
        let list = self.control(&format!("mailboxes/{mailbox}/items?folder={folder}")).await;
        list.as_array().expect("a list").clone()
    }

    /// The id of the item with this subject.
    pub(crate) async fn find(&self, mailbox: &str, folder: &str, subject: &str) -> Option<String> {
        let items = self.look(mailbox, folder).await;
        let mut found = items.iter().filter(|item| item["subject"] == subject);
        let item = found.next()?;
        assert!(found.next().is_none(), "{subject} is there twice");
        Some(item["id"].as_str().expect("an id").to_owned())
    }

    /// The same, of an item that has to be there.
    pub(crate) async fn known(&self, mailbox: &str, folder: &str, subject: &str) -> String {
        let found = self.find(mailbox, folder, subject).await;
        found.unwrap_or_else(|| panic!("{subject} is not in {folder} of {mailbox}"))
    }

    /// Changes an item's body.
    pub(crate) async fn rewrite(&self, mailbox: &str, folder: &str, subject: &str, body: &str) {
        let id = self.known(mailbox, folder, subject).await;
        self.act(mailbox, "change", json!({ "id": id, "body": body })).await;
    }

    /// Marks an item.
    pub(crate) async fn mark(&self, mailbox: &str, folder: &str, subject: &str, read: bool) {
        let id = self.known(mailbox, folder, subject).await;
        self.act(mailbox, "change", json!({ "id": id, "read": read })).await;
    }

    /// Moves an item to another folder.
    pub(crate) async fn relocate(&self, mailbox: &str, folder: &str, subject: &str, to: &str) {
        let id = self.known(mailbox, folder, subject).await;
        self.act(mailbox, "move", json!({ "id": id, "to": to })).await;
    }

    /// Deletes an item for good.
    pub(crate) async fn remove(&self, mailbox: &str, folder: &str, subject: &str) {
        let id = self.known(mailbox, folder, subject).await;
        self.act(mailbox, "delete", json!({ "id": id })).await;
    }

    /// New mail in a source folder.
    pub(crate) async fn arrive(&self, folder: &str, subject: &str) {
        let mail = json!({ "folder": folder, "subject": subject, "body": subject });
        self.act(SOURCE, "items", mail).await;
    }

    /// A full pass over these folders, to its end.
    pub(crate) async fn full_pass(&self, folders: &[FolderRef]) {
        let pass = self.begin_over(folders).await;
        self.finish(&pass, folders).await;
    }

    /// Begins a full pass with these folders; the inbox is one of them.
    pub(crate) async fn begin_over(&self, folders: &[FolderRef]) -> PassRecord {
        let pass = self.begin(PassKind::Full).await;
        for folder in folders.iter().filter(|folder| **folder != self.folder) {
            self.begin_in(&pass, *folder).await;
        }
        pass
    }

    /// Begins one with those of the folders that have changed, as the coordinator does; with the
    /// inbox in any case. How many it leaves alone.
    pub(crate) async fn begin_where_changed(&self, folders: &[FolderRef]) -> (PassRecord, usize) {
        let pass = self.begin(PassKind::Full).await;
        let mut left_alone = 0;
        for folder in folders.iter().filter(|folder| **folder != self.folder) {
            let now = self.source_folder(*folder).await.fingerprint().expect("it tells");
            let before = self.store.checkpoint(*folder).await.expect("reads");
            let now = longhaul_worker::fingerprint(now);
            if before.is_some_and(|before| before.is_up_to_date(pass.bounds(), &now)) {
                left_alone += 1;
            } else {
                self.begin_in(&pass, *folder).await;
            }
        }
        (pass, left_alone)
    }

    /// Until what changed in the source's folders changed some time ago.
    pub(crate) async fn settle(&self, folders: &[FolderRef]) {
        poll(async || {
            for folder in folders {
                self.source_folder(*folder).await.settled_fingerprint()?;
            }
            Some(())
        })
        .await;
    }

    async fn source_folder(&self, folder: FolderRef) -> Folder {
        let record = load::<FolderRecord>(&*self.store, &FolderRecord::key_of(folder)).await;
        let (record, _) = record.expect("reads").expect("it is mapped");
        let id = FolderId::new(record.source_id);
        let mut answers = self.source().get_folders(&[(&id).into()]).await.expect("answers");
        answers.remove(0).expect("is there")
    }

    /// Runs a worker until the pass is over for all of them.
    pub(crate) async fn finish(&self, pass: &PassRecord, folders: &[FolderRef]) {
        let service = self.service();
        self.offer(&service, pass, folders).await;
        let over = async || {
            self.begin_stages(&service).await;
            for folder in folders {
                if !self.checkpoint_of(*folder).await.is_over() {
                    return None;
                }
            }
            Some(())
        };
        poll(over).await;
        service.stop().await;
    }

    /// Publishes the messages of the folders that are to be worked on now.
    pub(crate) async fn offer(&self, service: &Service, pass: &PassRecord, folders: &[FolderRef]) {
        let mut open: Vec<(FolderRef, Checkpoint)> = Vec::new();
        for folder in folders {
            let checkpoint = self.checkpoint_of(*folder).await;
            if !checkpoint.is_over() {
                open.push((*folder, checkpoint));
            }
        }
        let stage = open.iter().map(|(_, checkpoint)| checkpoint.stage).min();
        for (folder, checkpoint) in open {
            if Some(checkpoint.stage) == stage {
                service.publish(&self.message_in(pass, folder).await).await;
                let published = self.store.mark_published(folder, pass.id, checkpoint.slice).await;
                published.expect("marks");
            }
        }
    }

    /// A folder of both sides holds the same, by the simulator's digest of its content.
    pub(crate) async fn assert_same_in(&self, folder: &str) {
        let path = json!([format!("{{{folder}}}")]);
        let mut digests = Vec::new();
        for mailbox in [SOURCE, DESTINATION] {
            let folders = self.control(&format!("digest/{mailbox}")).await;
            let folders = folders.as_array().expect("a list").clone();
            digests.push(folders.into_iter().find(|found| found["path"] == path));
        }
        if digests[0] != digests[1] {
            let source = self.look(SOURCE, folder).await;
            let destination = self.look(DESTINATION, folder).await;
            panic!("{folder} differs: {source:#?} {destination:#?}");
        }
    }

    /// No folder has anything open, held or failed.
    pub(crate) async fn assert_settled(&self, folders: &[FolderRef]) {
        for folder in folders {
            let found = self.checkpoint_of(*folder).await;
            assert!(found.is_over() && found.intents.is_empty(), "{found:#?}");
            assert_eq!((found.counters.held, found.counters.failed), (0, 0), "{found:#?}");
        }
    }

    /// Until the destination has carried out what it was sent by somebody who is gone.
    pub(crate) async fn quiet(&self) {
        let calls = || self.counted("calls", DESTINATION, None);
        let (mut before, mut same) = (calls(), 0);
        poll(async || {
            let now = calls();
            same = if now == before { same + 1 } else { 0 };
            before = now;
            (same > 10).then_some(())
        })
        .await;
    }

    /// What uploads have cost the destination so far, in items.
    pub(crate) fn uploaded(&self) -> u64 {
        self.counted("items", DESTINATION, Some("UploadItems"))
    }
}
