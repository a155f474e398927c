//! The tree of folders.

use super::Fixture;
use crate::mailbox::{FolderChange, Refusal};
use crate::mapi::{Value, tags};

#[test]
fn well_known_folders_are_named_in_the_mailboxs_language() {
    let fixture = Fixture::with(1, "de-DE", false);
    let name = |id: &str| fixture.mailbox.folder(fixture.known(id)).unwrap().name;
    assert_eq!(name("inbox"), "Posteingang");
    assert_eq!(name("sentitems"), "Gesendete Elemente");
    assert_eq!(name("Calendar"), "Kalender");
    assert_eq!(fixture.mailbox.distinguished("archivemsgfolderroot"), None);
    let english = Fixture::with(1, "xx", true);
    let inbox = english.mailbox.folder(english.known("inbox")).unwrap();
    assert_eq!(inbox.name, "Inbox");
    assert!(english.mailbox.distinguished("archiverecoverableitemsdeletions").is_some());
}

#[test]
fn names_clash_whatever_their_case() {
    let mut fixture = Fixture::new(1);
    let top = fixture.known("msgfolderroot");
    let own = fixture.mailbox.create_folder(top, "Äpfel & Birnen", "IPF.Note").unwrap();
    let create = |fixture: &mut Fixture, name: &str| fixture.mailbox.create_folder(top, name, "");
    assert_eq!(create(&mut fixture, "äPFEL & bIRNEN"), Err(Refusal::FolderExists));
    assert_eq!(create(&mut fixture, "INBOX"), Err(Refusal::FolderExists));
    assert_eq!(create(&mut fixture, ""), Err(Refusal::FolderName));
    assert_eq!(create(&mut fixture, &"x".repeat(256)), Err(Refusal::FolderName));
    assert!(create(&mut fixture, &"é".repeat(255)).is_ok());
    assert_eq!(fixture.mailbox.rename_folder(own, "ÄPFEL & Birnen"), Ok(()));
    assert_eq!(fixture.mailbox.find_child(top, "äpfel & birnen"), Some(own));
}

#[test]
fn well_known_folders_stay_where_they_are() {
    let mut fixture = Fixture::new(1);
    let (top, inbox) = (fixture.known("msgfolderroot"), fixture.known("inbox"));
    let own = fixture.mailbox.create_folder(top, "own", "").unwrap();
    let below = fixture.mailbox.create_folder(own, "below", "").unwrap();
    assert_eq!(fixture.mailbox.move_folder(inbox, own), Err(Refusal::MoveDistinguished));
    assert_eq!(fixture.mailbox.delete_folder(inbox), Err(Refusal::DeleteDistinguished));
    assert_eq!(fixture.mailbox.move_folder(own, below), Err(Refusal::MoveIntoItself));
    assert_eq!(fixture.mailbox.move_folder(own, inbox), Ok(()));
    assert_eq!(fixture.mailbox.folder_path(below), ["{inbox}", "own", "below"]);
}

#[test]
fn deep_listing_is_paged_and_whole() {
    let mut fixture = Fixture::new(1);
    let mut parent = fixture.known("inbox");
    for level in 0..5 {
        parent = fixture.mailbox.create_folder(parent, &format!("level {level}"), "").unwrap();
    }
    let top = fixture.known("msgfolderroot");
    let whole = fixture.mailbox.children(top, true, 0, 1000).unwrap();
    assert!(whole.last && whole.total == whole.entries.len() as u64);
    let mut paged = Vec::new();
    let mut offset = 0;
    loop {
        let page = fixture.mailbox.children(top, true, offset, 4).unwrap();
        offset = page.next;
        paged.extend(page.entries);
        if page.last {
            break;
        }
    }
    assert_eq!(paged, whole.entries);
    let position = |id| paged.iter().position(|folder| Some(folder.id) == id);
    for folder in &paged {
        assert!(folder.parent == Some(top) || position(folder.parent) < position(Some(folder.id)));
    }
    let shallow = fixture.mailbox.children(fixture.known("inbox"), false, 0, 10).unwrap();
    assert_eq!(shallow.total, 1);
}

