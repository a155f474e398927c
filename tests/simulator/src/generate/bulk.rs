//! Plain mail by arithmetic: size, date and read state of any item follow from its number.

use crate::mailbox::{Facts, ItemSource, Totals};
use crate::mapi::{Content, GENERATED_HEADER, Item, Props, Style, Time, Value, tags};

use super::{profile::Sizes, random::Random};

/// A row of bulk items.
#[derive(Debug)]
pub(super) struct Bulk {
    seed: u64,
    count: u64,
    sizes: Sizes,
    /// Bytes of an item with the shortest body.
    least: u64,
}

/// Delivery of the first item; one a minute follows.
const FIRST: Time = Time::from_unix_seconds(1_577_836_800);
/// One in so many is unread.
const UNREAD: u64 = 5;

impl Bulk {
    pub(super) fn new(seed: u64, count: u64, sizes: Sizes) -> Self {
        let mut row = Self { seed, count, sizes, least: 0 };
        let mut shortest = row.message(0, GENERATED_HEADER as u64);
        shortest.props.remove(tags::CREATION_TIME);
        shortest.props.remove(tags::LAST_MODIFICATION_TIME);
        row.least = Facts::of(&shortest, FIRST).size;
        row
    }

    fn size(&self, index: u64) -> u64 {
        self.sizes.of(self.seed, index).max(self.least)
    }

    fn received(index: u64) -> Time {
        FIRST.plus((index as i64).saturating_mul(Time::MINUTE))
    }

    /// Every field but the body is of the same length in all items.
    fn message(&self, index: u64, body: u64) -> Item {
        let mut random = Random::of(self.seed, &[0xB01C, index]);
        let received = Self::received(index);
        let mut item = Item::of_class("IPM.Note");
        let subject = format!("bulk {index:010}");
        let body = Content::generated(Style::Text, random.next(), body);
        item.set_read(!index.is_multiple_of(UNREAD));
        item.props = [
            (tags::SUBJECT, Value::text(subject.clone())),
            (tags::NORMALIZED_SUBJECT, subject.clone().into()),
            (tags::CONVERSATION_TOPIC, subject.into()),
            (tags::IMPORTANCE, 1.into()),
            (tags::SUBMIT_TIME, received.plus(-Time::SECOND).into()),
            (tags::DELIVERY_TIME, received.into()),
            (tags::CREATION_TIME, received.into()),
            (tags::LAST_MODIFICATION_TIME, received.into()),
            (tags::SENDER_NAME, "bulk sender".into()),
            (tags::SENDER_ADDRESS_TYPE, "SMTP".into()),
            (tags::SENDER_ADDRESS, "bulk@north.example".into()),
            (
                tags::INTERNET_MESSAGE_ID,
                format!("<{:016x}.{index:010}@bulk.example>", random.next()).into(),
            ),
            (tags::SEARCH_KEY, random.bytes(16).into()),
            (tags::INTERNET_CODE_PAGE, 65001.into()),
            (tags::NATIVE_BODY, 3.into()),
            (tags::HTML, Value::Binary(body)),
        ]
        .into_iter()
        .fold(item.props, |props, (tag, value)| props.with(tag, value));
        let recipient = Props::new()
            .with(tags::RECIPIENT_TYPE, 1)
            .with(tags::DISPLAY_NAME, "bulk reader")
            .with(tags::ADDRESS_TYPE, "SMTP")
            .with(tags::EMAIL_ADDRESS, "reader@south.example");
        item.recipients.push(recipient);
        item
    }
}

impl ItemSource for Bulk {
    fn count(&self) -> u64 {
        self.count
    }

    fn item(&self, index: u64) -> Item {
        self.message(index, GENERATED_HEADER as u64 + self.size(index) - self.least)
    }

    fn facts(&self, index: u64) -> Facts {
        Facts {
            size: self.size(index),
            read: !index.is_multiple_of(UNREAD),
            received: Self::received(index),
        }
    }

    fn totals(&self) -> Totals {
        let bytes = match self.sizes {
            Sizes::Fixed(_) => self.count * self.size(0),
            Sizes::Around(_) => (0..self.count).map(|index| self.size(index)).sum(),
        };
        Totals { unread: self.count.div_ceil(UNREAD), bytes }
    }
}
