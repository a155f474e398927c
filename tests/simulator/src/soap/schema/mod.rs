//! The request schema of the operations the simulator knows, checked by hand.
//!
//! The service validates every request against its schema before it looks at
//! it, and refuses the whole request at the first violation. So do these
//! tables: order and number of elements, namespaces, required and unknown
//! attributes, enumerations and number ranges. Written from the reference pages
//! of the operations ([ED web-service-reference]); the schema itself is not part
//! of this crate.

mod check;
mod fields;
mod folders;
mod header;
mod items;
mod kind;
mod shared;
mod uris;

pub(crate) use check::{check, property_id};

pub(crate) use header::check_header;
pub(crate) use shared::KNOWN_DISTINGUISHED;

pub(crate) use kind::Kind;

static OPERATIONS: &[(&str, &Kind)] = &[
    ("GetFolder", &folders::GET_FOLDER),
    ("FindFolder", &folders::FIND_FOLDER),
    ("SyncFolderHierarchy", &folders::SYNC_FOLDER_HIERARCHY),
    ("CreateFolder", &folders::CREATE_FOLDER),
    ("CreateFolderPath", &folders::CREATE_FOLDER_PATH),
    ("UpdateFolder", &folders::UPDATE_FOLDER),
    ("DeleteFolder", &folders::DELETE_FOLDER),
    ("MoveFolder", &folders::MOVE_FOLDER),
    ("SyncFolderItems", &items::SYNC_FOLDER_ITEMS),
    ("FindItem", &items::FIND_ITEM),
    ("GetItem", &items::GET_ITEM),
    ("ExportItems", &items::EXPORT_ITEMS),
    ("UploadItems", &items::UPLOAD_ITEMS),
    ("DeleteItem", &items::DELETE_ITEM),
    ("UpdateItem", &items::UPDATE_ITEM),
    ("MoveItem", &items::MOVE_ITEM),
    ("ConvertId", &items::CONVERT_ID),
];

/// The name and the kind of an operation's request element, `None` for unknown operations.
pub(crate) fn operation(name: &str) -> Option<(&'static str, &'static Kind)> {
    OPERATIONS.iter().find(|(known, _)| *known == name).copied()
}
