//! Looking up and changing folders.

use super::{FolderId, FolderInfo, FolderKind, Mailbox, Page, Refusal, folder::Folder};

/// Longest name of a folder, in characters.
const LONGEST_NAME: usize = 255;

impl Mailbox {
    /// The folder that EWS knows by this id, such as `inbox`; compared case-insensitively.
    pub(crate) fn distinguished(&self, id: &str) -> Option<FolderId> {
        let found = self.folders.values().find(|folder| {
            folder.distinguished.is_some_and(|known| known.eq_ignore_ascii_case(id))
        });
        found.map(|folder| folder.id)
    }

    /// A folder as it is now.
    ///
    /// # Errors
    /// `FolderNotFound`.
    pub(crate) fn folder(&self, id: FolderId) -> Result<FolderInfo, Refusal> {
        self.stored_folder(id).map(|folder| self.info(folder))
    }

    fn info(&self, folder: &Folder) -> FolderInfo {
        FolderInfo {
            id: folder.id,
            parent: folder.parent,
            name: folder.name.clone(),
            class: folder.class.clone(),
            distinguished: folder.distinguished,
            kind: folder.kind,
            hidden: folder.hidden,
            children: self.child_ids(folder.id).count() as u32,
            counts: folder.counts,
            created: folder.created,
            modified: folder.modified,
            local_commit_time_max: folder.local_commit_time_max,
            deleted_count: folder.deleted_count,
        }
    }

    pub(super) fn child_ids(&self, parent: FolderId) -> impl Iterator<Item = FolderId> {
        let children = self.folders.values().filter(move |folder| folder.parent == Some(parent));
        children.map(|folder| folder.id)
    }

    /// Every folder below, parents before their children; in order of creation among siblings.
    pub(super) fn descendants(&self, id: FolderId) -> Vec<FolderId> {
        let mut children = std::collections::BTreeMap::<FolderId, Vec<FolderId>>::new();
        for folder in self.folders.values().rev() {
            if let Some(parent) = folder.parent {
                children.entry(parent).or_default().push(folder.id);
            }
        }
        let mut found = Vec::new();
        let mut open = children.remove(&id).unwrap_or_default();
        while let Some(next) = open.pop() {
            found.push(next);
            open.extend(children.remove(&next).unwrap_or_default());
        }
        found
    }

    /// A page of the folders directly in a folder, or of all below it.
    ///
    /// # Errors
    /// `FolderNotFound`.
    pub(crate) fn children(
        &self,
        id: FolderId,
        deep: bool,
        offset: u64,
        max: usize,
    ) -> Result<Page<FolderInfo>, Refusal> {
        self.stored_folder(id)?;
        let all = if deep { self.descendants(id) } else { self.child_ids(id).collect() };
        let start = all.len().min(usize::try_from(offset).unwrap_or(usize::MAX));
        let end = start.saturating_add(max).min(all.len());
        let entries = all[start..end].iter().filter_map(|id| self.folder(*id).ok()).collect();
        Ok(Page { entries, total: all.len() as u64, next: end as u64, last: end == all.len() })
    }

    /// The folder of this name in a folder; upper and lower case are the same.
    pub(crate) fn find_child(&self, parent: FolderId, name: &str) -> Option<FolderId> {
        let name = name.to_lowercase();
        self.child_ids(parent).find(|id| {
            self.folders.get(id).is_some_and(|folder| folder.name.to_lowercase() == name)
        })
    }

    /// Names from below the root to the folder; well-known folders by id in `{}`.
    pub(crate) fn folder_path(&self, id: FolderId) -> Vec<String> {
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(folder) = next.and_then(|id| self.folders.get(&id)) {
            match folder.distinguished {
                Some(known) => {
                    path.push(format!("{{{known}}}"));
                    break;
                }
                None => path.push(folder.name.clone()),
            }
            next = folder.parent;
        }
        path.reverse();
        path
    }

    /// Creates a folder.
    ///
    /// # Errors
    /// `FolderNotFound` for the parent, `FolderName`, `FolderExists`, `FolderType` in a search
    /// folder.
    pub(crate) fn create_folder(
        &mut self,
        parent: FolderId,
        name: &str,
        class: &str,
    ) -> Result<FolderId, Refusal> {
        self.check_place(parent, name, None)?;
        Ok(self.insert_folder(Some(parent), name.to_owned(), class.to_owned()))
    }

    fn check_place(
        &self,
        parent: FolderId,
        name: &str,
        itself: Option<FolderId>,
    ) -> Result<(), Refusal> {
        if self.stored_folder(parent)?.kind == FolderKind::Search {
            return Err(Refusal::FolderType);
        }
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(Refusal::FolderName);
        }
        match self.find_child(parent, name) {
            Some(found) if Some(found) != itself => Err(Refusal::FolderExists),
            _ => Ok(()),
        }
    }

    /// Renames a folder; well-known ones too, as users can.
    ///
    /// # Errors
    /// `FolderNotFound`, `FolderName`, `FolderExists`, `MoveDistinguished` for a root.
    pub(crate) fn rename_folder(&mut self, id: FolderId, name: &str) -> Result<(), Refusal> {
        let parent = self.stored_folder(id)?.parent.ok_or(Refusal::MoveDistinguished)?;
        self.check_place(parent, name, Some(id))?;
        self.change_folder(id, |folder| folder.name = name.to_owned())
    }

    /// Moves a folder with all that is in it.
    ///
    /// # Errors
    /// `FolderNotFound`, `MoveDistinguished`, `MoveIntoItself`, `FolderExists`.
    pub(crate) fn move_folder(&mut self, id: FolderId, to: FolderId) -> Result<(), Refusal> {
        let folder = self.stored_folder(id)?;
        if folder.distinguished.is_some() || folder.parent.is_none() {
            return Err(Refusal::MoveDistinguished);
        }
        if id == to || self.descendants(id).contains(&to) {
            return Err(Refusal::MoveIntoItself);
        }
        self.check_place(to, &folder.name, Some(id))?;
        self.change_folder(id, |folder| folder.parent = Some(to))
    }

    /// Deletes a folder with all that is in it, for good.
    ///
    /// # Errors
    /// `FolderNotFound`, `DeleteDistinguished`.
    pub(crate) fn delete_folder(&mut self, id: FolderId) -> Result<(), Refusal> {
        let folder = self.stored_folder(id)?;
        if folder.distinguished.is_some() || folder.parent.is_none() {
            return Err(Refusal::DeleteDistinguished);
        }
        for gone in self.descendants(id).into_iter().chain([id]) {
            if let Some(folder) = self.folders.remove(&gone) {
                self.used = self.used.saturating_sub(folder.counts.bytes);
            }
        }
        Ok(())
    }

    fn change_folder(
        &mut self,
        id: FolderId,
        change: impl FnOnce(&mut Folder),
    ) -> Result<(), Refusal> {
        let (number, now) = (self.next_change(), self.now());
        let folder = self.stored_folder_mut(id)?;
        change(folder);
        folder.change = number;
        folder.modified = now;
        Ok(())
    }
}
