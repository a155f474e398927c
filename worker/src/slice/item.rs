//! An item to be copied, and which items are.

use std::collections::{HashMap, HashSet};

use longhaul_core::code::AMBIGUOUS_UPLOAD;
use longhaul_core::{Bytes, Code, ItemKey, Timestamp};
use longhaul_ews::{ItemId, Listed};
use longhaul_store::folder::{Bounds, Failure, IntentItem};
use longhaul_store::ledger::Record;

/// A source item that is to be copied.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) key: ItemKey,
    pub(crate) id: ItemId,
    pub(crate) class: String,
    pub(crate) size: Bytes,
    pub(crate) received: Option<Timestamp>,
    pub(crate) associated: bool,
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
        }
    }

    /// Its line in the ledger, once it stands in the destination as `destination`.
    pub(crate) fn record(&self, destination: &ItemId) -> Record {
        Record {
            key: self.key,
            version: version(self.id.change_key.as_deref().unwrap_or_default()),
            size: self.size,
            destination: destination.id.clone(),
        }
    }

    /// Its line among the intents.
    pub(crate) fn intent(&self) -> IntentItem {
        IntentItem { key: self.key, source_id: self.id.id.clone() }
    }

    /// Its line among the failures. The store's clock gives the time.
    pub(crate) fn failure(
        &self,
        code: Code,
        detail: String,
        before: u32,
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
            attempts: before + 1,
            at,
        }
    }
}

/// A digest of a change key: equal ones mean that the item was not touched.
fn version(change_key: &str) -> u32 {
    let digest = ItemKey::of(change_key);
    let bytes = digest.as_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
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

/// What is known of a folder's items: copied, or failed before.
#[derive(Debug, Default)]
pub(crate) struct Index {
    copied: HashSet<ItemKey>,
    failed: HashMap<ItemKey, (Code, u32)>,
}

impl Index {
    pub(crate) fn copied(&mut self, key: ItemKey) {
        self.copied.insert(key);
    }

    pub(crate) fn failed(&mut self, key: ItemKey, code: Code, attempts: u32) {
        self.failed.insert(key, (code, attempts));
    }

    /// Tries before this one that failed.
    pub(crate) fn attempts(&self, key: ItemKey) -> Option<u32> {
        self.failed.get(&key).map(|(_, attempts)| *attempts)
    }

    /// Whether the item is not to be copied: it is, or nobody can say whether it is.
    pub(crate) fn settled(&self, key: ItemKey) -> bool {
        self.copied.contains(&key)
            || self.failed.get(&key).is_some_and(|(code, _)| *code == AMBIGUOUS_UPLOAD)
    }
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
        }
    }

    #[test]
    fn the_cut_off_holds_back_mail_and_posts_only() {
        let bounds = Bounds { cutoff: Some(Timestamp(100)), associated: false };
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
        let bounds = Bounds { cutoff: Some(Timestamp(100)), associated: false };
        assert!(in_bounds(&item("IPM.Note", None), &bounds));
    }

    #[test]
    fn associated_items_are_copied_on_request_only() {
        let mut hidden = item("IPM.Configuration.Views", None);
        hidden.associated = true;
        assert!(!in_bounds(&hidden, &Bounds::default()));
        assert!(in_bounds(&hidden, &Bounds { cutoff: None, associated: true }));
    }

    #[test]
    fn an_upload_in_doubt_is_never_tried_again_and_other_failures_are() {
        let mut index = Index::default();
        let (doubt, broken) = (ItemKey::of("a"), ItemKey::of("b"));
        index.failed(doubt, AMBIGUOUS_UPLOAD, 1);
        index.failed(broken, longhaul_core::code::BLOB_BROKEN, 1);
        assert!(index.settled(doubt));
        assert!(!index.settled(broken));
    }
}
