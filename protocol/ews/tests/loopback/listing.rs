//! Folders, changes and searches.

use longhaul_core::{Bytes, Timestamp, code};
use longhaul_ews::{
    Class, FolderChange, FolderId, FolderKind, FolderName, ItemChange, ItemId, SyncScope, Traversal,
};

use crate::support::{Service, failure, response, soap, success};

const ROOT: FolderName<'static> = FolderName::Distinguished("msgfolderroot");

fn property(tag: &str, kind: &str, value: &str) -> String {
    format!(
        "<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag=\"{tag}\" PropertyType=\"{kind}\"/>\
         <t:Value>{value}</t:Value></t:ExtendedProperty>"
    )
}

#[tokio::test]
async fn folders_are_answered_one_by_one() {
    let folder = "<m:Folders><t:CalendarFolder><t:FolderId Id=\"AS==\" ChangeKey=\"AQ==\"/>\
                  <t:FolderClass>IPF.Appointment</t:FolderClass><t:DisplayName>Termine &amp; mehr\
                  </t:DisplayName></t:CalendarFolder></m:Folders>";
    let service = Service::always(response(
        "GetFolder",
        &[
            success("GetFolder", folder),
            failure("GetFolder", "ErrorFolderNotFound"),
            success("GetFolder", "<m:Folders/>"),
        ],
    ))
    .await;
    let names = [ROOT, FolderName::Distinguished("journal"), ROOT];
    let folders = service.mailbox.get_folders(&names).await.expect("answered");
    let calendar = folders[0].as_ref().expect("found");
    assert_eq!(calendar.name.as_deref(), Some("Termine & mehr"));
    assert_eq!((calendar.kind, calendar.id.as_str()), (FolderKind::Calendar, "AS=="));
    assert_eq!(folders[1].as_ref().expect_err("gone").class(), Class::Rescan);
    assert_eq!(folders[2].as_ref().expect_err("no folder").code(), code::MALFORMED_ANSWER);
}

#[tokio::test]
async fn another_number_of_answers_than_questions_is_malformed() {
    for count in [0, 1, 3] {
        let messages = vec![failure("GetFolder", "ErrorFolderNotFound"); count];
        let service = Service::always(response("GetFolder", &messages)).await;
        let error = service.mailbox.get_folders(&[ROOT, ROOT]).await.expect_err("cannot pair");
        assert_eq!(error.code(), code::MALFORMED_ANSWER, "{count}");
    }
}

#[tokio::test]
async fn a_page_of_folders_carries_their_fingerprints() {
    let properties = [
        property("0x670a", "SystemTime", "2023-11-14T22:13:20Z"),
        property("0x670b", "Integer", "3"),
        property("0x3602", "Integer", "10"),
        property("0x3617", "Integer", "2"),
        property("0x3603", "Integer", "1"),
        property("0xe08", "Long", "123456"),
        property("0x10f4", "Boolean", "false"),
    ]
    .concat();
    let folders = format!(
        "<m:RootFolder IndexedPagingOffset=\"2\" TotalItemsInView=\"5\" \
         IncludesLastItemInRange=\"false\"><t:Folders><t:Folder><t:FolderId Id=\"AQ==\"/>\
         <t:ParentFolderId Id=\"AR==\"/><t:DisplayName>Inbox</t:DisplayName>{properties}\
         <t:DistinguishedFolderId>inbox</t:DistinguishedFolderId></t:Folder>\
         <t:Folder><t:FolderId Id=\"AT==\"/>{}</t:Folder></t:Folders></m:RootFolder>",
        property("0x3601", "Integer", "2")
    );
    let body = response("FindFolder", &[success("FindFolder", &folders)]);
    let service = Service::always(body).await;
    let page = service.mailbox.find_folders(&ROOT, 0).await.expect("a page");
    assert_eq!((page.next_offset, page.last, page.total), (Some(2), false, Some(5)));
    let inbox = &page.folders[0];
    let fingerprint = inbox.fingerprint().expect("complete");
    assert_eq!(fingerprint.changed, Timestamp(1_700_000_000_000));
    assert_eq!((fingerprint.deleted, fingerprint.items), (3, 10));
    assert_eq!((fingerprint.associated, fingerprint.unread), (2, 1));
    assert_eq!((inbox.size, inbox.hidden), (Some(Bytes(123_456)), Some(false)));
    assert_eq!(inbox.distinguished.as_deref(), Some("inbox"));
    assert_eq!(page.folders[1].kind, FolderKind::Search);
    assert_eq!(page.folders[1].fingerprint(), None);
}

