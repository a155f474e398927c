//! Requests about items and ids.

use super::fields::{
    CALENDAR_FIELDS, CONTACT_FIELDS, GROUP_FIELDS, ITEM_FIELDS, MEETING_FIELDS, MESSAGE_FIELDS,
    POST_FIELDS, TASK_FIELDS,
};
use super::kind::{
    ANYTHING, BOOLEAN, Content, Element, Kind, Simple, TEXT, attributes, m, maybe, one, optional,
    required, sequence, simple, some, t,
};
use super::shared::{
    DISPOSAL, FOLDER_ID, FOLDER_IDS, FRACTIONAL_VIEW, IGNORED_IDS, INDEXED_VIEW, ITEM_ID, ITEM_IDS,
    ITEM_SHAPE, PATHS, PLAIN_ITEM_IDS, RESTRICTION, SORT_ORDER, TARGET_FOLDER, TO_FOLDER,
};

/// Most changes of one page ([ED maxchangesreturned.md]).
static MAX_CHANGES: Kind = simple(Simple::Number(1, 512));
static SYNC_SCOPE: Kind =
    simple(Simple::One("SyncFolderItemsScopeType", &["NormalItems", "NormalAndAssociatedItems"]));
pub(super) static SYNC_FOLDER_ITEMS: Kind = sequence(&[
    one(&[m("ItemShape", &ITEM_SHAPE)]),
    one(&[m("SyncFolderId", &TARGET_FOLDER)]),
    maybe(&[m("SyncState", &TEXT)]),
    maybe(&[m("Ignore", &IGNORED_IDS)]),
    one(&[m("MaxChangesReturned", &MAX_CHANGES)]),
    maybe(&[m("SyncScope", &SYNC_SCOPE)]),
]);

pub(super) static FIND_ITEM: Kind = Kind {
    attributes: &[required(
        "Traversal",
        Simple::One("ItemQueryTraversalType", &["Shallow", "SoftDeleted", "Associated"]),
    )],
    content: Content::Sequence(&[
        one(&[m("ItemShape", &ITEM_SHAPE)]),
        maybe(&[
            m("IndexedPageItemView", &INDEXED_VIEW),
            m("FractionalPageItemView", &FRACTIONAL_VIEW),
            m("SeekToConditionPageItemView", &ANYTHING),
            m("CalendarView", &ANYTHING),
            m("ContactsView", &ANYTHING),
        ]),
        maybe(&[m("GroupBy", &ANYTHING), m("DistinguishedGroupBy", &ANYTHING)]),
        maybe(&[m("Restriction", &RESTRICTION)]),
        maybe(&[m("SortOrder", &SORT_ORDER)]),
        one(&[m("ParentFolderIds", &FOLDER_IDS)]),
        maybe(&[m("QueryString", &ANYTHING)]),
    ]),
};

pub(super) static GET_ITEM: Kind =
    sequence(&[one(&[m("ItemShape", &ITEM_SHAPE)]), one(&[m("ItemIds", &ITEM_IDS)])]);

pub(super) static EXPORT_ITEMS: Kind = sequence(&[one(&[m("ItemIds", &PLAIN_ITEM_IDS)])]);

static DATA: Kind = Kind { attributes: &[], content: Content::Diverted };
static UPLOAD: Kind = Kind {
    attributes: &[
        required(
            "CreateAction",
            Simple::One("CreateActionType", &["CreateNew", "Update", "UpdateOrCreate"]),
        ),
        optional("IsAssociated", Simple::Boolean),
    ],
    content: Content::Sequence(&[
        one(&[t("ParentFolderId", &FOLDER_ID)]),
        maybe(&[t("ItemId", &ITEM_ID)]),
        one(&[t("Data", &DATA)]),
    ]),
};
static UPLOADS: Kind = sequence(&[some(&[t("Item", &UPLOAD)])]);
pub(super) static UPLOAD_ITEMS: Kind = sequence(&[one(&[m("Items", &UPLOADS)])]);

pub(super) static DELETE_ITEM: Kind = Kind {
    attributes: &[
        required("DeleteType", DISPOSAL),
        optional(
            "SendMeetingCancellations",
            Simple::One(
                "CalendarItemCreateOrDeleteOperationType",
                &["SendToNone", "SendOnlyToAll", "SendToAllAndSaveCopy"],
            ),
        ),
        optional(
            "AffectedTaskOccurrences",
            Simple::One(
                "AffectedTaskOccurrencesType",
                &["AllOccurrences", "SpecifiedOccurrenceOnly"],
            ),
        ),
        optional("SuppressReadReceipts", Simple::Boolean),
    ],
    content: Content::Sequence(&[one(&[m("ItemIds", &ITEM_IDS)])]),
};