#[test]
fn deleting_a_folder_takes_its_content_along() {
    let mut fixture = Fixture::new(1);
    let top = fixture.known("msgfolderroot");
    let own = fixture.mailbox.create_folder(top, "own", "").unwrap();
    let below = fixture.mailbox.create_folder(own, "below", "").unwrap();
    let item = fixture.add(below, "a");
    assert!(fixture.mailbox.used() > 0);
    fixture.mailbox.delete_folder(own).unwrap();
    assert_eq!(fixture.mailbox.used(), 0);
    assert_eq!(fixture.mailbox.item(item), Err(Refusal::ItemNotFound));
    assert_eq!(fixture.mailbox.folder(below), Err(Refusal::FolderNotFound));
}

#[test]
fn hierarchy_sync_tells_each_change_once() {
    let mut fixture = Fixture::new(1);
    let top = fixture.known("msgfolderroot");
    let first = fixture.mailbox.sync_folders(Some(top), None).unwrap();
    let all = fixture.mailbox.children(top, true, 0, 1000).unwrap();
    assert_eq!(first.changes.len() as u64, all.total);
    let next = |fixture: &Fixture, state: &str| {
        fixture.mailbox.sync_folders(Some(top), Some(state)).unwrap()
    };
    let quiet = next(&fixture, &first.state);
    assert!(quiet.changes.is_empty() && quiet.last);
    let own = fixture.mailbox.create_folder(top, "own", "").unwrap();
    let created = next(&fixture, &quiet.state);
    assert_eq!(created.changes, [FolderChange::Create(own)]);
    fixture.mailbox.rename_folder(own, "mine").unwrap();
    let renamed = next(&fixture, &created.state);
    assert_eq!(renamed.changes, [FolderChange::Update(own)]);
    // Out of the tree that is synced: gone for this client.
    let root = fixture.known("root");
    fixture.mailbox.move_folder(own, root).unwrap();
    let moved = next(&fixture, &renamed.state);
    assert_eq!(moved.changes, [FolderChange::Delete(own)]);
    // Created and deleted in between: never told.
    let brief = fixture.mailbox.create_folder(top, "brief", "").unwrap();
    fixture.mailbox.delete_folder(brief).unwrap();
    assert!(next(&fixture, &moved.state).changes.is_empty());
}

#[test]
fn hierarchy_states_belong_to_one_root() {
    let fixture = Fixture::new(1);
    let top = fixture.known("msgfolderroot");
    let root = fixture.known("root");
    let state = fixture.mailbox.sync_folders(Some(root), None).unwrap().state;
    assert!(state.starts_with("H4sI"));
    for other in [Some(top), None] {
        let refused = fixture.mailbox.sync_folders(other, Some(&state));
        assert_eq!(refused, Err(Refusal::InvalidSyncState));
    }
}

#[test]
fn fingerprint_moves_with_every_change_of_content() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    let print = |fixture: &Fixture| {
        let info = fixture.mailbox.folder(inbox).unwrap();
        let get = |tag| fixture.mailbox.folder_property(&info, tag).unwrap();
        (get(tags::LOCAL_COMMIT_TIME_MAX).as_time().unwrap(), get(tags::DELETED_COUNT))
    };
    let empty = print(&fixture);
    let item = fixture.add(inbox, "a");
    let added = print(&fixture);
    assert!(added.0 > empty.0, "even while the clock stands");
    fixture.mailbox.set_read(item, true).unwrap();
    let read = print(&fixture);
    assert!(read.0 > added.0);
    fixture.mailbox.set_read(item, true).unwrap();
    assert_eq!(print(&fixture), read, "nothing changed");
    let drafts = fixture.known("drafts");
    fixture.mailbox.move_item(item, drafts).unwrap();
    let moved = print(&fixture);
    assert!(moved.0 > read.0);
    assert_eq!((read.1, moved.1), (Value::I32(0), Value::I32(1)));
}
