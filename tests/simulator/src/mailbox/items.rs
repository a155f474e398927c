//! Reading and changing items as users do.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::mapi::{Content, Item, Value, tags};

use super::{
    Deletion, Facts, FolderId, FolderKind, ItemId, ItemSource, Listed, Mailbox, Record, Refusal,
    folder::{Entry, Row, pack},
    renewed,
};

impl Mailbox {
    /// An item without its content.
    ///
    /// # Errors
    /// `ItemNotFound`.
    pub(crate) fn listed(&self, id: ItemId) -> Result<Listed, Refusal> {
        let folder = self.folders.get(&id.folder).ok_or(Refusal::ItemNotFound)?;
        folder.listed(id.number).ok_or(Refusal::ItemNotFound)
    }

    /// An item with every property that an export carries.
    ///
    /// # Errors
    /// `ItemNotFound`.
    pub(crate) fn item(&self, id: ItemId) -> Result<Record, Refusal> {
        let listed = self.listed(id)?;
        let folder = self.folders.get(&id.folder).ok_or(Refusal::ItemNotFound)?;
        let (mut item, created, modified) =
            folder.stored(id.number).ok_or(Refusal::ItemNotFound)?;
        let conversation = self.conversation_id(&item);
        item.props.set(tags::CREATION_TIME, created);
        item.props.set(tags::LAST_MODIFICATION_TIME, modified);
        item.props.set(tags::CONVERSATION_ID, conversation);
        Ok(Record { listed, created, modified, item: Arc::new(item) })
    }

    /// Sixteen bytes that are the same for a conversation inside this mailbox only.
    fn conversation_id(&self, item: &Item) -> Vec<u8> {
        let index = item.props.get(tags::CONVERSATION_INDEX).and_then(Value::as_content);
        let thread = match index {
            Some(index) if index.len() >= 22 => index.read(0, 22).to_vec(),
            _ => {
                let topic = [tags::CONVERSATION_TOPIC, tags::NORMALIZED_SUBJECT, tags::SUBJECT];
                let topic = topic.into_iter().find_map(|tag| item.props.text(tag));
                topic.unwrap_or_default().to_lowercase().into_bytes()
            }
        };
        let hash = Sha256::new().chain_update(self.options.guid).chain_update(thread).finalize();
        hash[..16].to_vec()
    }

    /// A new item as a user or the transport makes it: no quota, and a search key if it has none.
    ///
    /// # Errors
    /// `FolderNotFound`, `FolderType`.
    pub(crate) fn create_item(
        &mut self,
        parent: FolderId,
        associated: bool,
        mut item: Item,
    ) -> Result<ItemId, Refusal> {
        if self.stored_folder(parent)?.kind == FolderKind::Search {
            return Err(Refusal::FolderType);
        }
        renewed::strip(&mut item);
        if item.props.get(tags::SEARCH_KEY).is_none() {
            let seed = format!("{} {}", self.options.guid, self.last_number + 1);
            let key = Sha256::digest(seed)[..16].to_vec();
            item.props.set(tags::SEARCH_KEY, Value::Binary(Content::from(key)));
        }
        self.insert(parent, associated, item)
    }

    pub(super) fn insert(
        &mut self,
        parent: FolderId,
        associated: bool,
        item: Item,
    ) -> Result<ItemId, Refusal> {
        let (number, change, now) = (self.next_number(), self.next_change(), self.now());
        let entry = Entry {
            packed: pack(&item),
            facts: Facts::of(&item, now),
            associated,
            created_change: change,
            content_change: change,
            read_change: change,
            created: now,
            modified: now,
        };
        self.change_content(parent, |folder| folder.put(number, entry))?;
        Ok(ItemId { folder: parent, number })
    }

    /// Replaces an item's content as its user does.
    ///
    /// # Errors
    /// `ItemNotFound`.
    pub(crate) fn replace_item(&mut self, id: ItemId, mut item: Item) -> Result<(), Refusal> {
        renewed::strip(&mut item);
        self.write(id, item, |_| ())
    }

    /// Changes properties of an item as its user does.
    ///
    /// # Errors
    /// `ItemNotFound`.
    pub(crate) fn change_item(
        &mut self,
        id: ItemId,
        change: impl FnOnce(&mut Item),
    ) -> Result<(), Refusal> {
        let folder = self.folders.get(&id.folder).ok_or(Refusal::ItemNotFound)?;
        let (mut item, ..) = folder.stored(id.number).ok_or(Refusal::ItemNotFound)?;
        change(&mut item);
        self.replace_item(id, item)
    }

    /// Marks an item read or unread. A change of that alone; none if it is so already.
    ///
    /// # Errors
    /// `ItemNotFound`.
    pub(crate) fn set_read(&mut self, id: ItemId, read: bool) -> Result<(), Refusal> {
        if self.listed(id)?.facts.read == read {
            return Ok(());
        }
        let folder = self.folders.get(&id.folder).ok_or(Refusal::ItemNotFound)?;
        let versions = folder.versions(id.number).ok_or(Refusal::ItemNotFound)?;
        let (mut item, _, modified) = folder.stored(id.number).ok_or(Refusal::ItemNotFound)?;
        item.set_read(read);
        self.write(id, item, |entry| {
            entry.content_change = versions.content;
            entry.modified = modified;
        })
    }

