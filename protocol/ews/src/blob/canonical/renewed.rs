//! Properties that say nothing about the content, because the service renews them on import.
//!
//! Sources: Microsoft: \[MS-OXPROPS\] for the names; which of them an import renews is known
//! from public tests that export, upload and compare on live servers: ids and change key,
//! created and modified time, conversation id, attachment ids and size change, the rest stays.

/// Left out everywhere.
pub const RENEWED: &[u16] = &[
    0x0E08, // MessageSize: may differ slightly
    0x0E09, // ParentEntryId
    0x0E2F, // size again, as replication counts it
    0x0FF4, // Access: depends on who exports
    0x0FF6, // InstanceKey
    0x0FF7, // AccessLevel: depends on who exports
    0x0FF8, // MappingSignature
    0x0FF9, // RecordKey
    0x0FFA, // StoreRecordKey
    0x0FFB, // StoreEntryId
    0x0FFF, // EntryId
    0x3007, // CreationTime
    0x3008, // LastModificationTime
    0x300B, // SearchKey: no public source says whether it stays
    0x3013, // ConversationId
    0x3FF8, // CreatorName: the application that imported
    0x3FF9, // CreatorEntryId
    0x3FFA, // LastModifierName
    0x3FFB, // LastModifierEntryId
    0x4008, // DnPrefix: says which server wrote the stream
    0x65E0, // SourceKey
    0x65E1, // ParentSourceKey
    0x65E2, // ChangeKey
    0x65E3, // PredecessorChangeList
    0x6709, // LocalCommitTime
    0x6748, // FolderId
    0x674A, // Mid
    0x67A4, // ChangeNumber
];

/// Left out of attachments beside [`RENEWED`].
pub const RENEWED_IN_ATTACHMENT: &[u16] = &[
    0x0E20, // AttachSize: counts what surrounds the data
    0x0E21, // AttachNumber: the order says it
];

/// Left out of recipients beside [`RENEWED`].
pub const RENEWED_IN_RECIPIENT: &[u16] = &[
    0x3000, // RowId: the order says it
];

/// Path of the flags that hold the read state, for callers to whom reading is no change.
pub const READ_STATE: &str = "0x0E07";
