//! Every request against the official schema.
//!
//! The schema is Microsoft's and not part of this repository: name its folder (with `all.xsd`) in
//! `EWS_SCHEMA_DIR`, and have `xmllint` at hand.

use std::io::Write as _;
use std::process::{Command, Stdio};

use longhaul_core::Timestamp;

use super::*;
use crate::blob::Base64Text;
use crate::{
    Deletion, FolderId, FolderName, ItemId, NewFolder, PropertyChange, SyncScope, Traversal,
    Upload, UploadAction,
};

const SMTP: &str = "o'hara&co@contoso.test";

fn requests() -> Vec<(&'static str, Vec<u8>)> {
    let folder = FolderId::new("AQ<&>==");
    let versioned = ItemId { id: "AAM=".into(), change_key: Some("CQ==".into()) };
    let ids = [ItemId::new("AAM\"="), versioned.clone()];
    let inbox = FolderName::Distinguished("inbox");
    let both = [inbox, FolderName::Id(&folder)];
    let find = |traversal, order| find_item::request(SMTP, &folder, traversal, order, 10, 250);
    let mut requests = vec![
        ("get_folder", get_folder::request(SMTP, &both)),
        ("find_folder", find_folder::request(SMTP, inbox, 0, 1000)),
        ("sync_folder_hierarchy", sync_folder_hierarchy::request(SMTP, inbox, Some("H4sI"))),
        (
            "sync_folder_items",
            sync_folder_items::request(SMTP, &folder, None, 512, SyncScope::NormalAndAssociated),
        ),
        (
            "sync_folder_items again",
            sync_folder_items::request(SMTP, &folder, Some("H4sI"), 1, SyncScope::Normal),
        ),
        ("find_item", find(Traversal::Associated, find_item::Order::OldestFirst)),
        ("find_item newest first", find(Traversal::Shallow, find_item::Order::NewestFirst)),
        ("get_item", get_item::request(SMTP, &ids)),
        ("export_items", export_items::request(SMTP, &ids)),
        ("delete_item", delete_item::request(SMTP, &ids, Deletion::HardDelete)),
        ("move_item", move_item::request(SMTP, &ids, inbox)),
        ("move_folder", move_folder::request(SMTP, &folder, &folder)),
        ("update_folder", update_folder::request(SMTP, &folder, "IPF.Note", "R&D")),
        (
            "update_folder of a calendar",
            update_folder::request(SMTP, &folder, "IPF.Appointment", "R&D"),
        ),
        ("delete_folder", delete_folder::request(SMTP, &folder, Deletion::MoveToDeletedItems)),
        (
            "update_item",
            update_item::request(
                SMTP,
                &[(
                    &versioned,
                    &[
                        PropertyChange::Read(true),
                        PropertyChange::Text { tag: 0x0037, value: "a < b".into() },
                        PropertyChange::Integer { tag: 0x1080, value: -1 },
                        PropertyChange::Time { tag: 0x0E06, value: Timestamp(1_700_000_000_000) },
                    ][..],
                )],
            ),
        ),
    ];
    for class in [
        None,
        Some("IPF.Note"),
        Some("IPF.Appointment"),
        Some("IPF.Contact.MOC.QuickContacts"),
        Some("ipf.task"),
    ] {
        let folder = NewFolder { name: "R&D <x>".into(), class: class.map(str::to_owned) };
        requests.push(("create_folder", create_folder::request(SMTP, inbox, &folder)));
    }
    let uploads = [
        UploadAction::CreateNew,
        UploadAction::Update(ids[0].clone()),
        UploadAction::UpdateOrCreate(versioned),
    ]
    .map(|action| Upload { data: Base64Text::encode(b"data"), associated: true, action });
    let upload = upload_items::pieces(SMTP, &folder, uploads.to_vec()).map(|p| p.concat());
    requests.push(("upload_items", upload));
    requests
        .into_iter()
        .map(|(name, request)| (name, request.expect("every text can be written")))
        .collect()
}

#[test]
fn every_request_is_valid_by_the_official_schema() {
    let Some(folder) = std::env::var_os("EWS_SCHEMA_DIR") else {
        println!("skipped: EWS_SCHEMA_DIR does not name the folder of the schema");
        return;
    };
    for (name, request) in requests() {
        let mut xmllint = Command::new("xmllint")
            .args(["--noout", "--schema", "all.xsd", "-"])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("xmllint is installed");
        xmllint.stdin.take().expect("piped").write_all(&request).expect("it reads");
        let output = xmllint.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&request);
        let verdict = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {verdict}\n{text}");
    }
}

#[test]
fn texts_are_escaped_and_their_meaning_stays() {
    for (name, request) in requests() {
        let text = String::from_utf8(request).expect("UTF-8");
        assert!(
            text.contains("o&apos;hara&amp;co@contoso.test") || text.contains("o'hara&amp;co@"),
            "{name}: {text}"
        );
        assert!(!text.contains("AQ<&>"), "{name}: {text}");
    }
}

#[test]
fn a_character_that_xml_forbids_is_refused_before_sending() {
    for bad in ["bell\u{7}", "\0", "\u{FFFE}"] {
        let folder = NewFolder { name: bad.into(), class: None };
        let error = create_folder::request(SMTP, FolderName::Distinguished("inbox"), &folder)
            .expect_err("XML cannot carry it");
        assert_eq!(error.executed(), crate::Executed::No);
        get_item::request(SMTP, &[ItemId::new(bad)]).expect_err("nor in an attribute");
    }
}
