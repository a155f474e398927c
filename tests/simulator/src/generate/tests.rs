//! Generated mailboxes: complete, repeatable, sound, cheap.

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use super::{
    Profile,
    bulk::Bulk,
    calendar::appointment_property,
    fill,
    profile::Sizes,
    random::Random,
    recurrence::{Exception, Weekly},
};
use crate::fasttransfer::{Export, Parser};
use crate::mailbox::{ItemSource, Mailbox, Options, Record};
use crate::mapi::{Content, Item, Time, Value, tags};

fn filled(profile: &Profile) -> Mailbox {
    let mut mailbox = Mailbox::new(Options {
        guid: Uuid::from_u128(1),
        locale: "en-US".to_owned(),
        archive: false,
        quota: None,
        max_item_size: u64::MAX,
        clock: Arc::new(|| Time::from_unix_seconds(1_700_000_000)),
    });
    fill(&mut mailbox, profile).unwrap();
    mailbox
}

fn records(mailbox: &Mailbox) -> Vec<Record> {
    let root = mailbox.distinguished("root").unwrap();
    let folders = mailbox.children(root, true, 0, 1000).unwrap().entries;
    let ids = folders.iter().flat_map(|folder| mailbox.item_ids(folder.id).unwrap());
    ids.map(|id| mailbox.item(id).unwrap()).collect()
}

fn small() -> Profile {
    Profile::named("small", 120, 7).unwrap()
}

#[test]
fn every_kind_of_item_is_there() {
    let mailbox = filled(&small());
    let records = records(&mailbox);
    let classes: BTreeSet<&str> = records.iter().map(|record| record.item.class()).collect();
    for class in [
        "IPM.Note",
        "IPM.Appointment",
        "IPM.Contact",
        "IPM.DistList",
        "IPM.Task",
        "IPM.Activity",
        "IPM.StickyNote",
        "IPM.Post",
        "IPM.Schedule.Meeting.Request",
        "IPM.Longhaul.Sample.Unknown",
    ] {
        assert!(classes.contains(class), "{class} in {classes:?}");
    }
    assert!(classes.iter().any(|class| class.starts_with("IPM.Schedule.Meeting.Resp.")));
    assert!(records.iter().any(|record| record.listed.associated));
    let depth = |item: &Item| nesting(item);
    assert_eq!(records.iter().map(|record| depth(&record.item)).max(), Some(3));
    let drafts = mailbox.distinguished("drafts").unwrap();
    let draft = mailbox.item(mailbox.item_ids(drafts).unwrap()[0]).unwrap();
    assert_eq!(draft.item.props.integer(tags::MESSAGE_FLAGS), Some(9));
    let contacts = records.iter().filter(|record| record.item.class() == "IPM.Contact");
    assert!(contacts.clone().all(|c| c.item.props.get(tags::INTERNET_MESSAGE_ID).is_none()));
    assert!(contacts.clone().any(|contact| !contact.item.attachments.is_empty()));
    for body in [tags::BODY, tags::HTML, tags::RTF_COMPRESSED] {
        assert!(records.iter().any(|record| record.item.props.get(body).is_some()), "{body:?}");
    }
}

fn nesting(item: &Item) -> usize {
    let inner = item.attachments.iter().filter_map(|attachment| attachment.embedded.as_ref());
    1 + inner.map(|embedded| nesting(embedded)).max().unwrap_or(0)
}

#[test]
fn folders_are_deep_odd_and_empty() {
    let mailbox = filled(&small());
    let inbox = mailbox.distinguished("inbox").unwrap();
    let names: Vec<String> = mailbox
        .children(inbox, false, 0, 99)
        .unwrap()
        .entries
        .into_iter()
        .map(|f| f.name)
        .collect();
    for name in ["\"quoted\" & <marked>", "  spaces around  ", "one/two\\three", "Empty"] {
        assert!(names.iter().any(|found| found == name), "{name}");
    }
    assert!(names.iter().any(|name| name.chars().count() == 255));
    let top = mailbox.distinguished("msgfolderroot").unwrap();
    let all = mailbox.children(top, true, 0, 99).unwrap().entries;
    assert!(all.iter().any(|folder| mailbox.folder_path(folder.id).len() == 6));
}

