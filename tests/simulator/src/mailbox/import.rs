//! Storing imported items.

use crate::mapi::Item;

use super::{Facts, FolderId, FolderKind, Import, ItemId, Mailbox, Refusal, renewed};

impl Mailbox {
    /// Stores an imported item by the rules of UploadItems (Microsoft: UploadItems operation): a
    /// new item has a new id each time, an updated one keeps its id; everything in the list
    /// [`renewed::RENEWED`] is made anew.
    ///
    /// # Errors
    /// `FolderNotFound`, `FolderType` for a search folder, `ItemNotFound` for [`Import::Update`]
    /// of an item that is not in the folder, `TooLarge`, `QuotaExceeded`.
    pub(crate) fn import(
        &mut self,
        parent: FolderId,
        action: Import,
        associated: bool,
        mut item: Item,
    ) -> Result<ItemId, Refusal> {
        if self.stored_folder(parent)?.kind == FolderKind::Search {
            return Err(Refusal::FolderType);
        }
        let present = |id: &ItemId| id.folder == parent && self.listed(*id).is_ok();
        let target = match action {
            Import::CreateNew => None,
            Import::Update(id) if present(&id) => Some(id),
            Import::Update(_) => return Err(Refusal::ItemNotFound),
            Import::UpdateOrCreate(id) => Some(id).filter(present),
        };
        renewed::strip(&mut item);
        let size = Facts::of(&item, self.now()).size;
        if size > self.options.max_item_size {
            return Err(Refusal::TooLarge);
        }
        self.check_quota(size, target)?;
        match target {
            Some(id) => self.write(id, item, |_| ()).map(|()| id),
            None => self.insert(parent, associated, item),
        }
    }

    fn check_quota(&self, size: u64, replaced: Option<ItemId>) -> Result<(), Refusal> {
        let replaced = replaced.and_then(|id| self.listed(id).ok());
        let used = self.used.saturating_sub(replaced.map_or(0, |listed| listed.facts.size)) + size;
        match self.options.quota {
            Some(quota) if used > quota => Err(Refusal::QuotaExceeded),
            _ => Ok(()),
        }
    }
}
