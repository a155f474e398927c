//! Ids, shapes, paths and restrictions: what several operations use.

use super::kind::{
    ANYTHING, Attribute, BOOLEAN, Content, INT, Kind, NUMBER, Simple, TEXT, any, attributes, m,
    maybe, one, optional, required, sequence, simple, some, t,
};

/// Distinguished folder ids of the published schema ([ED distinguishedfolderid.md]).
pub(crate) const KNOWN_DISTINGUISHED: &[&str] = &[
    "calendar",
    "contacts",
    "deleteditems",
    "drafts",
    "inbox",
    "journal",
    "notes",
    "outbox",
    "sentitems",
    "tasks",
    "msgfolderroot",
    "publicfoldersroot",
    "root",
    "junkemail",
    "searchfolders",
    "voicemail",
    "recoverableitemsroot",
    "recoverableitemsdeletions",
    "recoverableitemsversions",
    "recoverableitemspurges",
    "recoverableitemsdiscoveryholds",
    "archiveroot",
    "archivemsgfolderroot",
    "archivedeleteditems",
    "archiveinbox",
    "archiverecoverableitemsroot",
    "archiverecoverableitemsdeletions",
    "archiverecoverableitemsversions",
    "archiverecoverableitemspurges",
    "archiverecoverableitemsdiscoveryholds",
    "syncissues",
    "conflicts",
    "localfailures",
    "serverfailures",
    "recipientcache",
    "quickcontacts",
    "conversationhistory",
    "adminauditlogs",
    "todosearch",
    "mycontacts",
    "directory",
    "imcontactlist",
    "peopleconnect",
    "favorites",
    "mecontact",
    "personmetadata",
    "teamspaceactivity",
    "teamspacemessaging",
    "teamspaceworkitems",
    "scheduled",
    "orionnotes",
    "tagitems",
    "alltaggeditems",
    "externalcontacts",
    "teamchat",
    "teamchathistory",
    "yammerroot",
    "yammerinbound",
    "yammeroutbound",
    "yammerfeeds",
    "onedriveroot",
    "onedriverecylebin",
    "onedrivesystem",
    "onedrivevolume",
    "important",
    "starred",
    "archive",
];

/// Ids that clients ask Exchange Online for although no published schema has
/// them: answered one by one, with an error for each ([EL folders/known_folders.py]).
const ONLINE_DISTINGUISHED: &[&str] = &[
    "allcategorizeditems",
    "allcontacts",
    "allitems",
    "allpersonmetadata",
    "companycontacts",
    "dlppolicyevaluation",
    "fromfavoritesenders",
    "inference",
    "onenotepagepreviews",
    "peoplecentricconversationbuddies",
    "qedcdefaultretention",
    "qedclongretention",
    "qedcmediumretention",
    "qedcshortretention",
    "quarantinedemail",
    "quarantinedemaildefaultcategory",
    "recoverableitemssubstrateholds",
    "relevantcontacts",
    "sharepointnotifications",
    "shortnotes",
    "temporarysaves",
    "usercuratedcontacts",
];

/// Whether the service's schema lets this distinguished id pass.
pub(crate) fn is_distinguished_known(id: &str) -> bool {
    KNOWN_DISTINGUISHED.contains(&id) || ONLINE_DISTINGUISHED.contains(&id)
}

const ID: &[Attribute] = &[required("Id", Simple::Text), optional("ChangeKey", Simple::Text)];

pub(super) static FOLDER_ID: Kind = attributes(ID);
pub(super) static ITEM_ID: Kind = attributes(ID);
static ADDRESS_LIST_ID: Kind = attributes(&[required("Id", Simple::Text)]);
static OCCURRENCE_ID: Kind = attributes(&[
    required("RecurringMasterId", Simple::Text),
    optional("ChangeKey", Simple::Text),
    required("InstanceIndex", INT),
]);
static MASTER_ID: Kind =
    attributes(&[required("OccurrenceId", Simple::Text), optional("ChangeKey", Simple::Text)]);
static MASTER_RANGES: Kind =
    Kind { attributes: ID, content: Content::Sequence(&[maybe(&[t("Ranges", &ANYTHING)])]) };

