//! The mailbox as its callers see it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use uuid::Uuid;

use super::{
    Facts, FolderId, Import, ItemChange, ItemId, ItemSource, Mailbox, Options, SyncRequest, Totals,
};
use crate::mapi::{Content, Item, Style, Time, Value, tags};

mod dump;
mod folders;
mod ids;
mod items;
mod sync;

/// A mailbox whose clock stands until it is moved.
struct Fixture {
    mailbox: Mailbox,
    clock: Arc<AtomicI64>,
}

const START: Time = Time::from_unix_seconds(1_700_000_000);

impl Fixture {
    fn new(number: u128) -> Self {
        Self::with(number, "en-US", true)
    }

    fn with(number: u128, locale: &str, archive: bool) -> Self {
        let clock = Arc::new(AtomicI64::new(START.0));
        let reading = Arc::clone(&clock);
        let mailbox = Mailbox::new(Options {
            guid: Uuid::from_u128(number),
            locale: locale.to_owned(),
            archive,
            quota: None,
            max_item_size: 150 << 20,
            clock: Arc::new(move || Time(reading.load(Ordering::Relaxed))),
        });
        Self { mailbox, clock }
    }

    fn tick(&self) {
        self.clock.fetch_add(Time::MINUTE, Ordering::Relaxed);
    }

    fn known(&self, id: &str) -> FolderId {
        self.mailbox.distinguished(id).unwrap()
    }

    fn add(&mut self, folder: FolderId, subject: &str) -> ItemId {
        self.mailbox.import(folder, Import::CreateNew, false, note(subject)).unwrap()
    }

    fn add_row(&mut self, folder: FolderId, count: u64) {
        self.mailbox.add_source(folder, false, Arc::new(Numbered(count))).unwrap();
    }

    /// Syncs to the end in pages; what changed, and the state after.
    fn sync(&self, folder: FolderId, state: Option<&str>, max: usize) -> (Vec<String>, String) {
        let mut state = state.map(str::to_owned);
        let mut all = Vec::new();
        loop {
            let request = SyncRequest { state: state.as_deref(), max, ..SyncRequest::default() };
            let page = self.mailbox.sync_items(folder, &request).unwrap();
            assert!(page.changes.len() <= max);
            all.extend(page.changes.iter().map(|change| self.describe(change)));
            state = Some(page.state.clone());
            if page.last {
                return (all, page.state);
            }
        }
    }

    fn describe(&self, change: &ItemChange) -> String {
        let subject = |id: ItemId| {
            let record = self.mailbox.item(id).unwrap();
            record.item.props.text(tags::SUBJECT).unwrap_or_default().to_owned()
        };
        match change {
            ItemChange::Create(item) => format!("create {}", subject(item.id)),
            ItemChange::Update(item) => format!("update {}", subject(item.id)),
            ItemChange::ReadFlag(item) => format!("read={} {}", item.facts.read, subject(item.id)),
            ItemChange::Delete(..) => "delete".to_owned(),
        }
    }
}

fn note(subject: &str) -> Item {
    let mut item = Item::of_class("IPM.Note");
    item.props.set(tags::SUBJECT, subject);
    item.props.set(tags::MESSAGE_FLAGS, 0);
    item
}

/// Items named by their number, delivered a minute apart, read unless divisible by four.
#[derive(Debug)]
struct Numbered(u64);

impl ItemSource for Numbered {
    fn count(&self) -> u64 {
        self.0
    }

    fn item(&self, index: u64) -> Item {
        let mut item = note(&index.to_string());
        item.set_read(!index.is_multiple_of(4));
        item.props.set(tags::DELIVERY_TIME, START.plus(index as i64 * Time::MINUTE));
        item.props.set(tags::CREATION_TIME, START);
        item.props.set(tags::HTML, Value::Binary(Content::generated(Style::Text, index, 5000)));
        item
    }

    fn facts(&self, index: u64) -> Facts {
        Facts {
            size: 6000,
            read: !index.is_multiple_of(4),
            received: START.plus(index as i64 * Time::MINUTE),
        }
    }

    fn totals(&self) -> Totals {
        Totals { unread: self.0.div_ceil(4), bytes: self.0 * 6000 }
    }
}
