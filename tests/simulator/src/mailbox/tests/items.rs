//! Importing, changing, finding items.

use super::{Fixture, START, note};
use crate::mailbox::{Deletion, FolderId, Import, ItemId, Mailbox, Order, Refusal, Scope};
use crate::mapi::{Key, PropertyName, Time, Value, sets, tags};

#[test]
fn create_new_never_dedupes() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    assert_ne!(fixture.add(inbox, "twin"), fixture.add(inbox, "twin"));
    assert_eq!(fixture.mailbox.folder(inbox).unwrap().counts.items, 2);
}

#[test]
fn import_renews_times_and_conversation_and_keeps_the_rest() {
    let mut source = Fixture::new(1);
    let mut target = Fixture::new(2);
    target.tick();
    let mut item = note("hello");
    item.props.set(tags::SEARCH_KEY, vec![1, 2, 3]);
    item.props.set(PropertyName::text(sets::PUBLIC_STRINGS, "x"), "y");
    let inbox = source.known("inbox");
    let original = source.mailbox.create_item(inbox, false, item).unwrap();
    let exported = source.mailbox.item(original).unwrap();
    let inbox = target.known("inbox");
    let content = exported.item.as_ref().clone();
    let copy = target.mailbox.import(inbox, Import::CreateNew, false, content).unwrap();
    let copied = target.mailbox.item(copy).unwrap();
    assert_eq!((exported.created, copied.created), (START, START.plus(Time::MINUTE)));
    let mut differing = Vec::new();
    for (key, value) in exported.item.props.iter() {
        if copied.item.props.get(key.clone()) != Some(value) {
            differing.push(key.clone());
        }
    }
    let renewed = [tags::CREATION_TIME, tags::LAST_MODIFICATION_TIME, tags::CONVERSATION_ID];
    assert_eq!(differing, renewed.map(Key::from));
    assert_eq!(copied.item.props.iter().count(), exported.item.props.iter().count());
    assert_eq!(copied.listed.facts.size, exported.listed.facts.size);
}

#[test]
fn update_keeps_the_id_and_needs_the_item_in_the_folder() {
    let mut fixture = Fixture::new(1);
    let (inbox, drafts) = (fixture.known("inbox"), fixture.known("drafts"));
    let id = fixture.add(inbox, "old");
    let import = |fixture: &mut Fixture, folder, action| {
        fixture.mailbox.import(folder, action, false, note("new"))
    };
    let before = fixture.mailbox.listed(id).unwrap().change;
    assert_eq!(import(&mut fixture, inbox, Import::Update(id)), Ok(id));
    assert!(fixture.mailbox.listed(id).unwrap().change > before);
    assert_eq!(fixture.mailbox.item(id).unwrap().item.props.text(tags::SUBJECT), Some("new"));
    let elsewhere = import(&mut fixture, drafts, Import::Update(id));
    assert_eq!(elsewhere, Err(Refusal::ItemNotFound));
    assert_eq!(import(&mut fixture, inbox, Import::UpdateOrCreate(id)), Ok(id));
    let created = import(&mut fixture, drafts, Import::UpdateOrCreate(id)).unwrap();
    assert_ne!(created, id);
    assert_eq!(fixture.mailbox.folder(inbox).unwrap().counts.items, 1);
}

#[test]
fn quota_and_item_size_are_kept() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    let id = fixture.add(inbox, "first");
    let used = fixture.mailbox.used();
    fixture.mailbox.set_limits(Some(used), 1000);
    let import = |mailbox: &mut Mailbox, action, item| mailbox.import(inbox, action, false, item);
    let full = import(&mut fixture.mailbox, Import::CreateNew, note("x"));
    assert_eq!(full, Err(Refusal::QuotaExceeded));
    let same = import(&mut fixture.mailbox, Import::Update(id), note("again"));
    assert_eq!(same, Ok(id), "an update that needs no more room");
    let mut big = note("big");
    big.props.set(tags::SEARCH_KEY, vec![0; 1000]);
    let refused = import(&mut fixture.mailbox, Import::CreateNew, big);
    assert_eq!(refused, Err(Refusal::TooLarge));
    assert_eq!(fixture.mailbox.used(), fixture.mailbox.listed(id).unwrap().facts.size);
}

#[test]
fn folders_that_cannot_take_items_refuse_them() {
    let mut fixture = Fixture::new(1);
    let finder = fixture.known("searchfolders");
    let search = fixture.mailbox.find_child(finder, "AllItems").unwrap();
    let import = |fixture: &mut Fixture, folder| {
        fixture.mailbox.import(folder, Import::CreateNew, false, note("x"))
    };
    assert_eq!(import(&mut fixture, search), Err(Refusal::FolderType));
    assert_eq!(import(&mut fixture, FolderId(1)), Err(Refusal::FolderNotFound));
}

#[test]
fn a_move_gives_a_new_id_and_keeps_the_times() {
    let mut fixture = Fixture::new(1);
    let (inbox, drafts) = (fixture.known("inbox"), fixture.known("drafts"));
    let old = fixture.add(inbox, "a");
    fixture.tick();
    let new = fixture.mailbox.move_item(old, drafts).unwrap();
    assert_eq!(fixture.mailbox.item(old), Err(Refusal::ItemNotFound));
    let moved = fixture.mailbox.item(new).unwrap();
    assert_eq!((moved.created, moved.modified), (START, START));
}