static NOT_EMPTY: Kind = simple(Simple::NotEmpty);
static MAILBOX_TYPE: Kind = simple(Simple::One(
    "MailboxTypeType",
    &[
        "Unknown",
        "OneOff",
        "Mailbox",
        "PublicDL",
        "PrivateDL",
        "Contact",
        "PublicFolder",
        "GroupMailbox",
        "ImplicitContact",
        "User",
    ],
));
pub(super) static MAILBOX: Kind = sequence(&[
    maybe(&[t("Name", &TEXT)]),
    maybe(&[t("EmailAddress", &NOT_EMPTY)]),
    maybe(&[t("RoutingType", &NOT_EMPTY)]),
    maybe(&[t("MailboxType", &MAILBOX_TYPE)]),
    maybe(&[t("ItemId", &ITEM_ID)]),
    maybe(&[t("OriginalDisplayName", &TEXT)]),
]);
pub(super) static DISTINGUISHED_ID: Kind = Kind {
    attributes: &[required("Id", Simple::Distinguished), optional("ChangeKey", Simple::Text)],
    content: Content::Sequence(&[maybe(&[t("Mailbox", &MAILBOX)])]),
};

/// One or more folder ids.
pub(super) static FOLDER_IDS: Kind =
    sequence(&[some(&[t("FolderId", &FOLDER_ID), t("DistinguishedFolderId", &DISTINGUISHED_ID)])]);
/// Exactly one folder.
pub(super) static TARGET_FOLDER: Kind = sequence(&[one(&[
    t("FolderId", &FOLDER_ID),
    t("DistinguishedFolderId", &DISTINGUISHED_ID),
    t("AddressListId", &ADDRESS_LIST_ID),
])]);
/// One or more items of any spelling.
pub(super) static ITEM_IDS: Kind = sequence(&[some(&[
    t("ItemId", &ITEM_ID),
    t("OccurrenceItemId", &OCCURRENCE_ID),
    t("RecurringMasterItemId", &MASTER_ID),
    t("RecurringMasterItemIdRanges", &MASTER_RANGES),
])]);
/// One or more plain item ids.
pub(super) static PLAIN_ITEM_IDS: Kind = sequence(&[some(&[t("ItemId", &ITEM_ID)])]);
/// Any number of plain item ids.
pub(super) static IGNORED_IDS: Kind = sequence(&[any(&[t("ItemId", &ITEM_ID)])]);

static FIELD_URI: Kind = attributes(&[required("FieldURI", Simple::FieldUri)]);
static INDEXED_URI: Kind = attributes(&[
    required(
        "FieldURI",
        Simple::One(
            "DictionaryURIType",
            &[
                "item:InternetMessageHeader",
                "contacts:ImAddress",
                "contacts:PhysicalAddress:Street",
                "contacts:PhysicalAddress:City",
                "contacts:PhysicalAddress:State",
                "contacts:PhysicalAddress:CountryOrRegion",
                "contacts:PhysicalAddress:PostalCode",
                "contacts:PhoneNumber",
                "contacts:EmailAddress",
                "distributionlist:Members:Member",
            ],
        ),
    ),
    required("FieldIndex", Simple::Text),
]);
pub(super) static EXTENDED_URI: Kind = attributes(&[
    optional(
        "DistinguishedPropertySetId",
        Simple::One(
            "DistinguishedPropertySetType",
            &[
                "Meeting",
                "Appointment",
                "Common",
                "PublicStrings",
                "Address",
                "InternetHeaders",
                "CalendarAssistant",
                "UnifiedMessaging",
                "Task",
                "Sharing",
            ],
        ),
    ),
    optional("PropertySetId", Simple::Guid),
    optional("PropertyTag", Simple::PropertyTag),
    optional("PropertyName", Simple::Text),
    optional("PropertyId", INT),
    required("PropertyType", Simple::One("MapiPropertyTypeType", PROPERTY_TYPES)),
]);
const PROPERTY_TYPES: &[&str] = &[
    "ApplicationTime",
    "ApplicationTimeArray",
    "Binary",
    "BinaryArray",
    "Boolean",
    "CLSID",
    "CLSIDArray",
    "Currency",
    "CurrencyArray",
    "Double",
    "DoubleArray",
    "Error",
    "Float",
    "FloatArray",
    "Integer",
    "IntegerArray",
    "Long",
    "LongArray",
    "Null",
    "Object",
    "ObjectArray",
    "Short",
    "ShortArray",
    "SystemTime",
    "SystemTimeArray",
    "String",
    "StringArray",
];
/// The elements that name a property.
pub(super) const PATHS: &[super::kind::Element] = &[
    t("FieldURI", &FIELD_URI),
    t("IndexedFieldURI", &INDEXED_URI),
    t("ExtendedFieldURI", &EXTENDED_URI),
];
static ADDITIONAL: Kind = sequence(&[some(PATHS)]);
static BASE_SHAPE: Kind = simple(Simple::One(
    "DefaultShapeNamesType",
    &["IdOnly", "Default", "AllProperties", "PcxPeopleSearch"],
));
static BODY_TYPE: Kind = simple(Simple::One("BodyTypeResponseType", &["Best", "HTML", "Text"]));
pub(super) static FOLDER_SHAPE: Kind = sequence(&[
    one(&[t("BaseShape", &BASE_SHAPE)]),
    maybe(&[t("AdditionalProperties", &ADDITIONAL)]),
]);
pub(super) static ITEM_SHAPE: Kind = sequence(&[
    one(&[t("BaseShape", &BASE_SHAPE)]),
    maybe(&[t("IncludeMimeContent", &BOOLEAN)]),
    maybe(&[t("BodyType", &BODY_TYPE)]),
    maybe(&[t("UniqueBodyType", &BODY_TYPE)]),
    maybe(&[t("NormalizedBodyType", &BODY_TYPE)]),
    maybe(&[t("FilterHtmlContent", &BOOLEAN)]),
    maybe(&[t("ConvertHtmlCodePageToUTF8", &BOOLEAN)]),
    maybe(&[t("InlineImageUrlTemplate", &TEXT)]),
    maybe(&[t("BlockExternalImages", &BOOLEAN)]),
    maybe(&[t("AddBlankTargetToLinks", &BOOLEAN)]),
    maybe(&[t("MaximumBodySize", &NUMBER)]),
    maybe(&[t("AdditionalProperties", &ADDITIONAL)]),
]);

