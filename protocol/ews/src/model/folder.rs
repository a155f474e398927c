//! Folders.

use longhaul_core::{Bytes, Timestamp};

use crate::{FolderId, limits};

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
    /// When the service said so, on its own clock.
    pub told: Option<Timestamp>,
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

    /// The fingerprint, if every change that comes after it will show in it. Times of change are
    /// told in whole seconds, so a second change in the same one could not be told from the first.
    #[must_use]
    pub fn settled_fingerprint(&self) -> Option<Fingerprint> {
        let seen = self.fingerprint()?;
        let age = self.told?.since(seen.changed);
        (age >= limits::SETTLES).then_some(seen)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_has_just_changed_has_no_settled_fingerprint() {
        let changed = Timestamp(1_700_000_000_000);
        let after = |told: Option<u64>| Folder {
            id: FolderId::new("a"),
            parent: None,
            name: None,
            class: None,
            distinguished: None,
            kind: FolderKind::Folder,
            hidden: None,
            size: None,
            changed: Some(changed),
            deleted: Some(0),
            items: Some(1),
            associated: Some(0),
            unread: Some(0),
            told: told.map(|seconds| changed.after(std::time::Duration::from_secs(seconds))),
        };
        let settled = |told| after(told).settled_fingerprint();
        assert_eq!([settled(None), settled(Some(0)), settled(Some(4))], [None; 3]);
        assert_eq!(settled(Some(5)), after(None).fingerprint());
    }
}
