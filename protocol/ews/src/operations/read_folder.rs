//! Reads a folder element.

use longhaul_core::Bytes;

use super::read_item::{extended, number};
use crate::xml::Element;
use crate::{Folder, FolderId, FolderKind, time};

/// Value of 0x3601 for a search folder.
/// Source: \[MS-OXPROPS\] PidTagFolderType.
const SEARCH: i64 = 2;

/// The folder that `element` describes; `None` if it has no id.
pub(super) fn folder(element: &Element) -> Option<Folder> {
    let text = |name| element.child_text(name).map(str::to_owned);
    let count = |tag| number(extended(element, tag)).and_then(|n| u32::try_from(n).ok());
    let kind = match element.name() {
        _ if number(extended(element, 0x3601)) == Some(SEARCH) => FolderKind::Search,
        "CalendarFolder" => FolderKind::Calendar,
        "ContactsFolder" => FolderKind::Contacts,
        "TasksFolder" => FolderKind::Tasks,
        "SearchFolder" => FolderKind::Search,
        _ => FolderKind::Folder,
    };
    Some(Folder {
        id: id(element)?,
        parent: element.child("ParentFolderId").and_then(own_id),
        name: text("DisplayName"),
        class: text("FolderClass"),
        distinguished: text("DistinguishedFolderId"),
        kind,
        hidden: extended(element, 0x10F4).map(|value| value == "true" || value == "1"),
        size: number(extended(element, 0x0E08)).and_then(|n| u64::try_from(n).ok()).map(Bytes),
        changed: extended(element, 0x670A).and_then(time::read),
        deleted: count(0x670B),
        items: count(0x3602),
        associated: count(0x3617),
        unread: count(0x3603),
        told: None,
    })
}

/// The id of the folder that `element` describes.
pub(super) fn id(element: &Element) -> Option<FolderId> {
    own_id(element.child("FolderId")?)
}

fn own_id(element: &Element) -> Option<FolderId> {
    element.attribute("Id").map(FolderId::new)
}
