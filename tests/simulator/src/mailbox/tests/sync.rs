//! Sync of a folder's items.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Fixture, note};
use crate::mailbox::{Deletion, Import, ItemChange, ItemId, Refusal, SyncRequest};
use crate::mapi::tags;

#[test]
fn first_sync_lists_all_newest_first_in_pages() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    fixture.add_row(inbox, 5);
    fixture.add(inbox, "last");
    let (all, state) = fixture.sync(inbox, None, 2);
    let expected = ["last", "4", "3", "2", "1", "0"].map(|name| format!("create {name}"));
    assert_eq!(all, expected);
    assert!(state.starts_with("H4sI"));
    assert!(fixture.sync(inbox, Some(&state), 2).0.is_empty());
}

#[test]
fn each_kind_of_change_is_told_as_what_it_is() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    fixture.add_row(inbox, 4);
    let (_, state) = fixture.sync(inbox, None, 512);
    let ids = fixture.mailbox.item_ids(inbox).unwrap();
    fixture.mailbox.set_read(ids[0], false).unwrap();
    let change = |item: &mut crate::mapi::Item| {
        item.props.set(tags::SUBJECT, "changed");
    };
    fixture.mailbox.change_item(ids[1], change).unwrap();
    fixture.mailbox.set_read(ids[1], false).unwrap();
    fixture.mailbox.delete_item(ids[2], Deletion::Hard).unwrap();
    let drafts = fixture.known("drafts");
    fixture.mailbox.move_item(ids[3], drafts).unwrap();
    fixture.add(inbox, "new");
    let brief = fixture.add(inbox, "brief");
    fixture.mailbox.delete_item(brief, Deletion::Hard).unwrap();
    let (changes, state) = fixture.sync(inbox, Some(&state), 512);
    assert_eq!(changes, ["create new", "read=false 3", "update changed", "delete", "delete"]);
    assert!(fixture.sync(inbox, Some(&state), 512).0.is_empty());
    assert_eq!(fixture.sync(drafts, None, 9).0, ["create 0"]);
}

#[test]
fn associated_items_come_only_when_asked_for_and_ignored_ones_never() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    let hidden = fixture.mailbox.import(inbox, Import::CreateNew, true, note("hidden")).unwrap();
    let shown = fixture.add(inbox, "shown");
    let ask = |associated, ignore: &[ItemId]| {
        let request = SyncRequest { max: 9, associated, ignore, ..SyncRequest::default() };
        fixture.mailbox.sync_items(inbox, &request).unwrap().changes.len()
    };
    assert_eq!([ask(false, &[]), ask(true, &[]), ask(true, &[hidden, shown])], [1, 2, 0]);
}

#[test]
fn states_are_refused_when_corrupt_foreign_or_outdated() {
    let mut fixture = Fixture::new(1);
    let (inbox, drafts) = (fixture.known("inbox"), fixture.known("drafts"));
    let (_, state) = fixture.sync(inbox, None, 9);
    let hierarchy = fixture.mailbox.sync_folders(None, None).unwrap().state;
    let other = Fixture::new(2);
    let (_, foreign) = other.sync(other.known("inbox"), None, 9);
    let mut spoilt = state.clone().into_bytes();
    spoilt[30] ^= 1;
    let spoilt = String::from_utf8(spoilt).unwrap();
    let ask = |fixture: &Fixture, folder, state: &str| {
        let request = SyncRequest { state: Some(state), max: 9, ..SyncRequest::default() };
        fixture.mailbox.sync_items(folder, &request).map(|page| page.changes.len())
    };
    for bad in ["H4sIAAA=", "?", &spoilt, &state[..state.len() - 8], &foreign, &hierarchy] {
        assert_eq!(ask(&fixture, inbox, bad), Err(Refusal::InvalidSyncState), "{bad}");
    }
    assert_eq!(ask(&fixture, drafts, &state), Err(Refusal::InvalidSyncState));
    assert_eq!(ask(&fixture, inbox, &state), Ok(0));
    fixture.mailbox.invalidate_sync_states();
    assert_eq!(ask(&fixture, inbox, &state), Err(Refusal::InvalidSyncState));
}