    /// Writes over an item that is there.
    pub(super) fn write(
        &mut self,
        id: ItemId,
        item: Item,
        adjust: impl FnOnce(&mut Entry),
    ) -> Result<(), Refusal> {
        let folder = self.folders.get(&id.folder).ok_or(Refusal::ItemNotFound)?;
        let versions = folder.versions(id.number).ok_or(Refusal::ItemNotFound)?;
        let (_, created, _) = folder.stored(id.number).ok_or(Refusal::ItemNotFound)?;
        let (change, now) = (self.next_change(), self.now());
        let mut entry = Entry {
            packed: pack(&item),
            facts: Facts::of(&item, created),
            associated: self.listed(id)?.associated,
            created_change: versions.created,
            content_change: change,
            read_change: change,
            created,
            modified: now,
        };
        adjust(&mut entry);
        self.change_content(id.folder, |folder| folder.put(id.number, entry))
    }

    /// Moves an item: a new id in the other folder, the old one gone.
    ///
    /// # Errors
    /// `ItemNotFound`, `FolderNotFound`, `FolderType`.
    pub(crate) fn move_item(&mut self, id: ItemId, to: FolderId) -> Result<ItemId, Refusal> {
        if self.stored_folder(to)?.kind == FolderKind::Search {
            return Err(Refusal::FolderType);
        }
        let moved = self.duplicate(id, to)?;
        self.remove(id)?;
        Ok(moved)
    }

    /// The same item, its times included, under a new id.
    fn duplicate(&mut self, id: ItemId, to: FolderId) -> Result<ItemId, Refusal> {
        let listed = self.listed(id)?;
        let folder = self.folders.get(&id.folder).ok_or(Refusal::ItemNotFound)?;
        let (item, created, modified) = folder.stored(id.number).ok_or(Refusal::ItemNotFound)?;
        let (number, change) = (self.next_number(), self.next_change());
        let entry = Entry {
            packed: pack(&item),
            facts: listed.facts,
            associated: listed.associated,
            created_change: change,
            content_change: change,
            read_change: change,
            created,
            modified,
        };
        self.change_content(to, |folder| folder.put(number, entry))?;
        Ok(ItemId { folder: to, number })
    }

    fn remove(&mut self, id: ItemId) -> Result<(), Refusal> {
        let change = self.next_change();
        let taken = self.change_content(id.folder, |folder| folder.take(id.number, change))?;
        if taken { Ok(()) } else { Err(Refusal::ItemNotFound) }
    }

    /// Deletes an item. What is soft-deleted or moved to the deleted items goes there under a new
    /// id; what is there already, or has nowhere to go, is gone.
    ///
    /// # Errors
    /// `ItemNotFound`.
    pub(crate) fn delete_item(&mut self, id: ItemId, how: Deletion) -> Result<(), Refusal> {
        self.listed(id)?;
        let place = match how {
            Deletion::Hard => None,
            Deletion::Soft => Some("recoverableitemsdeletions"),
            Deletion::ToDeletedItems => Some("deleteditems"),
        };
        let place = place.and_then(|place| match self.in_archive(id.folder) {
            true => self.distinguished(&format!("archive{place}")),
            false => self.distinguished(place),
        });
        match place {
            Some(place) if place != id.folder => self.move_item(id, place).map(|_| ()),
            _ => self.remove(id),
        }
    }

    /// Whether a folder is in the archive's tree.
    pub(crate) fn in_archive(&self, id: FolderId) -> bool {
        let mut next = self.folders.get(&id);
        while let Some(folder) = next {
            if folder.distinguished == Some("archiveroot") {
                return true;
            }
            next = folder.parent.and_then(|parent| self.folders.get(&parent));
        }
        false
    }

    /// Adds a row of generated items to a folder.
    ///
    /// # Errors
    /// `FolderNotFound`, `FolderType`.
    pub(crate) fn add_source(
        &mut self,
        to: FolderId,
        associated: bool,
        source: Arc<dyn ItemSource>,
    ) -> Result<(), Refusal> {
        if self.stored_folder(to)?.kind == FolderKind::Search {
            return Err(Refusal::FolderType);
        }
        let count = source.count();
        let row = Row {
            first: self.last_number + 1,
            count,
            change: self.last_change + 1,
            associated,
            source,
        };
        self.last_number += count;
        self.last_change += count;
        self.change_content(to, |folder| folder.add_row(row))
    }

    /// The item numbers of a folder, newest first: its ids without anything else.
    pub(crate) fn item_ids(&self, folder: FolderId) -> Result<Vec<ItemId>, Refusal> {
        let stored = self.stored_folder(folder)?;
        let mut ids = Vec::new();
        let mut limit = u64::MAX;
        while let Some(number) = stored.before(0, limit) {
            ids.push(ItemId { folder, number });
            limit = number;
        }
        Ok(ids)
    }
}
