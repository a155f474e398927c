//! Operations on folders.

use crate::support::{DESTINATION, SOURCE, Service, attributes, codes, get_folder, texts};

#[tokio::test]
async fn distinguished_folders_are_answered_one_by_one() {
    let service = Service::start().await;
    let ids = [
        "inbox",
        "archiveinbox",
        "allcontacts",
        "msgfolderroot",
        "publicfoldersroot",
        "yammerroot",
    ]
    .map(|id| format!("<t:DistinguishedFolderId Id=\"{id}\"/>"));
    let text = service.ok(DESTINATION, &get_folder(&ids.concat())).await;
    assert_eq!(
        codes(&text),
        [
            "NoError",
            "ErrorArchiveMailboxNotEnabled",
            "ErrorInvalidOperation",
            "NoError",
            "ErrorNoPublicFolderReplicaAvailable",
            "ErrorFolderNotFound"
        ]
    );
    // The destination speaks another language; identity is in the distinguished id.
    assert_eq!(texts(&text, "t:DisplayName")[0], "Posteingang");
    assert_eq!(texts(&text, "t:DistinguishedFolderId"), ["inbox", "msgfolderroot"]);
}

#[tokio::test]
async fn folders_are_created_renamed_moved_found_and_deleted() {
    let service = Service::start().await;
    let create = |parent: &str, folders: &str| {
        format!(
            "<m:CreateFolder><m:ParentFolderId>{parent}</m:ParentFolderId><m:Folders>{folders}\
             </m:Folders></m:CreateFolder>"
        )
    };
    let root = "<t:DistinguishedFolderId Id=\"msgfolderroot\"/>";
    let text = service
        .ok(
            DESTINATION,
            &create(
                root,
                "<t:Folder><t:FolderClass>IPF.Note</t:FolderClass><t:DisplayName>A &amp; B</t:DisplayName></t:Folder>\
                 <t:Folder><t:DisplayName>a &amp; b</t:DisplayName></t:Folder>\
                 <t:CalendarFolder><t:DisplayName>Team</t:DisplayName></t:CalendarFolder>",
            ),
        )
        .await;
    assert_eq!(codes(&text), ["NoError", "ErrorFolderExists", "NoError"]);
    let made = attributes(&text, "t:FolderId", "Id");
    assert!(text.contains("<t:CalendarFolder>"));
    let id = |id: &str| format!("<t:FolderId Id=\"{id}\"/>");

    let missing = service
        .ok(
            DESTINATION,
            &create(&id(&made[0]), "<t:Folder><t:DisplayName>x</t:DisplayName></t:Folder>"),
        )
        .await;
    assert_eq!(codes(&missing), ["NoError"]);
    let update = format!(
        "<m:UpdateFolder><m:FolderChanges><t:FolderChange>{}<t:Updates><t:SetFolderField>\
         <t:FieldURI FieldURI=\"folder:DisplayName\"/><t:Folder><t:DisplayName>C</t:DisplayName></t:Folder>\
         </t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>",
        id(&made[0])
    );
    assert_eq!(codes(&service.ok(DESTINATION, &update).await), ["NoError"]);
    let moving = format!(
        "<m:MoveFolder><m:ToFolderId><t:DistinguishedFolderId Id=\"inbox\"/></m:ToFolderId>\
         <m:FolderIds>{}{}</m:FolderIds></m:MoveFolder>",
        id(&made[0]),
        "<t:DistinguishedFolderId Id=\"drafts\"/>"
    );
    let text = service.ok(DESTINATION, &moving).await;
    assert_eq!(codes(&text), ["NoError", "ErrorMoveDistinguishedFolder"]);
    let find = "<m:FindFolder Traversal=\"Deep\"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>\
        <m:IndexedPageFolderView MaxEntriesReturned=\"10\" Offset=\"0\" BasePoint=\"Beginning\"/>\
        <m:ParentFolderIds><t:DistinguishedFolderId Id=\"inbox\"/></m:ParentFolderIds></m:FindFolder>";
    let text = service.ok(DESTINATION, find).await;
    assert_eq!(texts(&text, "t:DisplayName"), ["C", "x"]);
    let delete = format!(
        "<m:DeleteFolder DeleteType=\"HardDelete\"><m:FolderIds>{}{}</m:FolderIds></m:DeleteFolder>",
        id(&made[0]),
        "<t:DistinguishedFolderId Id=\"inbox\"/>"
    );
    let text = service.ok(DESTINATION, &delete).await;
    assert_eq!(codes(&text), ["NoError", "ErrorDeleteDistinguishedFolder"]);
    assert!(texts(&service.ok(DESTINATION, find).await, "t:DisplayName").is_empty());
}

#[tokio::test]
async fn a_path_of_folders_is_created_once() {
    let service = Service::start().await;
    let path = "<m:CreateFolderPath><m:ParentFolderId><t:DistinguishedFolderId Id=\"inbox\"/></m:ParentFolderId>\
        <m:RelativeFolderPath><t:Folder><t:DisplayName>A</t:DisplayName></t:Folder>\
        <t:Folder><t:DisplayName>B</t:DisplayName></t:Folder></m:RelativeFolderPath></m:CreateFolderPath>";
    let first = service.ok(DESTINATION, path).await;
    let again = service.ok(DESTINATION, path).await;
    assert_eq!(codes(&first), ["NoError", "NoError"]);
    assert_eq!(attributes(&first, "t:FolderId", "Id"), attributes(&again, "t:FolderId", "Id"));
}

#[tokio::test]
async fn the_hierarchy_syncs_in_steps() {
    let service = Service::start().await;
    let sync = |state: &str| {
        format!(
            "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>\
             <t:FieldURI FieldURI=\"folder:DisplayName\"/><t:ExtendedFieldURI PropertyTag=\"0x3601\" PropertyType=\"Integer\"/>\
             </t:AdditionalProperties></m:FolderShape><m:SyncFolderId><t:DistinguishedFolderId Id=\"msgfolderroot\"/></m:SyncFolderId>\
             <m:SyncState>{state}</m:SyncState></m:SyncFolderHierarchy>"
        )
    };
    let text = service.ok(SOURCE, &sync("")).await;
    let state = texts(&text, "m:SyncState").remove(0);
    assert!(texts(&text, "t:Create").len() > 15, "{text}");
    assert!(text.contains("PropertyTag=\"0x3601\""));
    let address = service.address(SOURCE).to_owned();
    let body = serde_json::json!({ "parent": "inbox", "name": "New" });
    service.control("POST", &format!("mailboxes/{address}/folders"), body).await;
    let body = serde_json::json!({ "folder": "inbox/Twins", "name": "Pairs" });
    service.control("POST", &format!("mailboxes/{address}/rename"), body).await;
    let text = service.ok(SOURCE, &sync(&state)).await;
    assert_eq!(texts(&text, "t:Create").len(), 1);
    assert!(texts(&text, "t:Update").concat().contains("Pairs"));
    let text = service.ok(SOURCE, &sync("H4sIbroken")).await;
    assert_eq!(codes(&text), ["ErrorInvalidSyncStateData"]);
}
