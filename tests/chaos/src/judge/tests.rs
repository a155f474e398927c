//! Each way to be wrong is found.

use super::*;
use crate::users::Mail;

fn item(path: &str, subject: &str, body: &str) -> Item {
    let properties = format!(r#"{{"0x0037001F":"{subject}","0x1000001F":"{body}"}}"#);
    let line = format!(r#"{{"properties":{properties}}}"#);
    Item { path: path.to_owned(), subject: subject.to_owned(), line }
}

fn side(items: &[(&str, &str, &str)]) -> Side {
    let mut side = Side::new();
    for (path, subject, body) in items {
        *side.entry(item(path, subject, body)).or_default() += 1;
    }
    side
}

fn state(folder: &str, body: &str) -> State {
    State { folder: folder.to_owned(), body: body.to_owned(), read: false }
}

const OLD: (&str, &str, &str) = ("{inbox}", "old", "text");
const NEW: (&str, &str, &str) = ("{inbox}", "chaos made 000001", "text 1");
const GUEST: (&str, &str, &str) = ("{inbox}", "chaos arrived 000002", "text 2");

fn mails(copy: Copy) -> Mails {
    let mut mails = Mails::default();
    let source = Some(("id".to_owned(), state("inbox", "text 1")));
    mails.made.insert(NEW.1.to_owned(), Mail { mailbox: 0, source, copy, touched: 0 });
    mails.arrived.insert(GUEST.1.to_owned(), (0, state("inbox", "text 2")));
    mails
}

fn findings(mails: &Mails, source: &Side, destination: &Side, before: &Side) -> Vec<String> {
    let case = Case { at: 0, mails, source, destination };
    let mut found = case.source_is_untouched(before);
    found.extend(case.differences().into_iter().map(|(_, text)| text));
    found.extend(case.made(false));
    found.extend(case.arrived());
    found
}

#[test]
fn what_is_as_it_has_to_be_is_no_finding() {
    let (source, before) = (side(&[OLD, OLD, NEW]), side(&[OLD, OLD]));
    let destination = side(&[OLD, OLD, NEW, GUEST]);
    let found = findings(&mails(Copy::Follows), &source, &destination, &before);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn each_way_to_be_wrong_is_found() {
    let (source, before) = (side(&[OLD, OLD, NEW]), side(&[OLD, OLD]));
    let moved = ("{sentitems}", NEW.1, NEW.2);
    let changed = ("{inbox}", "old", "another text");
    let wrong = [
        ("a twin is missing", vec![OLD, NEW, GUEST], "missing, 1 times"),
        ("a twin too many", vec![OLD, OLD, OLD, NEW, GUEST], "doubled, 1 times"),
        ("a new one twice", vec![OLD, OLD, NEW, NEW, GUEST], "doubled, 1 times"),
        ("a new one lost", vec![OLD, OLD, GUEST], "missing, 1 times"),
        ("in another folder", vec![OLD, OLD, moved, GUEST], "it is in {sentitems}"),
        ("another text", vec![OLD, changed, NEW, GUEST], "differs"),
        ("a guest is gone", vec![OLD, OLD, NEW], "arrived"),
        ("a guest twice", vec![OLD, OLD, NEW, GUEST, GUEST], "arrived"),
        ("nobody's", vec![OLD, OLD, NEW, GUEST, ("{inbox}", "x", "y")], "not in the source"),
    ];
    for (what, items, text) in wrong {
        let found = findings(&mails(Copy::Follows), &source, &side(&items), &before);
        assert_eq!(found.len(), 1, "{what}: {found:?}");
        assert!(found[0].contains(text), "{what}: {found:?}");
    }
}

#[test]
fn a_touched_source_is_found() {
    let destination = side(&[OLD, NEW, GUEST]);
    let source = side(&[OLD, NEW]);
    let found = findings(&mails(Copy::Follows), &source, &destination, &side(&[OLD, OLD]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("gone from the source"), "{found:?}");
    let lost = side(&[OLD]);
    let found = findings(&mails(Copy::Follows), &lost, &side(&[OLD, GUEST]), &lost);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("at the source"), "{found:?}");
}

#[test]
fn a_copy_its_user_touched_is_judged_by_the_model_alone() {
    let (source, before) = (side(&[OLD, NEW]), side(&[OLD]));
    let own = ("{inbox}", NEW.1, "own text");
    let mails = mails(Copy::Own(Some(state("inbox", "own text"))));
    assert_eq!(findings(&mails, &source, &side(&[OLD, own, GUEST]), &before).len(), 0);
    assert_eq!(findings(&mails, &source, &side(&[OLD, NEW, GUEST]), &before).len(), 1);
    assert_eq!(findings(&mails, &source, &side(&[OLD, own, NEW, GUEST]), &before).len(), 1);
}
