//! Ids and change keys.

use super::Fixture;
use crate::mailbox::{FolderId, ItemId, Refusal};

#[test]
fn ids_look_like_the_services_and_come_back() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    let own = fixture.mailbox.create_folder(inbox, "own", "IPF.Note").unwrap();
    let item = fixture.add(own, "a");
    let mailbox = &fixture.mailbox;
    assert!(mailbox.folder_id_text(inbox).starts_with("AQMkA"));
    assert!(mailbox.folder_id_text(own).starts_with("AAMkA"));
    let text = mailbox.item_id_text(item);
    assert!(text.starts_with("AAMkA"));
    assert_eq!(text.len(), 152);
    assert_eq!(mailbox.parse_item_id(&text), Ok(item));
    let respelt = mailbox.item_id_respelt(item);
    assert_ne!(respelt, text);
    assert_eq!(mailbox.parse_item_id(&respelt), Ok(item));
    for folder in [inbox, own] {
        assert_eq!(mailbox.parse_folder_id(&mailbox.folder_id_text(folder)), Ok(folder));
    }
    assert_eq!(mailbox.item_entry_id(item).len(), 70);
    assert_eq!(mailbox.folder_entry_id(inbox).len(), 46);
}

#[test]
fn big_and_small_counters_come_back_in_both_spellings() {
    let mailbox = Fixture::new(2).mailbox;
    for number in [0, 1, 255, 256, 0x0101_0101_0101, 0xFFFF_FFFF_FFFF, 0xFFFF_FFFE] {
        let item = ItemId { folder: FolderId(number), number: number ^ 1 };
        assert_eq!(mailbox.parse_item_id(&mailbox.item_id_text(item)), Ok(item));
        assert_eq!(mailbox.parse_item_id(&mailbox.item_id_respelt(item)), Ok(item));
    }
}

#[test]
fn malformed_ids_differ_from_foreign_ones() {
    let ours = Fixture::new(1).mailbox;
    let theirs = Fixture::new(2).mailbox;
    let item = ItemId { folder: FolderId(7), number: 8 };
    let foreign = theirs.item_id_text(item);
    assert_eq!(ours.parse_item_id(&foreign), Err(Refusal::ItemNotFound));
    let foreign = theirs.folder_id_text(FolderId(7));
    assert_eq!(ours.parse_folder_id(&foreign), Err(Refusal::FolderNotFound));
    let good = ours.item_id_text(item);
    for bad in ["", "AAMk", "AAM=", "not base64!", &good[..148], &good.to_lowercase()] {
        assert_eq!(ours.parse_item_id(bad), Err(Refusal::MalformedId), "{bad}");
        assert_eq!(ours.parse_folder_id(bad), Err(Refusal::MalformedId), "{bad}");
    }
    assert_eq!(ours.parse_folder_id(&good), Err(Refusal::MalformedId));
}

#[test]
fn change_keys_carry_the_kind_and_move_on() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    let item = fixture.add(inbox, "a");
    let before = fixture.mailbox.listed(item).unwrap();
    let key = fixture.mailbox.item_change_key(&before, "IPM.Note");
    assert!(key.starts_with("CQAAABYA"));
    assert!(fixture.mailbox.item_change_key(&before, "IPM.Appointment").starts_with("DwAAABYA"));
    assert!(fixture.mailbox.folder_change_key(inbox).unwrap().starts_with("AQAAABYA"));
    assert_eq!(fixture.mailbox.parse_change_key(&key), Ok(before.change));
    fixture.mailbox.set_read(item, true).unwrap();
    let after = fixture.mailbox.listed(item).unwrap();
    assert!(after.change > before.change);
    assert_eq!(fixture.mailbox.parse_change_key("CQAA"), Err(Refusal::MalformedChangeKey));
}
