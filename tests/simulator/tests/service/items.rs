//! Operations on items.

use serde_json::json;

use crate::support::{SOURCE, Service, attributes, codes, find_item, texts};

#[tokio::test]
async fn find_item_pages_to_the_end_and_keeps_kinds_apart() {
    let service = Service::start().await;
    let inbox = service.folder(SOURCE, "inbox").await;
    let all = service.items(SOURCE, &inbox).await;
    let mut paged = Vec::new();
    let mut offset = "0".to_owned();
    loop {
        let view = format!(
            "<m:IndexedPageItemView MaxEntriesReturned=\"7\" Offset=\"{offset}\" BasePoint=\"Beginning\"/>"
        );
        let text = service.ok(SOURCE, &find_item(&inbox, "Shallow", &view)).await;
        paged.extend(attributes(&text, "t:ItemId", "Id"));
        offset = attributes(&text, "m:RootFolder", "IndexedPagingOffset").remove(0);
        assert_eq!(attributes(&text, "m:RootFolder", "TotalItemsInView")[0], all.len().to_string());
        if attributes(&text, "m:RootFolder", "IncludesLastItemInRange")[0] == "true" {
            break;
        }
    }
    assert_eq!(paged, all);
    assert!(all.len() > 7);
    let hidden = service.ok(SOURCE, &find_item(&inbox, "Associated", "")).await;
    assert!(attributes(&hidden, "t:ItemId", "Id").iter().all(|id| !all.contains(id)));
}

#[tokio::test]
async fn find_item_finds_by_message_id_and_sorts_by_time() {
    let service = Service::start().await;
    let inbox = service.folder(SOURCE, "inbox").await;
    let text = service.ok(SOURCE, &find_item(&inbox, "Shallow", "")).await;
    let message_id = texts(&text, "t:Value").remove(0);
    for path in [
        "<t:ExtendedFieldURI PropertyTag=\"0x1035\" PropertyType=\"String\"/>",
        "<t:FieldURI FieldURI=\"message:InternetMessageId\"/>",
    ] {
        let restriction = format!(
            "<m:Restriction><t:IsEqualTo>{path}<t:FieldURIOrConstant><t:Constant Value=\"{message_id}\"/>\
             </t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>"
        );
        let text = service.ok(SOURCE, &find_item(&inbox, "Shallow", &restriction)).await;
        assert_eq!(texts(&text, "t:Value"), std::slice::from_ref(&message_id));
    }
    let sorted = async |order: &str| {
        let order = format!(
            "<m:SortOrder><t:FieldOrder Order=\"{order}\"><t:FieldURI FieldURI=\"item:DateTimeReceived\"/>\
             </t:FieldOrder></m:SortOrder>"
        );
        let text = service.ok(SOURCE, &find_item(&inbox, "Shallow", &order)).await;
        attributes(&text, "t:ItemId", "Id")
    };
    let mut ascending = sorted("Ascending").await;
    ascending.reverse();
    assert_eq!(ascending, sorted("Descending").await);
}

fn sync(folder: &str, state: &str, max: u32) -> String {
    format!(
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>\
         <t:FieldURI FieldURI=\"item:Size\"/><t:FieldURI FieldURI=\"item:ItemClass\"/></t:AdditionalProperties>\
         </m:ItemShape><m:SyncFolderId><t:FolderId Id=\"{folder}\"/></m:SyncFolderId><m:SyncState>{state}</m:SyncState>\
         <m:MaxChangesReturned>{max}</m:MaxChangesReturned><m:SyncScope>NormalAndAssociatedItems</m:SyncScope>\
         </m:SyncFolderItems>"
    )
}

#[tokio::test]
async fn sync_tells_what_users_did() {
    let service = Service::start().await;
    let address = service.address(SOURCE).to_owned();
    let inbox = service.folder(SOURCE, "inbox").await;
    let items = service.items(SOURCE, &inbox).await;
    let (mut state, mut seen) = (String::new(), 0);
    loop {
        let text = service.ok(SOURCE, &sync(&inbox, &state, 5)).await;
        seen += texts(&text, "t:Create").len();
        state = texts(&text, "m:SyncState").remove(0);
        if texts(&text, "m:IncludesLastItemInRange") == ["true"] {
            break;
        }
    }
    assert!(seen >= items.len());
    let user = async |action: &str, body| {
        service.control("POST", &format!("mailboxes/{address}/{action}"), body).await
    };
    let listed = user_items(&service, &address).await;
    let read = listed.iter().find(|item| item["id"] == json!(items[0])).unwrap()["read"] == true;
    user("change", json!({ "id": items[0], "read": !read })).await;
    user("change", json!({ "id": items[1], "subject": "other" })).await;
    user("delete", json!({ "id": items[2] })).await;
    user("move", json!({ "id": items[3], "to": "drafts" })).await;
    user("items", json!({ "folder": "inbox", "subject": "new", "count": 2 })).await;
    let text = service.ok(SOURCE, &sync(&inbox, &state, 512)).await;
    let count = |element: &str| texts(&text, element).len();
    assert_eq!(
        [count("t:Create"), count("t:Update"), count("t:ReadFlagChange"), count("t:Delete")],
        [2, 1, 1, 2],
        "{text}"
    );
    service
        .control("POST", &format!("mailboxes/{address}/invalidate-sync-states"), json!({}))
        .await;
    let text = service.ok(SOURCE, &sync(&inbox, &state, 512)).await;
    assert_eq!(codes(&text), ["ErrorInvalidSyncStateData"]);
    assert_eq!(texts(&text, "m:IncludesLastItemInRange"), ["true"]);
}

