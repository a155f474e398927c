//! A model of one mailbox: folders, items, changes, ids. Plain data behind `&mut self`, no I/O.
//!
//! Guarantee: what a caller reads is what the calls before it wrote; ids of one mailbox never
//! resolve in another; generated items cost nothing until they are changed. Refusals are
//! [`Refusal`], each with the service's response code.
//!
//! The calls, by file:
//!
//! ```text
//! Mailbox::new(Options) -> Mailbox                               default folders, no items
//! ids.rs        folder_id_text(FolderId) -> String               item_id_text(ItemId) -> String
//!               parse_folder_id(&str) -> Result<FolderId>        parse_item_id(&str) -> Result<ItemId>
//!               folder_change_key(FolderId) -> Result<String>    item_change_key(&Listed, class) -> String
//!               parse_change_key(&str) -> Result<u64>            (change number, to compare with Listed::change)
//!               folder_entry_id(FolderId) / item_entry_id(ItemId) -> Vec<u8>
//! folders.rs    distinguished(&str) -> Option<FolderId>          folder(FolderId) -> Result<FolderInfo>
//!               children(FolderId, deep: bool, offset, max) -> Result<Page<FolderInfo>>
//!               find_child(parent, name) -> Option<FolderId>     folder_path(FolderId) -> Vec<String>
//!               create_folder(parent, name, class) -> Result<FolderId>
//!               rename_folder(id, name) / move_folder(id, to) / delete_folder(id) -> Result<()>
//! items.rs      item(ItemId) -> Result<Record>                   listed(ItemId) -> Result<Listed>
//!               create_item(parent, associated, Item) / replace_item(id, Item) -> Result<()>
//!               change_item(id, impl FnOnce(&mut Item)) -> Result<()>
//!               set_read(id, bool) / move_item(id, to) -> Result<ItemId>
//!               delete_item(id, Deletion) -> Result<()>          add_source(folder, associated, Arc<dyn ItemSource>)
//! import.rs     import(parent, Import, associated, Item) -> Result<ItemId>
//! find.rs       find_items(folder, Scope, Order, offset, max) -> Result<Page<Listed>>
//! properties.rs item_property(&Record, &Key, kind) -> Option<Value>   computed ones (ids, sizes, keys) included
//!               folder_property(&FolderInfo, tag) -> Option<Value>
//! sync.rs       sync_items(folder, &SyncRequest) -> Result<Changes<ItemChange>>
//! hierarchy.rs  sync_folders(Option<FolderId> root, state) -> Result<Changes<FolderChange>>
//!               invalidate_sync_states()
//! dump/         dump(&mut dyn io::Write) -> io::Result<()>       digest() -> Vec<FolderDigest>
//! ```

mod dump;
mod error;
mod find;
mod folder;
mod folders;
mod hierarchy;
mod ids;
mod import;
mod items;
mod known;
mod properties;
mod renewed;
mod source;
mod state;
mod store;
mod sync;
mod types;

pub(crate) use error::Refusal;
pub(crate) use source::{Facts, ItemSource, Totals};
pub(crate) use store::Mailbox;
pub(crate) use types::{
    Changes, Counts, Deletion, FolderChange, FolderId, FolderInfo, FolderKind, Import, ItemChange,
    ItemId, Listed, Options, Order, Page, Record, Scope, SyncRequest,
};

#[cfg(test)]
mod tests;
