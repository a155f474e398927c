//! Pages of folders, changes and items.

use crate::model::{Folder, ItemFacts, Listed};
use crate::{FolderId, ItemId};

/// A page of folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderPage {
    /// The folders of this page.
    pub folders: Vec<Folder>,
    /// Offset of the next page; `None` on the last one.
    pub next_offset: Option<u32>,
    /// Whether this is the last page.
    pub last: bool,
    /// Folders in all pages, as the service counts now.
    pub total: Option<u32>,
}

/// A change of the folder tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderChange {
    /// A folder that the state did not know.
    Create(Folder),
    /// A folder that was renamed, moved or otherwise changed.
    Update(Folder),
    /// A folder that is gone.
    Delete(FolderId),
}

/// A page of changes of the folder tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HierarchyPage {
    /// State after this page. Opaque; it belongs to one root of one mailbox.
    pub sync_state: String,
    /// Whether this is the last page for now.
    pub last: bool,
    /// The changes.
    pub changes: Vec<FolderChange>,
}

/// Which items a list of changes covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncScope {
    /// Visible items.
    Normal,
    /// Visible and associated items.
    NormalAndAssociated,
}

/// A change in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemChange {
    /// An item that the state did not know; it may be gone by now.
    Create(Listed),
    /// An item that was changed.
    Update(Listed),
    /// An item that left the folder: deleted, or moved and then a `Create` elsewhere.
    Delete {
        /// Its id.
        id: ItemId,
    },
    /// An item that was only marked read or unread.
    ReadFlag {
        /// Its id.
        id: ItemId,
        /// Whether it is read now.
        read: bool,
    },
}

/// A page of changes in a folder, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemPage {
    /// State after this page. Opaque; it belongs to one folder of one mailbox.
    pub sync_state: String,
    /// Whether this is the last page for now.
    pub last: bool,
    /// The changes.
    pub changes: Vec<ItemChange>,
}

/// Which items of a folder a search looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traversal {
    /// Visible items.
    Shallow,
    /// Associated items.
    Associated,
}

/// A page of items found. Offsets shift while the folder changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPage {
    /// The items of this page.
    pub items: Vec<ItemFacts>,
    /// Offset of the next page; `None` on the last one.
    pub next_offset: Option<u32>,
    /// Whether this is the last page.
    pub last: bool,
    /// Items in all pages, as the service counts now.
    pub total: Option<u32>,
}