#[test]
fn the_same_seed_makes_the_same_mailbox_and_another_does_not() {
    let first = filled(&small()).digest();
    assert_eq!(first, filled(&small()).digest());
    assert_ne!(first, filled(&Profile { seed: 8, ..small() }).digest());
}

#[test]
fn every_item_survives_its_blob() {
    for record in records(&filled(&small())) {
        let mut parser = Parser::new();
        for chunk in Export::new(&record.item) {
            parser.push(&chunk).unwrap();
        }
        assert_eq!(parser.finish().unwrap(), *record.item, "{}", record.item.class());
    }
}

#[test]
fn only_reserved_domains_are_named() {
    for record in records(&filled(&small())) {
        for (_, value) in record.item.props.iter() {
            let Value::Text(text) = value else { continue };
            for address in text.split([' ', '<', '>', '"', ';']).filter(|word| word.contains('@')) {
                let reserved = [".example", ".test"].iter().any(|end| address.ends_with(end));
                assert!(reserved, "{address}");
            }
        }
    }
}

#[test]
fn twins_are_equal_but_for_their_ids() {
    let mailbox = filled(&small());
    let inbox = mailbox.distinguished("inbox").unwrap();
    let twins = mailbox.find_child(inbox, "Twins").unwrap();
    let ids = mailbox.item_ids(twins).unwrap();
    let items: Vec<Record> = ids.iter().map(|id| mailbox.item(*id).unwrap()).collect();
    assert!(items.len() >= 6);
    let whole = items.len() - items.len() % 2;
    let oldest_first: Vec<&Record> = items.iter().rev().take(whole).collect();
    for pair in oldest_first.chunks(2) {
        assert_eq!(pair[0].item, pair[1].item);
    }
}

#[test]
fn bulk_items_have_the_size_they_are_listed_with() {
    for sizes in [Sizes::Fixed(10_000), Sizes::Fixed(1), Sizes::Around(5000)] {
        let row = Bulk::new(3, 200, sizes);
        for index in [0, 1, 5, 199] {
            let mut item = row.item(index);
            let created = item.props.remove(tags::CREATION_TIME).unwrap().as_time().unwrap();
            item.props.remove(tags::LAST_MODIFICATION_TIME);
            let made = crate::mailbox::Facts::of(&item, created);
            assert_eq!(made, row.facts(index), "{sizes:?} {index}");
        }
        let sum: u64 = (0..200).map(|index| row.facts(index).size).sum();
        let unread = (0..200).filter(|index| !row.facts(*index).read).count() as u64;
        assert_eq!((row.totals().bytes, row.totals().unread), (sum, unread));
    }
    assert_eq!(Bulk::new(3, 1, Sizes::Fixed(10_000)).facts(0).size, 10_000);
}

#[test]
fn a_terabyte_mailbox_is_made_at_once() {
    let mailbox = filled(&Profile::named("bulk:100000:7", 10_000_000, 1).unwrap());
    assert_eq!(mailbox.used(), 1_000_000_000_000);
    let top = mailbox.distinguished("msgfolderroot").unwrap();
    let folder = mailbox.find_child(top, "Bulk 0006").unwrap();
    assert_eq!(mailbox.folder(folder).unwrap().counts.items, 10_000_000 / 7);
}

#[test]
fn huge_profiles_hold_an_attachment_near_the_limit() {
    let mailbox = filled(&Profile::named("huge", 2000, 1).unwrap());
    let archive = mailbox.distinguished("archive").unwrap();
    let heavy = mailbox.find_child(archive, "Heavy").unwrap();
    let sizes = mailbox.item_ids(heavy).unwrap().into_iter().map(|id| {
        let record = mailbox.item(id).unwrap();
        let last = record.item.attachments.last().unwrap();
        last.props.get(tags::ATTACH_DATA).and_then(Value::as_content).map(Content::len).unwrap()
    });
    assert_eq!(sizes.max(), Some(149 << 20));
}

