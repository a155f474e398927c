//! Dumps and digests.

use super::{Fixture, note};
use crate::fasttransfer::{Export, Parser};
use crate::mailbox::Import;
use crate::mapi::{Attachment, Content, Style, tags};

fn dump(fixture: &Fixture) -> String {
    let mut out = Vec::new();
    fixture.mailbox.dump(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).expect("valid JSON");
    text
}

/// A source with odd and equal items.
fn source() -> Fixture {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    fixture.add_row(inbox, 10);
    for subject in ["twin", "twin", "\"quoted\" <&> 🛷"] {
        fixture.add(inbox, subject);
    }
    let mut big = note("big");
    big.attachments.push(Attachment::file("a", Content::generated(Style::Data, 1, 100_000)));
    let sub = fixture.mailbox.create_folder(inbox, "a/b \"c\"", "IPF.Note").unwrap();
    fixture.mailbox.import(sub, Import::CreateNew, true, big).unwrap();
    fixture
}

/// Copies everything through blobs, in another order, into a mailbox of another language.
fn copy(source: &Fixture) -> Fixture {
    let mut target = Fixture::with(2, "de-DE", true);
    target.tick();
    let inbox = target.known("inbox");
    let sub = target.mailbox.create_folder(inbox, "a/b \"c\"", "IPF.Note").unwrap();
    let from = source.known("inbox");
    let from_sub = source.mailbox.find_child(from, "a/b \"c\"").unwrap();
    for (from, to) in [(from, inbox), (from_sub, sub)] {
        for id in source.mailbox.item_ids(from).unwrap() {
            let record = source.mailbox.item(id).unwrap();
            let mut parser = Parser::new();
            for chunk in Export::new(&record.item) {
                parser.push(&chunk).unwrap();
            }
            let item = parser.finish().unwrap();
            let associated = record.listed.associated;
            target.mailbox.import(to, Import::CreateNew, associated, item).unwrap();
        }
    }
    target
}

#[test]
fn a_copy_dumps_equal_whatever_the_order_and_the_language() {
    let source = source();
    let target = copy(&source);
    assert_eq!(dump(&source), dump(&target));
    assert_eq!(source.mailbox.digest(), target.mailbox.digest());
}

#[test]
fn one_changed_property_or_missing_twin_shows() {
    let source = source();
    let mut changed = copy(&source);
    let inbox = changed.known("inbox");
    let id = changed.mailbox.item_ids(inbox).unwrap()[0];
    changed
        .mailbox
        .change_item(id, |item| {
            item.props.set(tags::IMPORTANCE, 2);
        })
        .unwrap();
    assert_ne!(dump(&source), dump(&changed));
    assert_ne!(source.mailbox.digest(), changed.mailbox.digest());
    let mut doubled = copy(&source);
    let again = doubled.mailbox.item(id).unwrap().item.as_ref().clone();
    doubled.mailbox.import(inbox, Import::CreateNew, false, again).unwrap();
    assert_ne!(source.mailbox.digest(), doubled.mailbox.digest());
    assert_ne!(dump(&source), dump(&doubled));
}

#[test]
fn dumps_name_what_is_in_them_and_leave_out_what_is_renewed() {
    let text = dump(&source());
    assert!(text.contains(r#""path":["{inbox}","a/b \"c\""]"#));
    assert!(text.contains(r#""0x0037001F":"twin""#));
    assert!(text.contains(r#""associated":true"#));
    assert!(!text.contains("0x30070040"));
}
