//! Answers to requests for single properties: stored ones, and those the service computes.

use crate::mapi::{Key, Tag, Value, kind, tags};

use super::{FolderInfo, Mailbox, Record};

impl Mailbox {
    /// A property of an item. Computed: entry ids, source and change key, size, commit time,
    /// whether it has attachments.
    pub(crate) fn item_property(&self, record: &Record, key: &Key) -> Option<Value> {
        let Key::Id(id) = key else {
            return record.item.props.get(key.clone()).cloned();
        };
        let listed = &record.listed;
        let is = |tag: Tag| tag.id() == *id;
        Some(match () {
            () if is(tags::ENTRY_ID) => self.item_entry_id(listed.id).into(),
            () if is(tags::PARENT_ENTRY_ID) => self.folder_entry_id(listed.id.folder).into(),
            () if is(tags::SOURCE_KEY) => self.replica_key(listed.id.number).into(),
            () if is(tags::PARENT_SOURCE_KEY) => self.replica_key(listed.id.folder.0).into(),
            () if is(tags::CHANGE_KEY) => self.replica_key(listed.change).into(),
            () if is(tags::MESSAGE_SIZE) => Value::I64(i64::try_from(listed.facts.size).ok()?),
            () if is(tags::LOCAL_COMMIT_TIME) => record.modified.into(),
            () if is(tags::HAS_ATTACHMENTS) => (!record.item.attachments.is_empty()).into(),
            () => return record.item.props.get(key.clone()).cloned(),
        })
    }

    /// A property of a folder by tag; all are computed. Counts are of the type asked for.
    pub(crate) fn folder_property(&self, folder: &FolderInfo, tag: Tag) -> Option<Value> {
        let is = |known: Tag| known.id() == tag.id();
        let number = |number: u64| match tag.kind() {
            kind::I64 => i64::try_from(number).ok().map(Value::I64),
            _ => Some(Value::I32(i32::try_from(number).unwrap_or(i32::MAX))),
        };
        match () {
            () if is(tags::DISPLAY_NAME) => Some(folder.name.clone().into()),
            () if is(tags::CONTAINER_CLASS) => {
                (!folder.class.is_empty()).then(|| folder.class.clone().into())
            }
            () if is(tags::FOLDER_TYPE) => Some(folder.kind.number().into()),
            () if is(tags::CONTENT_COUNT) => number(folder.counts.items),
            () if is(tags::CONTENT_UNREAD) => number(folder.counts.unread),
            () if is(tags::ASSOCIATED_COUNT) => number(folder.counts.associated),
            () if is(tags::MESSAGE_SIZE) => number(folder.counts.bytes),
            () if is(tags::SUBFOLDERS) => Some((folder.children > 0).into()),
            () if is(tags::HIDDEN) => Some(folder.hidden.into()),
            () if is(tags::CREATION_TIME) => Some(folder.created.into()),
            () if is(tags::LAST_MODIFICATION_TIME) => Some(folder.modified.into()),
            () if is(tags::LOCAL_COMMIT_TIME_MAX) => Some(folder.local_commit_time_max.into()),
            () if is(tags::DELETED_COUNT) => number(u64::from(folder.deleted_count)),
            () if is(tags::ENTRY_ID) => Some(self.folder_entry_id(folder.id).into()),
            () if is(tags::PARENT_ENTRY_ID) => {
                folder.parent.map(|parent| self.folder_entry_id(parent).into())
            }
            () if is(tags::SOURCE_KEY) => Some(self.replica_key(folder.id.0).into()),
            () => None,
        }
    }
}