/// Reads little-endian numbers from a recurrence blob.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Vec<u8> {
        let (now, later) = self.0.split_at(count);
        self.0 = later;
        now.to_vec()
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take(2).try_into().unwrap())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take(4).try_into().unwrap())
    }

    fn list(&mut self) -> Vec<u32> {
        (0..self.u32()).map(|_| self.u32()).collect()
    }
}

#[test]
fn recurrence_blobs_are_laid_out_as_documented() {
    // 2024-01-03, a Wednesday, 10:00.
    let start = Time::from_unix_seconds(1_704_276_000);
    let mut weekly =
        Weekly { start, duration: 45, every: 2, count: 6, deleted: vec![1], exceptions: vec![] };
    let original = weekly.occurrence(3);
    let moved = original.plus(Time::DAY);
    weekly.exceptions.push(Exception {
        original,
        start: moved,
        end: moved.plus(Time::DAY / 24),
        subject: "grün".to_owned(),
        location: "x".to_owned(),
    });
    let bytes = weekly.to_bytes();
    let mut read = Reader(&bytes);
    let day = |time: Time| time.minutes() / 1440 * 1440;
    assert_eq!([0; 5].map(|_: i32| read.u16()), [0x3004, 0x3004, 0x200B, 1, 0]);
    assert_eq!(read.u32(), (day(start) - 3 * 1440) % (2 * 10_080), "the Sunday before");
    assert_eq!([0; 3].map(|_: i32| read.u32()), [2, 0, 1 << 3], "every two weeks, Wednesday");
    assert_eq!([0; 3].map(|_: i32| read.u32()), [0x2022, 6, 0]);
    assert_eq!(read.list(), [day(weekly.occurrence(1)), day(original)]);
    assert_eq!(read.list(), [day(moved)]);
    assert_eq!([read.u32(), read.u32()], [day(start), day(weekly.occurrence(5))]);
    assert_eq!([0; 4].map(|_: i32| read.u32()), [0x3006, 0x3009, 600, 645]);
    assert_eq!(read.u16(), 1);
    let times = [moved.minutes(), moved.minutes() + 60, original.minutes()];
    assert_eq!([0; 3].map(|_: i32| read.u32()), times);
    assert_eq!([0; 3].map(|_: i32| read.u16()), [0x31, 5, 4]);
    assert_eq!(read.take(4), b"gr?n");
    assert_eq!([read.u16(), read.u16()], [2, 1]);
    assert_eq!(read.take(1), b"x");
    assert_eq!([0; 2].map(|_: i32| read.u32()), [1, 0], "busy status, reserved block");
    assert_eq!([0; 3].map(|_: i32| read.u32()), [4, 0, 0]);
    assert_eq!([0; 3].map(|_: i32| read.u32()), times);
    assert_eq!(read.u16(), 4);
    assert_eq!(read.take(8), "grün".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    assert_eq!(read.u16(), 1);
    assert_eq!(read.take(2), b"x\0");
    assert_eq!([read.u32(), read.u32()], [0, 0]);
    assert!(read.0.is_empty());
}

#[test]
fn series_keep_their_exceptions_as_hidden_messages() {
    let item = super::kinds::Kind::Series
        .make(&mut Random::of(1, &[]), Time::from_unix_seconds(1_704_276_000));
    assert!(item.props.get(appointment_property(0x8216)).is_some());
    assert_eq!(item.attachments.len(), 2);
    for attachment in &item.attachments {
        assert_eq!(attachment.props.bool(tags::ATTACHMENT_HIDDEN), Some(true));
        let class = attachment.embedded.as_ref().unwrap().class();
        assert_eq!(class, "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}");
    }
}

#[test]
fn profiles_take_sizes_behind_their_names() {
    let named = |name| Profile::named(name, 10, 1);
    assert_eq!(named("demo:900").unwrap().big_attachment, 900);
    assert_eq!(named("bulk").unwrap().bulk_folders, 1);
    assert_eq!(named("bulk:5000").unwrap().bulk_sizes, Sizes::Fixed(5000));
    for bad in ["other", "bulk:", "bulk:x", "bulk:1:0", "bulk:1:2:3", "demo:1:2", ""] {
        assert_eq!(named(bad), None, "{bad}");
    }
}
