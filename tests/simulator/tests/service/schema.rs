//! Answers against the official schema, which is not part of this repository: set
//! `EWS_SCHEMA_DIR` to a folder with its `all.xsd`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::support::{
    Answer, DESTINATION, SOURCE, Service, attributes, export, find_item, get_folder, texts, upload,
};

/// What the element inside the body must be.
fn root(answer: &Answer) -> String {
    let body = answer.text.split("<s:Body>").nth(1).expect(&answer.text);
    body[1..].split([' ', '>', '/']).next().unwrap().to_owned()
}

/// Answers kept for one run of the validator.
struct Answers {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Answers {
    fn keep(&mut self, answer: &Answer, wanted: &str) {
        assert_eq!(root(answer), wanted);
        let name = format!("{:03}-{}.xml", self.files.len(), wanted.replace(':', "-"));
        let file = self.folder.path().join(name);
        std::fs::write(&file, &answer.text).unwrap();
        self.files.push(file);
    }

    fn validate(&self, schema: &Path) {
        let output = Command::new("xmllint")
            .args(["--noout", "--huge", "--schema"])
            .arg(schema)
            .args(&self.files)
            .output()
            .expect("xmllint (package libxml2-utils) is needed to check the schema");
        let errors = String::from_utf8_lossy(&output.stderr);
        let valid = errors.lines().filter(|line| line.ends_with(" validates")).count();
        assert!(output.status.success() && valid == self.files.len(), "{errors}");
        println!("{valid} answers validated");
    }
}

#[tokio::test]
async fn every_answer_follows_the_official_schema() {
    let Some(folder) = std::env::var_os("EWS_SCHEMA_DIR") else {
        println!("skipped: EWS_SCHEMA_DIR is not set");
        return;
    };
    let schema = Path::new(&folder).join("all.xsd");
    let service = Service::start().await;
    let mut answers = Answers { folder: tempfile::tempdir().unwrap(), files: Vec::new() };
    let mut check = |answer: &Answer, wanted: &str| answers.keep(answer, wanted);
    let inbox = service.folder(SOURCE, "inbox").await;
    let target = service.folder(DESTINATION, "inbox").await;
    let ids = service.items(SOURCE, &inbox).await;
    let exported =
        service.call(SOURCE, &export(&[ids.clone(), vec!["AAMk".into()]].concat())).await;
    let mut blobs = texts(&exported.text, "m:Data");
    check(&exported, "m:ExportItemsResponse");
    blobs.push("AQAA".to_owned());
    check(&service.call(DESTINATION, &upload(&target, &blobs)).await, "m:UploadItemsResponse");
    let item_id = format!("<t:ItemId Id=\"{}\"/>", ids[0]);

    // Every kind of item, from every folder, with everything that can be asked for.
    let all = service
        .call(SOURCE, "<m:FindFolder Traversal=\"Deep\"><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>\
            <m:ParentFolderIds><t:DistinguishedFolderId Id=\"root\"/></m:ParentFolderIds></m:FindFolder>")
        .await;
    check(&all, "m:FindFolderResponse");
    for folder in attributes(&all.text, "t:FolderId", "Id") {
        for traversal in ["Shallow", "Associated"] {
            let body = find_item(&folder, traversal, "").replace("IdOnly", "AllProperties");
            let found = service.call(SOURCE, &body).await;
            check(&found, "m:FindItemResponse");
            let items = attributes(&found.text, "t:ItemId", "Id");
            if items.is_empty() {
                continue;
            }
            let items: String = items.iter().map(|id| format!("<t:ItemId Id=\"{id}\"/>")).collect();
            let get = format!(
                "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties>\
                 <t:FieldURI FieldURI=\"item:TextBody\"/></t:AdditionalProperties></m:ItemShape>\
                 <m:ItemIds>{items}<t:ItemId Id=\"x\"/></m:ItemIds></m:GetItem>"
            );
            check(&service.call(SOURCE, &get).await, "m:GetItemResponse");
        }
        let sync = format!(
            "<m:SyncFolderItems><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:SyncFolderId><t:FolderId Id=\"{folder}\"/>\
             </m:SyncFolderId><m:MaxChangesReturned>512</m:MaxChangesReturned><m:SyncScope>NormalAndAssociatedItems</m:SyncScope></m:SyncFolderItems>"
        );
        check(&service.call(SOURCE, &sync).await, "m:SyncFolderItemsResponse");
    }
    let cases = [
        (get_folder("<t:DistinguishedFolderId Id=\"inbox\"/><t:DistinguishedFolderId Id=\"archiveinbox\"/>"), "GetFolder"),
        ("<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape></m:SyncFolderHierarchy>".to_owned(), "SyncFolderHierarchy"),
        ("<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:SyncState>x</m:SyncState></m:SyncFolderHierarchy>".to_owned(), "SyncFolderHierarchy"),
        (format!("<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:FolderId Id=\"{inbox}\"/></m:SyncFolderId><m:SyncState>x</m:SyncState><m:MaxChangesReturned>1</m:MaxChangesReturned></m:SyncFolderItems>"), "SyncFolderItems"),
        ("<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id=\"inbox\"/></m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>A</t:DisplayName></t:Folder><t:Folder><t:DisplayName>A</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>".to_owned(), "CreateFolder"),
        ("<m:CreateFolderPath><m:ParentFolderId><t:DistinguishedFolderId Id=\"inbox\"/></m:ParentFolderId><m:RelativeFolderPath><t:Folder><t:DisplayName>P</t:DisplayName></t:Folder></m:RelativeFolderPath></m:CreateFolderPath>".to_owned(), "CreateFolderPath"),
        (format!("<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id=\"{inbox}\"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI=\"folder:DisplayName\"/><t:Folder><t:DisplayName>I</t:DisplayName></t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>"), "UpdateFolder"),
        ("<m:MoveFolder><m:ToFolderId><t:DistinguishedFolderId Id=\"drafts\"/></m:ToFolderId><m:FolderIds><t:DistinguishedFolderId Id=\"inbox\"/></m:FolderIds></m:MoveFolder>".to_owned(), "MoveFolder"),
        ("<m:DeleteFolder DeleteType=\"SoftDelete\"><m:FolderIds><t:DistinguishedFolderId Id=\"inbox\"/></m:FolderIds></m:DeleteFolder>".to_owned(), "DeleteFolder"),
        (format!("<m:UpdateItem ConflictResolution=\"AlwaysOverwrite\" MessageDisposition=\"SaveOnly\" SendMeetingInvitationsOrCancellations=\"SendToNone\"><m:ItemChanges><t:ItemChange>{item_id}<t:Updates><t:SetItemField><t:FieldURI FieldURI=\"item:Subject\"/><t:Message><t:Subject>S</t:Subject></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"), "UpdateItem"),
        (format!("<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id=\"drafts\"/></m:ToFolderId><m:ItemIds>{item_id}{item_id}</m:ItemIds></m:MoveItem>"), "MoveItem"),
        (format!("<m:DeleteItem DeleteType=\"HardDelete\"><m:ItemIds>{item_id}</m:ItemIds></m:DeleteItem>"), "DeleteItem"),
        (format!("<m:ConvertId DestinationFormat=\"HexEntryId\"><m:SourceIds><t:AlternateId Format=\"EwsId\" Id=\"{inbox}\" Mailbox=\"user1@source.test\"/><t:AlternateId Format=\"EwsId\" Id=\"x\" Mailbox=\"user1@source.test\"/></m:SourceIds></m:ConvertId>"), "ConvertId"),
    ];
    for (body, operation) in &cases {
        check(&service.call(SOURCE, body).await, &format!("m:{operation}Response"));
        for fault in [
            json!({ "kind": "item_error", "code": "ErrorItemCorrupt", "stops_batch": true }),
            json!({ "kind": "without_content" }),
        ] {
            service.running.clear_faults();
            service.running.inject(json!({ "action": fault })).unwrap();
            check(&service.call(SOURCE, body).await, &format!("m:{operation}Response"));
        }
        service.running.clear_faults();
    }
    let busy = json!({ "kind": "fault", "code": "ErrorServerBusy", "back_off_milliseconds": 1 });
    service.running.inject(json!({ "nth": 1, "action": busy })).unwrap();
    check(&service.call(SOURCE, &cases[0].0).await, "s:Fault");
    check(&service.call(SOURCE, "<m:GetFolder/>").await, "s:Fault");
    service.control("PATCH", "settings", json!({ "max_concurrency": 0 })).await;
    check(&service.call(SOURCE, &cases[0].0).await, "s:Fault");
    assert!(answers.files.len() > 50, "{}", answers.files.len());
    answers.validate(&schema);
}