static CONSTANT: Kind = attributes(&[required("Value", Simple::Text)]);
static URI_OR_CONSTANT: Kind = sequence(&[one(&[
    t("FieldURI", &FIELD_URI),
    t("IndexedFieldURI", &INDEXED_URI),
    t("ExtendedFieldURI", &EXTENDED_URI),
    t("Constant", &CONSTANT),
])]);
static EXISTS: Kind = sequence(&[one(PATHS)]);
static COMPARISON: Kind =
    sequence(&[one(PATHS), one(&[t("FieldURIOrConstant", &URI_OR_CONSTANT)])]);
static BITMASK: Kind = attributes(&[required("Value", Simple::Text)]);
static EXCLUDES: Kind = sequence(&[one(PATHS), one(&[t("Bitmask", &BITMASK)])]);
static CONTAINS: Kind = Kind {
    attributes: &[
        optional(
            "ContainmentMode",
            Simple::One(
                "ContainmentModeType",
                &["FullString", "Prefixed", "Substring", "PrefixOnWords", "ExactPhrase"],
            ),
        ),
        optional("ContainmentComparison", Simple::Text),
    ],
    content: Content::Sequence(&[one(PATHS), one(&[t("Constant", &CONSTANT)])]),
};
static SEARCHES: [super::kind::Element; 12] = [
    t("Exists", &EXISTS),
    t("Excludes", &EXCLUDES),
    t("IsEqualTo", &COMPARISON),
    t("IsNotEqualTo", &COMPARISON),
    t("IsGreaterThan", &COMPARISON),
    t("IsGreaterThanOrEqualTo", &COMPARISON),
    t("IsLessThan", &COMPARISON),
    t("IsLessThanOrEqualTo", &COMPARISON),
    t("Contains", &CONTAINS),
    t("Not", &NOT),
    t("And", &MULTIPLE),
    t("Or", &MULTIPLE),
];
static NOT: Kind = sequence(&[one(&SEARCHES)]);
static MULTIPLE: Kind = sequence(&[some(&SEARCHES)]);
pub(super) static RESTRICTION: Kind = sequence(&[one(&SEARCHES)]);

static FIELD_ORDER: Kind = Kind {
    attributes: &[required(
        "Order",
        Simple::One("SortDirectionType", &["Ascending", "Descending"]),
    )],
    content: Content::Sequence(&[one(PATHS)]),
};
pub(super) static SORT_ORDER: Kind = sequence(&[some(&[t("FieldOrder", &FIELD_ORDER)])]);

pub(super) static INDEXED_VIEW: Kind = attributes(&[
    optional("MaxEntriesReturned", INT),
    required("Offset", INT),
    required("BasePoint", Simple::One("IndexBasePointType", &["Beginning", "End"])),
]);
pub(super) static FRACTIONAL_VIEW: Kind = attributes(&[
    optional("MaxEntriesReturned", INT),
    required("Numerator", INT),
    required("Denominator", INT),
]);

pub(super) const DISPOSAL: Simple =
    Simple::One("DisposalType", &["HardDelete", "SoftDelete", "MoveToDeletedItems"]);

/// `m:ToFolderId`.
pub(super) const TO_FOLDER: &[super::kind::Element] = &[m("ToFolderId", &TARGET_FOLDER)];
