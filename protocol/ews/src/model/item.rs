//! Items, as far as longhaul looks into them.

use std::fmt;

use longhaul_core::{Bytes, Timestamp};

use crate::blob::{Base64Text, Report};
use crate::{FolderId, ItemId};

/// An item in a list of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: ItemId,
    /// Its class, such as `IPM.Note`.
    pub class: Option<String>,
    /// Its size as the store counts it; the exported item may be larger or smaller.
    pub size: Option<Bytes>,
    /// Delivery time (0x0E06), else submit time (0x0039), else creation time (0x3007).
    pub received: Option<Timestamp>,
    /// Whether it is an associated (hidden) item. The exported item does not say so.
    pub associated: bool,
}

/// Properties that tell one item from another. A field is `None` where the item lacks it.
///
/// `Debug` leaves out subject and message id.
#[derive(Clone, PartialEq, Eq)]
pub struct ItemFacts {
    /// Its id.
    pub id: ItemId,
    /// The folder it stands in; FindItem is not asked for it.
    pub parent: Option<FolderId>,
    /// Its class.
    pub class: Option<String>,
    /// Its size as the store counts it.
    pub size: Option<Bytes>,
    /// When it was created in this mailbox (0x3007).
    pub created: Option<Timestamp>,
    /// When it was last changed in this mailbox (0x3008).
    pub modified: Option<Timestamp>,
    /// When it was delivered (0x0E06).
    pub delivered: Option<Timestamp>,
    /// When it was submitted (0x0039).
    pub submitted: Option<Timestamp>,
    /// Internet message id (0x1035).
    pub message_id: Option<String>,
    /// Subject (0x0037).
    pub subject: Option<String>,
    /// Search key (0x300B).
    pub search_key: Option<Vec<u8>>,
}

impl fmt::Debug for ItemFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemFacts")
            .field("id", &self.id)
            .field("parent", &self.parent)
            .field("class", &self.class)
            .field("size", &self.size)
            .field("created", &self.created)
            .field("modified", &self.modified)
            .field("delivered", &self.delivered)
            .field("submitted", &self.submitted)
            .finish_non_exhaustive()
    }
}

/// An exported item that was decoded and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Its id as the service returned it; the spelling may differ from the one asked for.
    pub id: ItemId,
    /// The item, to be uploaded unchanged.
    pub data: Base64Text,
    /// What the check found.
    pub report: Report,
}