async fn user_items(service: &Service, address: &str) -> Vec<serde_json::Value> {
    let url = format!("{}/_sim/mailboxes/{address}/items?folder=inbox", service.running.base_url());
    service.client.get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn items_are_read_updated_moved_and_deleted() {
    let service = Service::start().await;
    let inbox = service.folder(SOURCE, "inbox").await;
    let address = service.address(SOURCE).to_owned();
    let body = json!({ "folder": "inbox", "subject": "one <&>", "body": "text" });
    let made = service.control("POST", &format!("mailboxes/{address}/items"), body).await;
    let id = made["ids"][0].as_str().unwrap().to_owned();
    let get = |id: &str| {
        format!(
            "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties>\
             <t:ExtendedFieldURI DistinguishedPropertySetId=\"PublicStrings\" PropertyName=\"X-Demo\" PropertyType=\"String\"/>\
             <t:ExtendedFieldURI PropertyTag=\"0x0FFF\" PropertyType=\"Binary\"/></t:AdditionalProperties></m:ItemShape>\
             <m:ItemIds><t:ItemId Id=\"{id}\"/><t:ItemId Id=\"AAMkbroken\"/><t:ItemId Id=\"\"/></m:ItemIds></m:GetItem>"
        )
    };
    let text = service.ok(SOURCE, &get(&id)).await;
    assert_eq!(codes(&text), ["NoError", "ErrorInvalidIdMalformed", "ErrorInvalidIdEmpty"]);
    assert_eq!(texts(&text, "t:Subject"), ["one &lt;&amp;&gt;"]);
    assert_eq!(attributes(&text, "t:Body", "BodyType"), ["Text"]);
    let key = attributes(&text, "t:ItemId", "ChangeKey").remove(0);
    let update = |key: &str| {
        let named = "<t:ExtendedFieldURI DistinguishedPropertySetId=\"PublicStrings\" PropertyName=\"X-Demo\" PropertyType=\"String\"/>";
        format!(
            "<m:UpdateItem ConflictResolution=\"NeverOverwrite\" MessageDisposition=\"SaveOnly\"><m:ItemChanges><t:ItemChange>\
             <t:ItemId Id=\"{id}\" ChangeKey=\"{key}\"/><t:Updates>\
             <t:SetItemField><t:FieldURI FieldURI=\"message:IsRead\"/><t:Message><t:IsRead>true</t:IsRead></t:Message></t:SetItemField>\
             <t:SetItemField><t:FieldURI FieldURI=\"item:Categories\"/><t:Message><t:Categories><t:String>Red</t:String></t:Categories></t:Message></t:SetItemField>\
             <t:SetItemField>{named}<t:Message><t:ExtendedProperty>{named}<t:Value>v</t:Value></t:ExtendedProperty></t:Message></t:SetItemField>\
             </t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
        )
    };
    assert_eq!(codes(&service.ok(SOURCE, &update(&key)).await), ["NoError"]);
    assert_eq!(codes(&service.ok(SOURCE, &update(&key)).await), ["ErrorIrresolvableConflict"]);
    let text = service.ok(SOURCE, &get(&id)).await;
    assert_eq!(texts(&text, "t:IsRead"), ["true"]);
    assert_eq!(texts(&text, "t:String"), ["Red"]);
    assert!(texts(&text, "t:Value").contains(&"v".to_owned()), "{text}");

    let moving = format!(
        "<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id=\"drafts\"/></m:ToFolderId>\
         <m:ItemIds><t:ItemId Id=\"{id}\"/></m:ItemIds></m:MoveItem>"
    );
    let text = service.ok(SOURCE, &moving).await;
    let moved = attributes(&text, "t:ItemId", "Id").remove(0);
    assert_ne!(moved, id);
    assert_eq!(codes(&service.ok(SOURCE, &moving).await), ["ErrorItemNotFound"]);
    let delete = format!(
        "<m:DeleteItem DeleteType=\"HardDelete\"><m:ItemIds><t:ItemId Id=\"{moved}\"/></m:ItemIds></m:DeleteItem>"
    );
    assert_eq!(codes(&service.ok(SOURCE, &delete).await), ["NoError"]);
    assert_eq!(codes(&service.ok(SOURCE, &delete).await), ["ErrorItemNotFound"]);
    assert!(!service.items(SOURCE, &inbox).await.contains(&id));
}

#[tokio::test]
async fn ids_convert_to_entry_ids_and_back_without_impersonation() {
    let service = Service::start().await;
    let inbox = service.folder(SOURCE, "inbox").await;
    let item = service.items(SOURCE, &inbox).await.remove(0);
    let address = service.address(SOURCE).to_owned();
    let convert = async |id: &str, from: &str, to: &str| {
        let body = format!(
            "<m:ConvertId DestinationFormat=\"{to}\"><m:SourceIds><t:AlternateId Format=\"{from}\" Id=\"{id}\" Mailbox=\"{address}\"/>\
             </m:SourceIds></m:ConvertId>"
        );
        let envelope = crate::support::envelope_with(
            "<t:RequestServerVersion Version=\"Exchange2016\"/>",
            &body,
        );
        service.send(SOURCE, envelope).await.unwrap().text
    };
    for id in [&inbox, &item] {
        for format in ["HexEntryId", "EntryId"] {
            let there =
                attributes(&convert(id, "EwsId", format).await, "m:AlternateId", "Id").remove(0);
            let back = attributes(&convert(&there, format, "EwsId").await, "m:AlternateId", "Id");
            assert_eq!(back, std::slice::from_ref(id));
        }
    }
    assert_eq!(codes(&convert("DUMMY", "EwsId", "EntryId").await), ["ErrorInvalidIdMalformed"]);
}
