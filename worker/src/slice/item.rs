//! An item to be copied, and which items are.

use std::collections::HashMap;

use longhaul_core::code::{AMBIGUOUS_UPLOAD, UPLOAD_UNANSWERED};
use longhaul_core::{Bytes, Code, ItemKey, PassId, Timestamp};
use longhaul_ews::{ItemId, Listed};
use longhaul_store::folder::{Bounds, Failure, IntentItem};
use longhaul_store::ledger::Record;

use super::keys::Keys;

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

/// Tries of an item in a pass whose uploads end without a clear answer.
const UNANSWERED_TRIES: u32 = 3;

/// What is known of a folder's items: copied, or failed before.
#[derive(Debug, Default)]
pub(crate) struct Index {
    copied: Keys,
    failed: HashMap<ItemKey, Failed>,
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    code: Code,
    /// Tries in the present pass.
    attempts: u32,
}

impl Index {
    /// Makes room for the keys of so many items.
    pub(crate) fn reserve(&mut self, items: u64) {
        self.copied.reserve(usize::try_from(items).unwrap_or(0));
    }

    pub(crate) fn copied(&mut self, key: ItemKey) {
        self.copied.insert(key);
    }

    /// Notes a recorded failure; what an earlier pass tried counts for nothing in `pass`.
    pub(crate) fn failed(&mut self, failure: &Failure, pass: PassId) {
        let attempts = if failure.pass == pass { failure.attempts } else { 0 };
        self.failed.insert(failure.key, Failed { code: failure.code, attempts });
    }

    /// Whether the item is recorded as failed.
    pub(crate) fn has_failed(&self, key: ItemKey) -> bool {
        self.failed.contains_key(&key)
    }

    /// Tries of the item in this pass that failed.
    pub(crate) fn attempts(&self, key: ItemKey) -> u32 {
        self.failed.get(&key).map_or(0, |failed| failed.attempts)
    }

    /// Whether uploads of the item ended without a clear answer so often in this pass that the
    /// last try goes alone: what breaks them must not take its neighbours with it.
    pub(crate) fn goes_alone(&self, key: ItemKey) -> bool {
        let failed = self.failed.get(&key);
        failed.is_some_and(|failed| {
            failed.code == UPLOAD_UNANSWERED && failed.attempts + 1 >= UNANSWERED_TRIES
        })
    }

    /// Whether this pass does not copy the item: it is copied, nobody can say whether it is, or
    /// the pass has tried it often enough.
    pub(crate) fn settled(&self, key: ItemKey) -> bool {
        let given_up = |failed: &Failed| match failed.code {
            AMBIGUOUS_UPLOAD => true,
            UPLOAD_UNANSWERED => failed.attempts >= UNANSWERED_TRIES,
            _ => failed.attempts > 0,
        };
        self.copied.contains(&key) || self.failed.get(&key).is_some_and(given_up)
    }
}

#[cfg(test)]
mod tests {
    use longhaul_core::code::BLOB_BROKEN;

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

    fn failure(name: &str, code: Code, pass: PassId, attempts: u32) -> Failure {
        item(name, None).failure(pass, code, String::new(), attempts, Timestamp(0))
    }

    #[test]
    fn an_upload_in_doubt_is_never_tried_again_and_other_failures_are_by_the_next_pass() {
        let (before, now) = (PassId::generate(), PassId::generate());
        let mut index = Index::default();
        let doubt = failure("doubt", AMBIGUOUS_UPLOAD, before, 1);
        let broken = failure("broken", BLOB_BROKEN, before, 1);
        let tried = failure("tried", BLOB_BROKEN, now, 1);
        for failure in [&doubt, &broken, &tried] {
            index.failed(failure, now);
        }
        assert!(index.settled(doubt.key));
        assert!(!index.settled(broken.key));
        assert!(index.settled(tried.key));
    }

    #[test]
    fn an_unanswered_upload_is_tried_alone_and_not_for_ever() {
        let now = PassId::generate();
        let mut index = Index::default();
        let mut poison = failure("poison", UPLOAD_UNANSWERED, now, 1);
        index.failed(&poison, now);
        assert!(!index.goes_alone(poison.key) && !index.settled(poison.key));
        poison.attempts = UNANSWERED_TRIES - 1;
        index.failed(&poison, now);
        assert!(index.goes_alone(poison.key) && !index.settled(poison.key));
        poison.attempts = UNANSWERED_TRIES;
        index.failed(&poison, now);
        assert!(index.settled(poison.key));
    }
}