const ITEMS: &[Element] = &[
    t("Item", &ITEM_FIELDS),
    t("Message", &MESSAGE_FIELDS),
    t("SharingMessage", &ANYTHING),
    t("CalendarItem", &CALENDAR_FIELDS),
    t("Contact", &CONTACT_FIELDS),
    t("DistributionList", &GROUP_FIELDS),
    t("MeetingMessage", &MEETING_FIELDS),
    t("MeetingRequest", &ANYTHING),
    t("MeetingResponse", &ANYTHING),
    t("MeetingCancellation", &ANYTHING),
    t("Task", &TASK_FIELDS),
    t("PostItem", &POST_FIELDS),
    t("RoleMember", &ANYTHING),
    t("Network", &ANYTHING),
    t("Person", &ANYTHING),
];
static SET_FIELD: Kind = sequence(&[one(PATHS), one(ITEMS)]);
static DELETE_FIELD: Kind = sequence(&[one(PATHS)]);
static UPDATES: Kind = sequence(&[some(&[
    t("AppendToItemField", &SET_FIELD),
    t("SetItemField", &SET_FIELD),
    t("DeleteItemField", &DELETE_FIELD),
])]);
static ITEM_CHANGE: Kind = sequence(&[
    one(&[
        t("ItemId", &ITEM_ID),
        t("OccurrenceItemId", &ANYTHING),
        t("RecurringMasterItemId", &ANYTHING),
    ]),
    one(&[t("Updates", &UPDATES)]),
    maybe(&[t("CalendarActivityData", &ANYTHING)]),
]);
static ITEM_CHANGES: Kind = sequence(&[some(&[t("ItemChange", &ITEM_CHANGE)])]);
pub(super) static UPDATE_ITEM: Kind = Kind {
    attributes: &[
        required(
            "ConflictResolution",
            Simple::One(
                "ConflictResolutionType",
                &["NeverOverwrite", "AutoResolve", "AlwaysOverwrite"],
            ),
        ),
        optional(
            "MessageDisposition",
            Simple::One("MessageDispositionType", &["SaveOnly", "SendOnly", "SendAndSaveCopy"]),
        ),
        optional(
            "SendMeetingInvitationsOrCancellations",
            Simple::One(
                "CalendarItemUpdateOperationType",
                &[
                    "SendToNone",
                    "SendOnlyToAll",
                    "SendOnlyToChanged",
                    "SendToAllAndSaveCopy",
                    "SendToChangedAndSaveCopy",
                ],
            ),
        ),
        optional("SuppressReadReceipts", Simple::Boolean),
    ],
    content: Content::Sequence(&[
        maybe(&[m("SavedItemFolderId", &TARGET_FOLDER)]),
        one(&[m("ItemChanges", &ITEM_CHANGES)]),
    ]),
};

pub(super) static MOVE_ITEM: Kind = sequence(&[
    one(TO_FOLDER),
    one(&[m("ItemIds", &ITEM_IDS)]),
    maybe(&[m("ReturnNewItemIds", &BOOLEAN)]),
]);

const FORMATS: &[&str] = &["EwsLegacyId", "EwsId", "EntryId", "HexEntryId", "StoreId", "OwaId"];
/// Formats of ids ([ED convertid-operation.md]).
const FORMAT: Simple = Simple::One("IdFormatType", FORMATS);
static ALTERNATE_ID: Kind = attributes(&[
    required("Format", FORMAT),
    required("Id", Simple::Text),
    required("Mailbox", Simple::NotEmpty),
    optional("IsArchive", Simple::Boolean),
]);
static PUBLIC_FOLDER: Kind =
    attributes(&[required("Format", FORMAT), required("FolderId", Simple::Text)]);
static PUBLIC_ITEM: Kind = attributes(&[
    required("Format", FORMAT),
    required("FolderId", Simple::Text),
    required("ItemId", Simple::Text),
]);
static SOURCE_IDS: Kind = sequence(&[some(&[
    t("AlternateId", &ALTERNATE_ID),
    t("AlternatePublicFolderId", &PUBLIC_FOLDER),
    t("AlternatePublicFolderItemId", &PUBLIC_ITEM),
])]);
pub(super) static CONVERT_ID: Kind = Kind {
    attributes: &[required("DestinationFormat", FORMAT)],
    content: Content::Sequence(&[one(&[m("SourceIds", &SOURCE_IDS)])]),
};