#[tokio::test]
async fn a_page_that_is_too_large_is_halved() {
    let service = Service::new(|number, _| {
        let page = "<m:RootFolder IncludesLastItemInRange=\"true\"/>";
        soap(&response(
            "FindFolder",
            &[match number {
                0 => failure("FindFolder", "ErrorExceededFindCountLimit"),
                _ => success("FindFolder", page),
            }],
        ))
    })
    .await;
    let page = service.mailbox.find_folders(&ROOT, 7).await.expect("the smaller page");
    assert!(page.last && page.next_offset.is_none());
    let asked = service.asked();
    assert!(asked[0].body().contains("MaxEntriesReturned=\"1000\" Offset=\"7\""));
    assert!(asked[1].body().contains("MaxEntriesReturned=\"500\" Offset=\"7\""));
}

#[tokio::test]
async fn an_offset_that_does_not_move_on_is_counted_on() {
    let item = "<t:Message><t:ItemId Id=\"AAM=\"/></t:Message>";
    let root = format!(
        "<m:RootFolder IndexedPagingOffset=\"40\" IncludesLastItemInRange=\"false\">\
         <t:Items>{item}{item}</t:Items></m:RootFolder>"
    );
    let service = Service::always(response("FindItem", &[success("FindItem", &root)])).await;
    let folder = FolderId::new("AQ==");
    let page = service.mailbox.find_items(&folder, Traversal::Shallow, 40, 250).await;
    assert_eq!(page.expect("a page").next_offset, Some(42));
}

#[tokio::test]
async fn items_found_carry_what_tells_them_apart_and_do_not_print_it() {
    let item = format!(
        "<t:Message><t:ItemId Id=\"AAM=\" ChangeKey=\"CQ==\"/><t:ItemClass>IPM.Note</t:ItemClass>\
         <t:Size>100</t:Size>{}{}{}{}</t:Message>",
        property("0x1035", "String", "&lt;x@contoso.test&gt;"),
        property("0x37", "String", "Quarterly numbers"),
        property("0x300b", "Binary", "AQID"),
        property("0x39", "SystemTime", "2023-11-14T22:13:20Z"),
    );
    let root = format!(
        "<m:RootFolder TotalItemsInView=\"1\" IncludesLastItemInRange=\"true\"><t:Items>{item}\
         </t:Items></m:RootFolder>"
    );
    let service = Service::always(response("FindItem", &[success("FindItem", &root)])).await;
    let folder = FolderId::new("AQ==");
    let page = service.mailbox.find_items(&folder, Traversal::Associated, 0, 9999).await;
    let facts = page.expect("a page").items.remove(0);
    assert_eq!(facts.message_id.as_deref(), Some("<x@contoso.test>"));
    assert_eq!(facts.search_key.as_deref(), Some([1, 2, 3].as_slice()));
    assert_eq!(facts.submitted, Some(Timestamp(1_700_000_000_000)));
    assert_eq!((facts.delivered, facts.created), (None, None));
    let printed = format!("{facts:?}");
    assert!(!printed.contains("Quarterly") && !printed.contains("contoso"), "{printed}");
    assert!(service.asked()[0].body().contains("MaxEntriesReturned=\"1000\""), "held to the limit");
}

#[tokio::test]
async fn changes_of_a_folder_are_read() {
    let changes = format!(
        "<m:SyncState>H4sJ</m:SyncState><m:IncludesLastItemInRange>false</m:IncludesLastItemInRange>\
         <m:Changes><t:Create><t:Message><t:ItemId Id=\"AAM=\" ChangeKey=\"CQ==\"/>\
         <t:ItemClass>IPM.Note</t:ItemClass><t:Size>75329</t:Size>\
         <t:IsAssociated>true</t:IsAssociated>{}{}</t:Message></t:Create>\
         <t:Update><t:CalendarItem><t:ItemId Id=\"AAN=\"/></t:CalendarItem></t:Update>\
         <t:ReadFlagChange><t:ItemId Id=\"AAO=\"/><t:IsRead>true</t:IsRead></t:ReadFlagChange>\
         <t:Delete><t:ItemId Id=\"AAP=\"/></t:Delete></m:Changes>",
        property("0x39", "SystemTime", "2023-11-14T22:13:21Z"),
        property("0xe06", "SystemTime", "2023-11-14T22:13:20Z"),
    );
    let body = response("SyncFolderItems", &[success("SyncFolderItems", &changes)]);
    let service = Service::always(body).await;
    let folder = FolderId::new("AQ==");
    let scope = SyncScope::NormalAndAssociated;
    let page = service.mailbox.sync_items(&folder, Some("H4sI"), 600, scope).await;
    let page = page.expect("a page");
    assert_eq!((page.sync_state.as_str(), page.last), ("H4sJ", false));
    let ItemChange::Create(listed) = &page.changes[0] else { panic!("{:?}", page.changes[0]) };
    assert_eq!(listed.size, Some(Bytes(75_329)));
    assert_eq!(listed.received, Some(Timestamp(1_700_000_000_000)), "delivery before submission");
    assert!(listed.associated);
    assert!(matches!(&page.changes[1], ItemChange::Update(item) if item.class.is_none()));
    assert_eq!(page.changes[2], ItemChange::ReadFlag { id: ItemId::new("AAO="), read: true });
    assert_eq!(page.changes[3], ItemChange::Delete { id: ItemId::new("AAP=") });
    let asked = service.asked().remove(0);
    assert!(asked.body().contains("<m:MaxChangesReturned>512<"), "held to the limit");
}

