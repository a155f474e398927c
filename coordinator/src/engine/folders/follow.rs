//! Folders that were renamed, moved or deleted in the source since the last pass.
//!
//! A folder is known by its source id, so a new name or place is a change of the folder that is
//! mapped already. It is carried over unless the destination's user has renamed or moved the
//! counterpart as well: then theirs stands. Every step can be repeated.

use std::collections::HashMap;

use longhaul_core::FolderKey;
use longhaul_ews::{Class, Deletion, FolderId, ItemError, Mailbox};
use longhaul_store::records::FolderRecord;

use super::{Node, Tree, names};
use crate::engine::trouble::Trouble;

/// Names that are tried for a folder.
const NAMES: u32 = 100;

/// A mapped folder as the source has it now.
pub(super) struct Moved<'a> {
    /// What is recorded of it.
    pub(super) before: &'a FolderRecord,
    /// What it is now.
    pub(super) node: &'a Node,
    /// The folder it stands in now.
    pub(super) parent: FolderKey,
    /// That folder's counterpart.
    pub(super) parent_id: &'a str,
}

/// Brings the destination's folders into line with the source's.
pub(super) struct Follower<'a> {
    pub(super) mailbox: &'a Mailbox,
    /// Whose mailbox, for errors.
    pub(super) place: &'a str,
    /// The destination as it was read.
    pub(super) tree: &'a Tree,
    pub(super) source: &'a Tree,
    pub(super) known: &'a HashMap<FolderKey, FolderRecord>,
}

impl Follower<'_> {
    /// Renames and moves the counterpart `id`; its id from then on.
    pub(super) async fn follow(&self, moved: &Moved<'_>, id: &str) -> Result<String, Trouble> {
        let Some(at) = self.tree.find(id) else {
            return Ok(id.to_owned());
        };
        let there = &self.tree.nodes()[at];
        if moved.node.role.is_some() || there.role.is_some() {
            return Ok(id.to_owned());
        }
        let name = self.rename(moved, there).await?;
        if self.has_moved(moved, at) {
            return self.relocate(moved, there, &name).await;
        }
        Ok(id.to_owned())
    }

    /// Gives the counterpart the source's new name, or the next that is free; its name then.
    async fn rename(&self, moved: &Moved<'_>, there: &Node) -> Result<String, Trouble> {
        let before = moved.before.path.last().map_or("", String::as_str);
        let now = moved.node.name.as_str();
        let ours = |name: &str| (1..=NAMES).any(|n| names::numbered(name, n) == there.name);
        if names::usable(before) == names::usable(now) || !ours(before) || ours(now) {
            return Ok(there.name.clone());
        }
        for count in 1..=NAMES {
            let name = names::numbered(now, count);
            let id = FolderId::new(&there.id);
            let renamed = self.mailbox.rename_folder(&id, &there.class, &name).await;
            match renamed.map_err(|error| Trouble::call(self.place, &error))? {
                Ok(()) => return Ok(name),
                Err(error) if error.class() == Class::Exists => {}
                Err(error) => {
                    self.stays(&error)?;
                    break;
                }
            }
        }
        Ok(there.name.clone())
    }

    /// Whether the source's folder has moved, and its counterpart has not.
    fn has_moved(&self, moved: &Moved<'_>, at: usize) -> bool {
        let Some(before) = moved.before.parent.filter(|before| *before != moved.parent) else {
            return false;
        };
        let stands_in = &self.tree.nodes()[self.tree.parent(at)];
        if stands_in.key() == FolderKey::of(moved.parent_id) {
            return false;
        }
        let root = |tree: &Tree| tree.nodes().first().map(Node::key);
        let counterpart = match self.known.get(&before) {
            Some(record) => record.destination_id.as_deref().map(FolderKey::of),
            None if root(self.source) == Some(before) => root(self.tree),
            None => None,
        };
        counterpart.is_none_or(|counterpart| counterpart == stands_in.key())
    }

    /// Moves the counterpart below its new parent's, under another name if its own is taken there.
    async fn relocate(
        &self,
        moved: &Moved<'_>,
        there: &Node,
        name: &str,
    ) -> Result<String, Trouble> {
        let (id, to) = (FolderId::new(&there.id), FolderId::new(moved.parent_id));
        for count in 2..=NAMES {
            let answer = self.mailbox.move_folder(&id, &to).await;
            let error = match answer.map_err(|error| Trouble::call(self.place, &error))? {
                Ok(id) => return Ok(id.as_str().to_owned()),
                Err(error) if error.class() == Class::Exists => error,
                Err(error) => {
                    self.stays(&error)?;
                    break;
                }
            };
            let next = names::numbered(name, count);
            let renamed = self.mailbox.rename_folder(&id, &there.class, &next).await;
            match renamed.map_err(|error| Trouble::call(self.place, &error))? {
                Err(refused) if refused.class() != Class::Exists => {
                    self.stays(&error)?;
                    break;
                }
                _ => {}
            }
        }
        Ok(there.id.clone())
    }

    /// Deletes the counterpart of a folder that is gone, into the Deleted Items, if nothing is left
    /// in it.
    pub(super) async fn delete(&self, id: &str) -> Result<(), Trouble> {
        let Some(at) = self.tree.find(id) else {
            return Ok(());
        };
        let node = &self.tree.nodes()[at];
        let has_folders = (1..self.tree.nodes().len()).any(|child| self.tree.parent(child) == at);
        if node.role.is_some() || node.items > 0 || has_folders {
            return Ok(());
        }
        let deletion = Deletion::MoveToDeletedItems;
        let deleted = self.mailbox.delete_folder(&FolderId::new(id), deletion).await;
        match deleted.map_err(|error| Trouble::call(self.place, &error))? {
            Ok(()) => Ok(()),
            Err(error) => self.stays(&error),
        }
    }

    /// What a refusal means: the folder stays as it is, unless it is about more than the folder.
    fn stays(&self, error: &ItemError) -> Result<(), Trouble> {
        if matches!(error.class(), Class::Backoff | Class::StopMailbox | Class::Fatal) {
            return Err(Trouble::item(self.place, error));
        }
        tracing::warn!(code = %error.code(), "a folder's change is not carried over");
        Ok(())
    }
}