#[test]
fn folders_that_cannot_be_synced_say_so() {
    let mut fixture = Fixture::new(1);
    let finder = fixture.known("searchfolders");
    let search = fixture.mailbox.find_child(finder, "AllItems").unwrap();
    let own = fixture.mailbox.create_folder(finder, "own", "").unwrap();
    fixture.mailbox.delete_folder(own).unwrap();
    let ask = |folder| fixture.mailbox.sync_items(folder, &SyncRequest::default());
    assert_eq!(ask(search), Err(Refusal::FolderType));
    assert_eq!(ask(own), Err(Refusal::SyncFolderNotFound));
}

#[test]
fn the_state_of_a_long_quiet_listing_stays_small() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    fixture.add_row(inbox, 200_000);
    let mut state = None::<String>;
    let (mut pages, mut listed) = (0, 0);
    loop {
        let request = SyncRequest { state: state.as_deref(), max: 512, ..SyncRequest::default() };
        let page = fixture.mailbox.sync_items(inbox, &request).unwrap();
        pages += 1;
        listed += page.changes.len();
        assert!(page.state.len() < 400, "{} bytes", page.state.len());
        state = Some(page.state);
        if page.last {
            break;
        }
    }
    assert_eq!((pages, listed), (200_000_usize.div_ceil(512), 200_000));
}

/// What a client knows after applying every change it was told.
#[derive(Debug, Default)]
struct Client {
    known: BTreeSet<ItemId>,
    state: Option<String>,
}

impl Client {
    /// One page; checks that each change fits what the client knows.
    fn page(&mut self, fixture: &Fixture, max: usize) -> bool {
        let inbox = fixture.known("inbox");
        let request = SyncRequest { state: self.state.as_deref(), max, ..SyncRequest::default() };
        let page = fixture.mailbox.sync_items(inbox, &request).unwrap();
        for change in &page.changes {
            match change {
                ItemChange::Create(item) => assert!(self.known.insert(item.id), "created twice"),
                ItemChange::Delete(id, _) => assert!(self.known.remove(id), "unknown deleted"),
                ItemChange::Update(item) | ItemChange::ReadFlag(item) => {
                    assert!(self.known.contains(&item.id), "unknown changed");
                }
            }
        }
        self.state = Some(page.state);
        page.last
    }
}

proptest! {
    /// Whatever users do between pages, a client ends up knowing exactly what is there, and is
    /// never told of an item it cannot know.
    #[test]
    fn a_client_that_syncs_while_users_work_ends_up_equal(
        steps in proptest::collection::vec((0_u8..8, any::<prop::sample::Index>()), 1..60),
        max in 1_usize..6,
    ) {
        let mut fixture = Fixture::new(1);
        let inbox = fixture.known("inbox");
        fixture.add_row(inbox, 12);
        let mut client = Client::default();
        for (step, which) in steps {
            let ids = fixture.mailbox.item_ids(inbox).unwrap();
            let target = (!ids.is_empty()).then(|| ids[which.index(ids.len())]);
            match (step, target) {
                (0, _) => drop(fixture.add(inbox, "new")),
                (1, _) => fixture.add_row(inbox, 3),
                (2, Some(id)) => fixture.mailbox.delete_item(id, Deletion::Hard).unwrap(),
                (3, Some(id)) => fixture.mailbox.set_read(id, true).unwrap(),
                (4, Some(id)) => fixture.mailbox.replace_item(id, note("changed")).unwrap(),
                _ => drop(client.page(&fixture, max)),
            }
        }
        while !client.page(&fixture, max) {}
        while !client.page(&fixture, max) {}
        let there: BTreeSet<ItemId> =
            fixture.mailbox.item_ids(inbox).unwrap().into_iter().collect();
        prop_assert_eq!(client.known, there);
    }
}
