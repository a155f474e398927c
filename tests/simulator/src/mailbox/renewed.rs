//! The properties that the service makes anew when an item is imported: the one list that import,
//! sizes and dumps go by.
//!
//! Independent clients that export and upload items find everything equal except ids, change keys,
//! created and modified times and the conversation id (exchangelib: `test_export_and_upload`).

use crate::mapi::{Item, Key, Tag, Time, tags};

/// Never stored with an item; computed when read.
pub(crate) const RENEWED: &[Tag] = &[
    tags::ENTRY_ID,
    tags::PARENT_ENTRY_ID,
    tags::INSTANCE_KEY,
    tags::SOURCE_KEY,
    tags::PARENT_SOURCE_KEY,
    tags::CHANGE_KEY,
    tags::PREDECESSOR_CHANGE_LIST,
    tags::MID,
    tags::MESSAGE_SIZE,
    tags::LOCAL_COMMIT_TIME,
    tags::CREATION_TIME,
    tags::LAST_MODIFICATION_TIME,
    tags::CONVERSATION_ID,
];

/// Takes the renewed properties off an item; its creation and modification time.
pub(crate) fn strip(item: &mut Item) -> (Option<Time>, Option<Time>) {
    let created = item.props.time(tags::CREATION_TIME);
    let modified = item.props.time(tags::LAST_MODIFICATION_TIME);
    for tag in RENEWED {
        item.props.remove(*tag);
    }
    (created, modified)
}

/// Whether a key names a property of the list.
pub(super) fn is_renewed(key: &Key) -> bool {
    matches!(key, Key::Id(id) if RENEWED.iter().any(|tag| tag.id() == *id))
}
