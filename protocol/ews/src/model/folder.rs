//! Folders.

use longhaul_core::{Bytes, Timestamp};

use crate::FolderId;

/// What an XML element says a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderKind {
    /// Mail and everything without an element of its own.
    Folder,
    /// Calendar.
    Calendar,
    /// Contacts.
    Contacts,
    /// Tasks.
    Tasks,
    /// A search folder: it holds no items of its own and is not copied.
    Search,
}

/// A folder as the service describes it. A field is `None` where the answer lacks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its id.
    pub id: FolderId,
    /// Id of the folder it stands in.
    pub parent: Option<FolderId>,
    /// Its name, in the mailbox's language if it is a default folder.
    pub name: Option<String>,
    /// Its class, such as `IPF.Note` (from `FolderClass`).
    pub class: Option<String>,
    /// Its role, if it is a default folder.
    pub distinguished: Option<String>,
    /// What it is. A folder of type 2 (0x3601) is a search folder whatever its element.
    pub kind: FolderKind,
    /// Whether clients hide it (0x10F4).
    pub hidden: Option<bool>,
    /// Size of all its items (0x0E08).
    pub size: Option<Bytes>,
    /// Last change of its content (0x670A).
    pub changed: Option<Timestamp>,
    /// Items ever deleted from it (0x670B).
    pub deleted: Option<u32>,
    /// Visible items in it (0x3602).
    pub items: Option<u32>,
    /// Associated items in it (0x3617).
    pub associated: Option<u32>,
    /// Unread items in it (0x3603).
    pub unread: Option<u32>,
}

/// What of a folder changes when its content does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Last change of its content.
    pub changed: Timestamp,
    /// Items ever deleted from it.
    pub deleted: u32,
    /// Visible items.
    pub items: u32,
    /// Associated items.
    pub associated: u32,
    /// Unread items.
    pub unread: u32,
}

impl Folder {
    /// The fingerprint, if the service gave all its parts.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        Some(Fingerprint {
            changed: self.changed?,
            deleted: self.deleted?,
            items: self.items?,
            associated: self.associated?,
            unread: self.unread?,
        })
    }
}

/// A folder to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFolder {
    /// Its name.
    pub name: String,
    /// Its class, such as `IPF.Contact`. It can only be set now.
    pub class: Option<String>,
}

/// What came of creating a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreatedFolder {
    /// It was created.
    Created(FolderId),
    /// The parent has a folder of that name (case does not count): look it up and adopt it.
    Exists,
}
