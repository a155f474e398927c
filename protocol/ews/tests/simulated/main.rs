//! The client against the simulated Exchange Online, which shares no code with it.
//!
//! The simulator is built later than this crate: name its program in `LONGHAUL_SIMULATOR`.

mod service;

use std::collections::BTreeMap;
use std::time::Duration;

use longhaul_ews::blob::Base64Text;
use longhaul_ews::blob::canonical::diff;
use longhaul_ews::{
    Class, CreatedFolder, Deletion, Folder, FolderId, FolderKind, FolderName, ItemChange, ItemId,
    Listed, Mailbox, NewFolder, PropertyChange, SyncScope, Traversal, Upload, UploadAction,
};
use service::Simulator;

const ROOT: FolderName<'static> = FolderName::Distinguished("msgfolderroot");
const TIMEOUT: Duration = Duration::from_secs(60);

async fn folders(mailbox: &Mailbox) -> Vec<Folder> {
    let page = mailbox.find_folders(&ROOT, 0).await.expect("a page");
    assert!(page.last);
    page.folders.into_iter().filter(|folder| folder.kind != FolderKind::Search).collect()
}

/// Every item of a folder, in small pages.
async fn items(mailbox: &Mailbox, folder: &FolderId) -> Vec<Listed> {
    let (mut items, mut state) = (Vec::new(), None);
    loop {
        let scope = SyncScope::NormalAndAssociated;
        let page = mailbox.sync_items(folder, state.as_deref(), 7, scope).await.expect("a page");
        for change in page.changes {
            let ItemChange::Create(item) = change else { panic!("{change:?}") };
            items.push(item);
        }
        if page.last {
            return items;
        }
        state = Some(page.sync_state);
    }
}

async fn create(mailbox: &Mailbox, name: &str, class: Option<String>) -> FolderId {
    let new = NewFolder { name: name.into(), class };
    match mailbox.create_folder(&ROOT, &new).await.expect("answered") {
        CreatedFolder::Created(id) => id,
        CreatedFolder::Exists => panic!("{name} exists"),
    }
}

#[tokio::test]
async fn a_mailbox_is_copied_and_means_the_same() {
    let Some(simulator) = Simulator::start() else {
        return;
    };
    let (source, destination) = (simulator.mailbox(0), simulator.mailbox(1));
    let mut copied = 0;
    let mut classes = BTreeMap::<String, usize>::new();
    for folder in folders(&source).await {
        assert!(folder.fingerprint().is_some(), "{folder:?}");
        let name = format!("copy of {}", copied);
        let to = create(&destination, &name, folder.class.clone()).await;
        for batch in items(&source, &folder.id).await.chunks(20) {
            let ids: Vec<ItemId> = batch.iter().map(|item| item.id.clone()).collect();
            let exported = source.export(&ids).await.expect("answered");
            let uploads = exported.into_iter().zip(batch).map(|(exported, listed)| {
                let exported = exported.expect("whole");
                assert!(!exported.report.suspect && !exported.report.opaque);
                assert_eq!(exported.report.message_class, listed.class);
                assert!(listed.received.is_some() && listed.size.is_some());
                *classes.entry(listed.class.clone().unwrap_or_default()).or_default() += 1;
                Upload {
                    data: exported.data,
                    associated: listed.associated,
                    action: UploadAction::CreateNew,
                }
            });
            let new = destination.upload(&to, uploads.collect(), TIMEOUT).await.expect("answered");
            let new: Vec<ItemId> = new.into_iter().map(|id| id.expect("stored")).collect();
            copied += new.len();
            let before = source.canonical(&ids).await.expect("answered");
            let after = destination.canonical(&new).await.expect("answered");
            for (before, after) in before.iter().zip(&after) {
                let (before, after) =
                    (before.as_ref().expect("whole"), after.as_ref().expect("whole"));
                assert_eq!(diff(before, after), Vec::<String>::new());
            }
        }
        copied += 1;
    }
    assert!(copied > 50 && classes.len() > 1, "{copied} items, {classes:?}");
}