#[tokio::test]
async fn a_bad_state_asks_for_a_new_start_and_a_lost_folder_for_another_look() {
    for (code, class) in
        [("ErrorInvalidSyncStateData", Class::Resync), ("ErrorSyncFolderNotFound", Class::Rescan)]
    {
        let service =
            Service::always(response("SyncFolderItems", &[failure("SyncFolderItems", code)])).await;
        let folder = FolderId::new("AQ==");
        let page = service.mailbox.sync_items(&folder, Some("x"), 512, SyncScope::Normal).await;
        let error = page.expect_err("refused");
        assert_eq!((error.class(), error.response_code()), (class, Some(code)));
    }
}

#[tokio::test]
async fn a_page_without_a_state_is_malformed() {
    let inside = "<m:SyncState></m:SyncState><m:IncludesLastItemInRange>true\
                  </m:IncludesLastItemInRange><m:Changes/>";
    for inside in [inside, "<m:SyncState>x</m:SyncState>", ""] {
        let body = response("SyncFolderItems", &[success("SyncFolderItems", inside)]);
        let service = Service::always(body).await;
        let folder = FolderId::new("AQ==");
        let page = service.mailbox.sync_items(&folder, None, 512, SyncScope::Normal).await;
        assert_eq!(page.expect_err("no state").code(), code::MALFORMED_ANSWER, "{inside}");
    }
}

#[tokio::test]
async fn changes_of_the_folder_tree_are_read() {
    let changes = "<m:SyncState>H4sIAAB=</m:SyncState><m:IncludesLastFolderInRange>true\
         </m:IncludesLastFolderInRange><m:Changes><t:Create><t:TasksFolder><t:FolderId Id=\"AQ==\"/>\
         </t:TasksFolder></t:Create><t:Update><t:Folder><t:FolderId Id=\"AT==\"/></t:Folder>\
         </t:Update><t:Delete><t:FolderId Id=\"AU==\"/></t:Delete></m:Changes>";
    let body = response("SyncFolderHierarchy", &[success("SyncFolderHierarchy", changes)]);
    let service = Service::always(body).await;
    let page = service.mailbox.sync_hierarchy(&ROOT, None).await.expect("a page");
    assert!(page.last);
    assert!(matches!(&page.changes[0], FolderChange::Create(f) if f.kind == FolderKind::Tasks));
    assert!(matches!(&page.changes[1], FolderChange::Update(f) if f.id.as_str() == "AT=="));
    assert_eq!(page.changes[2], FolderChange::Delete(FolderId::new("AU==")));
    assert!(!service.asked()[0].body().contains("SyncState"), "no state is not an empty state");
}

#[tokio::test]
async fn an_answer_that_ends_early_is_not_taken_for_a_page() {
    let service = Service::new(|_, _| {
        let whole = crate::support::envelope(&response(
            "SyncFolderItems",
            &[success(
                "SyncFolderItems",
                "<m:SyncState>x</m:SyncState><m:IncludesLastItemInRange>true\
             </m:IncludesLastItemInRange><m:Changes/>",
            )],
        ));
        let cut = whole.find("</s:Body>").expect("its end");
        crate::support::with_status(200, "text/xml", &whole[..cut])
    })
    .await;
    let folder = FolderId::new("AQ==");
    let page = service.mailbox.sync_items(&folder, None, 512, SyncScope::Normal).await;
    assert_eq!(page.expect_err("cut").class(), Class::Backoff);
}
