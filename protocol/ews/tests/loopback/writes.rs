//! Folders created, items deleted, changed and moved, and the server's version.

use longhaul_core::code;
use longhaul_ews::{
    Class, CreatedFolder, Deletion, FolderId, FolderName, ItemId, NewFolder, PropertyChange,
};

use crate::support::{Service, failure, response, success};

const ROOT: FolderName<'static> = FolderName::Distinguished("msgfolderroot");

fn new_folder() -> NewFolder {
    NewFolder { name: "R&D".into(), class: Some("IPF.Note".into()) }
}

#[tokio::test]
async fn a_folder_is_created_or_found_to_exist() {
    let created = "<m:Folders><t:Folder><t:FolderId Id=\"AQ==\"/></t:Folder></m:Folders>";
    for (message, outcome) in [
        (success("CreateFolder", created), CreatedFolder::Created(FolderId::new("AQ=="))),
        (failure("CreateFolder", "ErrorFolderExists"), CreatedFolder::Exists),
    ] {
        let service = Service::always(response("CreateFolder", &[message])).await;
        let result = service.mailbox.create_folder(&ROOT, &new_folder()).await;
        assert_eq!(result.expect("no error"), outcome);
        assert!(service.asked()[0].body().contains("<t:DisplayName>R&amp;D</t:DisplayName>"));
    }
    let refused = failure("CreateFolder", "ErrorAccessDenied");
    let service = Service::always(response("CreateFolder", &[refused])).await;
    let error = service.mailbox.create_folder(&ROOT, &new_folder()).await.expect_err("refused");
    assert_eq!((error.class(), error.code()), (Class::Fatal, code::ACCESS_DENIED));
}

#[tokio::test]
async fn deleting_mails_nobody_and_answers_item_by_item() {
    let messages = [success("DeleteItem", ""), failure("DeleteItem", "ErrorItemNotFound")];
    let service = Service::always(response("DeleteItem", &messages)).await;
    let ids = [ItemId::new("AAM="), ItemId::new("AAN=")];
    let outcomes = service.mailbox.delete_items(&ids, Deletion::HardDelete).await;
    let outcomes = outcomes.expect("answered");
    outcomes[0].as_ref().expect("deleted");
    assert_eq!(outcomes[1].as_ref().expect_err("gone").class(), Class::Vanished);
    let asked = service.asked().remove(0);
    assert!(asked.body().contains("SendMeetingCancellations=\"SendToNone\""));
    assert!(asked.body().contains("DeleteType=\"HardDelete\""));
}

#[tokio::test]
async fn an_item_is_marked_read_without_a_receipt() {
    let item = "<m:Items><t:Message><t:ItemId Id=\"AAM=\" ChangeKey=\"CR==\"/></t:Message></m:Items>\
                <m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>";
    let service = Service::always(response("UpdateItem", &[success("UpdateItem", item)])).await;
    let id = ItemId::new("AAM=");
    let updated = service.mailbox.update_item(&id, &[PropertyChange::Read(true)]).await;
    let updated = updated.expect("answered").expect("updated");
    assert_eq!(updated.change_key.as_deref(), Some("CR=="));
    let asked = service.asked().remove(0);
    assert!(asked.body().contains("SuppressReadReceipts=\"true\""));
    assert!(asked.body().contains("<t:IsRead>true</t:IsRead>"));
}

#[tokio::test]
async fn a_moved_item_has_a_new_id() {
    let moved = "<m:Items><t:Message><t:ItemId Id=\"AAZ=\"/></t:Message></m:Items>";
    let messages = [success("MoveItem", moved), success("MoveItem", "<m:Items/>")];
    let service = Service::always(response("MoveItem", &messages)).await;
    let ids = [ItemId::new("AAM="), ItemId::new("AAN=")];
    let folder = FolderId::new("AQ==");
    let moved = service.mailbox.move_items(&ids, &FolderName::Id(&folder)).await.expect("answered");
    assert_eq!(moved[0].as_ref().expect("moved").id, "AAZ=");
    assert_eq!(moved[1].as_ref().expect_err("no id").code(), code::MALFORMED_ANSWER);
}

#[tokio::test]
async fn nothing_is_sent_for_no_items() {
    let service = Service::always("").await;
    let mailbox = &service.mailbox;
    assert!(mailbox.get_items(&[]).await.expect("nothing").is_empty());
    assert!(mailbox.export(&[]).await.expect("nothing").is_empty());
    assert!(mailbox.move_items(&[], &ROOT).await.expect("nothing").is_empty());
    assert!(mailbox.delete_items(&[], Deletion::SoftDelete).await.expect("nothing").is_empty());
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn the_server_version_is_read_from_any_answer() {
    let folder = "<m:Folders><t:Folder><t:FolderId Id=\"AQ==\"/></t:Folder></m:Folders>";
    let service = Service::always(response("GetFolder", &[success("GetFolder", folder)])).await;
    let version = service.mailbox.probe_version().await.expect("a version");
    assert_eq!((version.major, version.minor), (15, 20));

    let refused = failure("GetFolder", "ErrorNonExistentMailbox");
    let service = Service::always(response("GetFolder", &[refused])).await;
    let error = service.mailbox.probe_version().await.expect_err("no mailbox");
    assert_eq!(error.code(), code::MAILBOX_NOT_FOUND);
}
