//! What is sent to the service: items, deletions, property changes.

use std::num::NonZeroU32;

use longhaul_core::Timestamp;

use crate::ItemId;
use crate::blob::Base64Text;

/// What an upload does in the destination.
/// Source: Microsoft: "UploadItemType".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadAction {
    /// Always a new item with a new id: repeating it makes a duplicate.
    CreateNew,
    /// Replaces the content of an item that must be in the folder; its id stays.
    Update(ItemId),
    /// Replaces the item if it is in the folder, else makes a new one.
    UpdateOrCreate(ItemId),
}

/// An item that was uploaded while it was being exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// Its id in the destination.
    pub id: ItemId,
    /// The digest of its content ([`crate::blob::Report`]).
    pub content: Option<NonZeroU32>,
}

/// An item to be uploaded.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The exported item, unchanged.
    pub data: Base64Text,
    /// Whether it is an associated item.
    pub associated: bool,
    /// What to do with it.
    pub action: UploadAction,
}

/// How an item is deleted. Nobody is ever sent a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// At once and for good, unless a hold keeps it.
    HardDelete,
    /// Into the recoverable items.
    SoftDelete,
    /// Into the Deleted Items folder.
    MoveToDeletedItems,
}

/// A property to be set on an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertyChange {
    /// Marks a message read or unread. No read receipt is sent.
    Read(bool),
    /// Sets a text property by its tag (below 0x8000).
    Text {
        /// The property's id, such as 0x0037.
        tag: u16,
        /// The new value.
        value: String,
    },
    /// Sets a 32-bit number by its tag (below 0x8000).
    Integer {
        /// The property's id.
        tag: u16,
        /// The new value.
        value: i32,
    },
    /// Sets a time by its tag (below 0x8000).
    Time {
        /// The property's id.
        tag: u16,
        /// The new value.
        value: Timestamp,
    },
}

/// The version a server says it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerVersion {
    /// Major version; 15 since Exchange 2013.
    pub major: u32,
    /// Minor version; 20 is Exchange Online.
    pub minor: u32,
    /// Major part of the build.
    pub build: u32,
    /// Minor part of the build.
    pub revision: u32,
    /// Name of the newest schema it speaks, such as `V2018_01_08`.
    pub schema: Option<String>,
}