#[tokio::test]
async fn one_item_is_streamed_looked_up_changed_moved_and_deleted() {
    let Some(simulator) = Simulator::start() else {
        return;
    };
    let (source, destination) = (simulator.mailbox(0), simulator.mailbox(1));
    let mut item = None;
    for folder in folders(&source).await {
        let found = items(&source, &folder.id).await;
        let note = |item: &Listed| item.class.as_deref() == Some("IPM.Note");
        item = item.or_else(|| found.into_iter().find(note));
    }
    let item = item.expect("a message");
    let (to, other) = (
        create(&destination, "streamed", None).await,
        create(&destination, "other", Some("IPF.Note".into())).await,
    );

    let mut measured = source.export_stream(&item.id).await.expect("answered").expect("data");
    while measured.next_piece().await.expect("whole").is_some() {}
    let length = measured.report().expect("ended").bytes;
    let mut last = None;
    for announced in [None, Some(length)] {
        let stream = source.export_stream(&item.id).await.expect("answered").expect("data");
        let action = UploadAction::CreateNew;
        let id = destination.upload_stream(&to, false, action, announced, stream, TIMEOUT).await;
        last = Some(id.expect("sent").expect("stored").id);
    }
    let id = last.expect("two uploads");

    let page = destination.find_items(&to, Traversal::Shallow, 0, 10).await.expect("a page");
    assert_eq!((page.items.len(), page.last), (2, true));
    let facts = destination.get_items(std::slice::from_ref(&id)).await.expect("answered");
    let facts = facts[0].as_ref().expect("found");
    assert_eq!((&facts.class, facts.size.is_some()), (&item.class, true));
    assert!(facts.message_id.is_some() && facts.created.is_some() && facts.search_key.is_some());

    let unversioned = ItemId::new(&id.id);
    let read = [PropertyChange::Read(true)];
    destination.update_item(&unversioned, &read).await.expect("answered").expect("updated");
    let moved = destination
        .move_items(std::slice::from_ref(&unversioned), &FolderName::Id(&other))
        .await
        .expect("answered")
        .remove(0)
        .expect("moved");
    let gone = destination.delete_items(&[unversioned], Deletion::HardDelete).await;
    assert_eq!(gone.expect("answered")[0].as_ref().expect_err("moved").class(), Class::Vanished);
    let moved = [ItemId::new(moved.id)];
    let deleted = destination.delete_items(&moved, Deletion::HardDelete).await;
    deleted.expect("answered").remove(0).expect("deleted");
    assert!(items(&destination, &other).await.is_empty());
}

#[tokio::test]
async fn refusals_are_classed() {
    let Some(simulator) = Simulator::start() else {
        return;
    };
    let mailbox = simulator.mailbox(0);
    let version = mailbox.probe_version().await.expect("a version");
    assert_eq!(version.major, 15);

    let nobody = simulator.address(0, "nobody@source.test");
    let error = nobody.probe_version().await.expect_err("no such mailbox");
    assert_eq!(error.class(), Class::StopMailbox, "{error}");

    let inbox = mailbox.get_folders(&[FolderName::Distinguished("inbox")]).await.expect("answered");
    let inbox = inbox[0].as_ref().expect("an inbox").id.clone();
    let page = mailbox.sync_items(&inbox, Some("rubbish"), 10, SyncScope::Normal).await;
    assert_eq!(page.expect_err("refused").class(), Class::Resync);

    let same = NewFolder { name: "TWICE".into(), class: None };
    create(&mailbox, "twice", None).await;
    let again = mailbox.create_folder(&ROOT, &same).await.expect("answered");
    assert_eq!(again, CreatedFolder::Exists);

    let upload = Upload {
        data: Base64Text::encode(b"no exported item"),
        associated: false,
        action: UploadAction::CreateNew,
    };
    let refused = mailbox.upload(&inbox, vec![upload], TIMEOUT).await.expect("answered");
    refused[0].as_ref().expect_err("it is no item");
}
