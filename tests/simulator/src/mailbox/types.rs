//! What the mailbox is asked with and answers with.

use std::sync::Arc;

use uuid::Uuid;

use crate::mapi::{Item, Time};

use super::source::Facts;

/// Reads the time; tests set it.
pub(crate) type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// A folder of the mailbox at hand. Its text form is [`super::Mailbox::folder_id_text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FolderId(pub(crate) u64);

/// An item of the mailbox at hand. Its text form is [`super::Mailbox::item_id_text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ItemId {
    pub(crate) folder: FolderId,
    pub(crate) number: u64,
}

/// How a mailbox is made.
#[derive(Clone)]
pub(crate) struct Options {
    /// The mailbox's own GUID, part of every id.
    pub(crate) guid: Uuid,
    /// Language of the well-known folders' names, such as `en-US` or `de-DE`; unknown ones are
    /// named in English.
    pub(crate) locale: String,
    /// Whether it has an archive tree.
    pub(crate) archive: bool,
    /// Most bytes of all items together; `None` is no limit.
    pub(crate) quota: Option<u64>,
    /// Most bytes of one imported item.
    pub(crate) max_item_size: u64,
    pub(crate) clock: Clock,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("guid", &self.guid)
            .field("locale", &self.locale)
            .field("archive", &self.archive)
            .field("quota", &self.quota)
            .field("max_item_size", &self.max_item_size)
            .finish_non_exhaustive()
    }
}

/// What kind of folder, property `0x3601` (Microsoft: MS-OXCFOLD 2.2.2.2.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FolderKind {
    Root,
    Generic,
    Search,
}

impl FolderKind {
    /// The property's value.
    pub(crate) fn number(self) -> i32 {
        match self {
            Self::Root => 0,
            Self::Generic => 1,
            Self::Search => 2,
        }
    }
}

/// A folder as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderInfo {
    pub(crate) id: FolderId,
    /// `None` for the root of the mailbox and of the archive.
    pub(crate) parent: Option<FolderId>,
    pub(crate) name: String,
    /// Container class such as `IPF.Note`; empty for none.
    pub(crate) class: String,
    /// The id EWS knows a well-known folder by, such as `inbox`.
    pub(crate) distinguished: Option<&'static str>,
    pub(crate) kind: FolderKind,
    pub(crate) hidden: bool,
    pub(crate) children: u32,
    pub(crate) counts: Counts,
    pub(crate) created: Time,
    pub(crate) modified: Time,
    /// Property `0x670A`: last change of the folder's content.
    pub(crate) local_commit_time_max: Time,
    /// Property `0x670B`: items ever deleted from the folder.
    pub(crate) deleted_count: u32,
}

/// Content of a folder, own items only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Items that are not associated.
    pub(crate) items: u64,
    pub(crate) associated: u64,
    pub(crate) unread: u64,
    /// Bytes of all items, associated ones included.
    pub(crate) bytes: u64,
}

/// An item without its content: cheap to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id: ItemId,
    /// Newest change number; rendered by [`super::Mailbox::item_change_key`].
    pub(crate) change: u64,
    pub(crate) facts: Facts,
    pub(crate) associated: bool,
}

/// An item in full: [`Listed`] plus every property the mailbox answers with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) listed: Listed,
    pub(crate) created: Time,
    pub(crate) modified: Time,
    /// All properties an export carries, creation and modification times included.
    pub(crate) item: Arc<Item>,
}

/// One change in a folder's content, as SyncFolderItems reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemChange {
    Create(Listed),
    Update(Listed),
    ReadFlag(Listed),
    /// With the change number of the deletion.
    Delete(ItemId, u64),
}

/// One change in a tree of folders, as SyncFolderHierarchy reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FolderChange {
    Create(FolderId),
    Update(FolderId),
    Delete(FolderId),
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changes<T> {
    pub(crate) changes: Vec<T>,
    /// The state to ask the next page with.
    pub(crate) state: String,
    /// Whether nothing is left for now.
    pub(crate) last: bool,
}

/// What SyncFolderItems is asked with.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SyncRequest<'a> {
    /// The state of the page before; `None` or empty starts anew.
    pub(crate) state: Option<&'a str>,
    /// Most changes to answer; 0 is taken as 1.
    pub(crate) max: usize,
    /// Whether associated items are listed too.
    pub(crate) associated: bool,
    /// Items to leave out.
    pub(crate) ignore: &'a [ItemId],
}

/// Which items FindItem looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Normal,
    Associated,
}

/// Order of FindItem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Newest item of the folder first: the default view, and by creation. Numbers follow the
    /// times of creation, except of items that were moved in.
    NewestFirst,
    OldestFirst,
    ReceivedAscending,
    ReceivedDescending,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<T>,
    /// Length of the whole list.
    pub(crate) total: u64,
    /// Where the next page starts.
    pub(crate) next: u64,
    /// Whether this page ends the list.
    pub(crate) last: bool,
}

/// What UploadItems does with an item (Microsoft: CreateAction attribute).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Import {
    /// Always a new item.
    CreateNew,
    /// Replaces the item, which must be in the folder.
    Update(ItemId),
    /// Replaces the item if it is in the folder, else makes a new one.
    UpdateOrCreate(ItemId),
}

/// How an item is deleted (Microsoft: DeleteType attribute).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deletion {
    Hard,
    /// To `recoverableitemsdeletions`.
    Soft,
    ToDeletedItems,
}
