//! Names by which the service knows folders and items. They are opaque; case matters.

use serde::{Deserialize, Serialize};

/// A folder's id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FolderId(String);

impl FolderId {
    /// The id with this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for FolderId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// An item's id and, if known, the version of the item it was read at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ItemId {
    /// The id.
    pub id: String,
    /// The change key. A call that carries one is refused if the item has changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_key: Option<String>,
}

impl ItemId {
    /// The item whatever its version.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), change_key: None }
    }
}

/// A folder by id or by role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderName<'a> {
    /// By id.
    Id(&'a FolderId),
    /// By role, such as `inbox`, `msgfolderroot` or `archivemsgfolderroot`.
    /// Source: Microsoft: "DistinguishedFolderId (EWS)".
    Distinguished(&'a str),
}

impl<'a> From<&'a FolderId> for FolderName<'a> {
    fn from(id: &'a FolderId) -> Self {
        Self::Id(id)
    }
}