#[test]
fn deletions_leave_items_where_they_should() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    let archive = fixture.known("archiveinbox");
    let count = |fixture: &Fixture, known: &str| {
        fixture.mailbox.folder(fixture.known(known)).unwrap().counts.items
    };
    for (folder, how) in [
        (inbox, Deletion::Hard),
        (inbox, Deletion::Soft),
        (inbox, Deletion::ToDeletedItems),
        (archive, Deletion::Soft),
        (archive, Deletion::ToDeletedItems),
    ] {
        let id = fixture.add(folder, "x");
        fixture.mailbox.delete_item(id, how).unwrap();
        assert_eq!(fixture.mailbox.delete_item(id, how), Err(Refusal::ItemNotFound));
    }
    assert_eq!(count(&fixture, "inbox"), 0);
    assert_eq!(count(&fixture, "recoverableitemsdeletions"), 1);
    assert_eq!(count(&fixture, "deleteditems"), 1);
    assert_eq!(count(&fixture, "archiverecoverableitemsdeletions"), 1);
    assert_eq!(count(&fixture, "archivedeleteditems"), 1);
}

#[test]
fn a_million_generated_items_cost_no_memory_until_touched() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    fixture.add_row(inbox, 1_000_000);
    let counts = fixture.mailbox.folder(inbox).unwrap().counts;
    assert_eq!((counts.items, counts.unread, counts.bytes), (1_000_000, 250_000, 6_000_000_000));
    let newest = fixture
        .mailbox
        .sync_items(inbox, &crate::mailbox::SyncRequest { max: 1, ..Default::default() });
    let crate::mailbox::ItemChange::Create(newest) = newest.unwrap().changes[0] else {
        panic!("not created")
    };
    let subject = |fixture: &Fixture, id: ItemId| {
        let record = fixture.mailbox.item(id).unwrap();
        record.item.props.text(tags::SUBJECT).map(str::to_owned)
    };
    assert_eq!(subject(&fixture, newest.id).as_deref(), Some("999999"));
    let text = fixture.mailbox.item_id_text(newest.id);
    assert_eq!(fixture.mailbox.parse_item_id(&text), Ok(newest.id));
    fixture
        .mailbox
        .change_item(newest.id, |item| {
            item.props.set(tags::SUBJECT, "changed");
        })
        .unwrap();
    assert_eq!(subject(&fixture, newest.id).as_deref(), Some("changed"));
    let stored = &fixture.mailbox.folders[&inbox];
    assert_eq!((stored.entries.len(), stored.log.len(), stored.gone.len()), (1, 1, 0));
}

#[test]
fn found_items_are_sorted_by_reception_and_paged() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    fixture.add_row(inbox, 20);
    let mut late = note("between");
    late.props.set(tags::DELIVERY_TIME, START.plus(5 * Time::MINUTE + 1));
    fixture.mailbox.import(inbox, Import::CreateNew, false, late).unwrap();
    fixture.mailbox.import(inbox, Import::CreateNew, true, note("hidden")).unwrap();
    let find =
        |order, offset| fixture.mailbox.find_items(inbox, Scope::Normal, order, offset, 7).unwrap();
    let mut received = Vec::new();
    let mut offset = 0;
    loop {
        let page = find(Order::ReceivedAscending, offset);
        assert_eq!(page.total, 21);
        received.extend(page.entries.iter().map(|item| item.facts.received));
        offset = page.next;
        if page.last {
            break;
        }
    }
    assert_eq!(received.len(), 21);
    assert!(received.is_sorted());
    assert_eq!(received[6], START.plus(5 * Time::MINUTE + 1));
    let newest = find(Order::ReceivedDescending, 0).entries[0].facts.received;
    assert_eq!(Some(&newest), received.last());
    assert!(find(Order::NewestFirst, 21).entries.is_empty());
    let hidden =
        fixture.mailbox.find_items(inbox, Scope::Associated, Order::NewestFirst, 0, 7).unwrap();
    assert_eq!(hidden.total, 1);
}

#[test]
fn requested_properties_are_stored_or_computed() {
    let mut fixture = Fixture::new(1);
    let inbox = fixture.known("inbox");
    let mut item = note("a");
    let named = PropertyName::text(sets::PUBLIC_STRINGS, "x");
    item.props.set(named.clone(), "y");
    let id = fixture.mailbox.import(inbox, Import::CreateNew, false, item).unwrap();
    let record = fixture.mailbox.item(id).unwrap();
    let get = |key: Key| fixture.mailbox.item_property(&record, &key);
    assert_eq!(get(named.into()), Some("y".into()));
    assert_eq!(get(tags::ENTRY_ID.into()), Some(fixture.mailbox.item_entry_id(id).into()));
    assert_eq!(get(tags::MESSAGE_SIZE.into()), Some(Value::I64(record.listed.facts.size as i64)));
    assert_eq!(get(tags::HAS_ATTACHMENTS.into()), Some(false.into()));
    assert_eq!(get(tags::CREATION_TIME.into()), Some(START.into()));
    assert_eq!(get(tags::BODY.into()), None);
    assert!(matches!(get(tags::CONVERSATION_ID.into()), Some(Value::Binary(id)) if id.len() == 16));
}
