//! An item to be copied, and which items are.

use std::num::NonZeroU32;

use longhaul_core::{Bytes, Code, ItemKey, PassId, Timestamp};
use longhaul_ews::{ItemId, Listed};
use longhaul_store::folder::{Bounds, Failure, IntentItem, Onto};
use longhaul_store::ledger::{Entry, Record, Seal};

/// A source item that is to be copied.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) key: ItemKey,
    pub(crate) id: ItemId,
    pub(crate) class: String,
    pub(crate) size: Bytes,
    pub(crate) received: Option<Timestamp>,
    pub(crate) associated: bool,
    /// What is to become of it in the destination.
    pub(crate) aim: Aim,
    /// A digest of its content, once it was exported.
    pub(crate) content: Option<NonZeroU32>,
    /// Whether it is read, likewise.
    pub(crate) read: Option<bool>,
}

/// What is to become of an item in the destination.
#[derive(Clone, Debug)]
pub(crate) enum Aim {
    /// It has no copy yet.
    New,
    /// Its copy is to be what the item is now.
    Update(Box<Record>),
    /// The copy of what it was in another folder is to be moved here.
    Move(Box<Record>, Option<Timestamp>),
    /// The copy of what it was here before is its own: it left the folder and came back.
    Return(Box<Record>),
}

impl Item {
    pub(crate) fn listed(listed: Listed) -> Self {
        Self {
            key: ItemKey::of(&listed.id.id),
            class: listed.class.unwrap_or_default(),
            size: listed.size.unwrap_or_default(),
            received: listed.received,
            associated: listed.associated,
            id: listed.id,
            aim: Aim::New,
            content: None,
            read: None,
        }
    }

    /// An item of which nothing but its id is known.
    pub(crate) fn unlisted(id: ItemId) -> Self {
        let nothing = Listed { id, class: None, size: None, received: None, associated: false };
        Self::listed(nothing)
    }

    /// The digest of its change key, as it was listed.
    pub(crate) fn version(&self) -> u32 {
        version(&self.id)
    }

    /// Its line in the ledger, once it stands in the destination as `destination`.
    pub(crate) fn entry(&self, destination: &ItemId) -> Entry {
        let mut record = Record {
            key: self.key,
            version: self.version(),
            size: self.size,
            destination: destination.id.clone(),
            seal: Seal { change_key: seal(destination), content: self.content },
        };
        match &self.aim {
            Aim::New => Entry::Stands(record),
            Aim::Update(before) => Entry::Replaced { record, was: before.size },
            Aim::Move(before, _) | Aim::Return(before) => {
                // Whether it was changed as well is looked at next.
                record.version = UNKNOWN_VERSION;
                record.seal.content = before.seal.content;
                Entry::Stands(record)
            }
        }
    }

    /// Its line among the intents.
    pub(crate) fn intent(&self) -> IntentItem {
        let onto = match &self.aim {
            Aim::New | Aim::Return(_) => None,
            Aim::Update(record) => Some(Onto::Update {
                copy: record.destination.clone(),
                version: self.version(),
                size: self.size,
            }),
            Aim::Move(record, created) => Some(Onto::Move {
                copy: record.destination.clone(),
                created: *created,
                size: self.size,
            }),
        };
        let content = match &self.aim {
            Aim::Move(record, _) => record.seal.content,
            Aim::New | Aim::Update(_) | Aim::Return(_) => self.content,
        };
        IntentItem { content, onto, ..IntentItem::new(self.key, self.id.id.clone()) }
    }

    /// Its line among the failures. The store's clock gives the time.
    pub(crate) fn failure(
        &self,
        pass: PassId,
        code: Code,
        detail: String,
        attempts: u32,
        at: Timestamp,
    ) -> Failure {
        Failure {
            key: self.key,
            source_id: self.id.id.clone(),
            class: self.class.clone(),
            size: self.size,
            received: self.received,
            code,
            detail,
            pass,
            attempts,
            at,
        }
    }
}

/// The version of an item whose copy was moved and not compared yet.
pub(crate) const UNKNOWN_VERSION: u32 = 0;

/// A digest of a change key: equal ones mean that the item was not touched.
fn version(id: &ItemId) -> u32 {
    let digest = ItemKey::of(id.change_key.as_deref().unwrap_or_default());
    let bytes = digest.as_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]).max(UNKNOWN_VERSION + 1)
}

/// The same of a copy, if the destination gave its change key.
pub(crate) fn seal(copy: &ItemId) -> Option<NonZeroU32> {
    copy.change_key.as_ref().and_then(|_| NonZeroU32::new(version(copy)))
}

/// Whether a pass with these bounds copies the item (B-51): the cut-off holds back mail and
/// posts that are not older; every other class is copied whole, and so is what has no date.
pub(crate) fn in_bounds(item: &Item, bounds: &Bounds) -> bool {
    if item.associated {
        return bounds.associated;
    }
    match (bounds.cutoff, item.received) {
        (Some(cutoff), Some(received)) if is_mail(&item.class) => received < cutoff,
        _ => true,
    }
}

/// Mail and posts, with the reports and meeting messages that arrive as mail.
fn is_mail(class: &str) -> bool {
    const CLASSES: [&str; 5] =
        ["IPM.Note", "IPM.Post", "REPORT", "IPM.Schedule.Meeting", "IPM.Report"];
    CLASSES.iter().any(|mail| {
        class.get(..mail.len()).is_some_and(|head| head.eq_ignore_ascii_case(mail))
            && matches!(class.as_bytes().get(mail.len()), None | Some(b'.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(class: &str, received: Option<i64>) -> Item {
        Item {
            key: ItemKey::of(class),
            id: ItemId { id: "AAMk".to_owned(), change_key: None },
            class: class.to_owned(),
            size: Bytes(1),
            received: received.map(Timestamp),
            associated: false,
            aim: Aim::New,
            content: None,
            read: None,
        }
    }

    #[test]
    fn the_cut_off_holds_back_mail_and_posts_only() {
        let bounds = Bounds { cutoff: Some(Timestamp(100)), ..Bounds::default() };
        for class in ["IPM.Note", "ipm.note.smime", "IPM.Post", "IPM.Schedule.Meeting.Request"] {
            assert!(in_bounds(&item(class, Some(99)), &bounds), "{class} older");
            assert!(!in_bounds(&item(class, Some(100)), &bounds), "{class} at the cut-off");
        }
        for class in ["IPM.Appointment", "IPM.Contact", "IPM.Task", "IPM.Notebook", ""] {
            assert!(in_bounds(&item(class, Some(200)), &bounds), "{class}");
        }
    }

    #[test]
    fn an_item_without_a_date_is_never_left_behind() {
        let bounds = Bounds { cutoff: Some(Timestamp(100)), ..Bounds::default() };
        assert!(in_bounds(&item("IPM.Note", None), &bounds));
    }

    #[test]
    fn associated_items_are_copied_on_request_only() {
        let mut hidden = item("IPM.Configuration.Views", None);
        hidden.associated = true;
        assert!(!in_bounds(&hidden, &Bounds::default()));
        assert!(in_bounds(&hidden, &Bounds { associated: true, ..Bounds::default() }));
    }
}
