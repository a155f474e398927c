//! Requests about folders.

use super::fields::{
    CALENDAR_FOLDER_FIELDS, CONTACTS_FOLDER_FIELDS, FOLDER_FIELDS, SEARCH_FOLDER_FIELDS,
};
use super::kind::{
    Content, Element, Kind, Simple, TEXT, m, maybe, one, required, sequence, some, t,
};
use super::shared::{
    DISPOSAL, DISTINGUISHED_ID, FOLDER_ID, FOLDER_IDS, FOLDER_SHAPE, FRACTIONAL_VIEW, INDEXED_VIEW,
    PATHS, RESTRICTION, TARGET_FOLDER, TO_FOLDER,
};

pub(super) static GET_FOLDER: Kind =
    sequence(&[one(&[m("FolderShape", &FOLDER_SHAPE)]), one(&[m("FolderIds", &FOLDER_IDS)])]);

pub(super) static FIND_FOLDER: Kind = Kind {
    attributes: &[required(
        "Traversal",
        Simple::One("FolderQueryTraversalType", &["Shallow", "Deep", "SoftDeleted"]),
    )],
    content: Content::Sequence(&[
        one(&[m("FolderShape", &FOLDER_SHAPE)]),
        maybe(&[
            m("IndexedPageFolderView", &INDEXED_VIEW),
            m("FractionalPageFolderView", &FRACTIONAL_VIEW),
        ]),
        maybe(&[m("Restriction", &RESTRICTION)]),
        one(&[m("ParentFolderIds", &FOLDER_IDS)]),
    ]),
};

pub(super) static SYNC_FOLDER_HIERARCHY: Kind = sequence(&[
    one(&[m("FolderShape", &FOLDER_SHAPE)]),
    maybe(&[m("SyncFolderId", &TARGET_FOLDER)]),
    maybe(&[m("SyncState", &TEXT)]),
]);

const FOLDERS: &[Element] = &[
    t("Folder", &FOLDER_FIELDS),
    t("CalendarFolder", &CALENDAR_FOLDER_FIELDS),
    t("ContactsFolder", &CONTACTS_FOLDER_FIELDS),
    t("SearchFolder", &SEARCH_FOLDER_FIELDS),
    t("TasksFolder", &FOLDER_FIELDS),
];
static NEW_FOLDERS: Kind = sequence(&[some(FOLDERS)]);

pub(super) static CREATE_FOLDER: Kind =
    sequence(&[one(&[m("ParentFolderId", &TARGET_FOLDER)]), one(&[m("Folders", &NEW_FOLDERS)])]);

pub(super) static CREATE_FOLDER_PATH: Kind = sequence(&[
    one(&[m("ParentFolderId", &TARGET_FOLDER)]),
    one(&[m("RelativeFolderPath", &NEW_FOLDERS)]),
]);

static SET_FIELD: Kind = sequence(&[one(PATHS), one(FOLDERS)]);
static DELETE_FIELD: Kind = sequence(&[one(PATHS)]);
static UPDATES: Kind = sequence(&[some(&[
    t("AppendToFolderField", &SET_FIELD),
    t("SetFolderField", &SET_FIELD),
    t("DeleteFolderField", &DELETE_FIELD),
])]);
static FOLDER_CHANGE: Kind = sequence(&[
    one(&[t("FolderId", &FOLDER_ID), t("DistinguishedFolderId", &DISTINGUISHED_ID)]),
    one(&[t("Updates", &UPDATES)]),
]);
static FOLDER_CHANGES: Kind = sequence(&[some(&[t("FolderChange", &FOLDER_CHANGE)])]);
pub(super) static UPDATE_FOLDER: Kind = sequence(&[one(&[m("FolderChanges", &FOLDER_CHANGES)])]);

pub(super) static DELETE_FOLDER: Kind = Kind {
    attributes: &[required("DeleteType", DISPOSAL)],
    content: Content::Sequence(&[one(&[m("FolderIds", &FOLDER_IDS)])]),
};

pub(super) static MOVE_FOLDER: Kind =
    sequence(&[one(TO_FOLDER), one(&[m("FolderIds", &FOLDER_IDS)])]);
