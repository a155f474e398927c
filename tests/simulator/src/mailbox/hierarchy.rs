//! Changes of a tree of folders since a state (Microsoft: SyncFolderHierarchy operation).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Changes, FolderChange, FolderId, Mailbox, Refusal, state::Body};

#[derive(Debug, Serialize, Deserialize)]
struct Given {
    /// The folder whose tree is synced; `None` if the request named none.
    root: Option<u64>,
    /// Change number up to which changes are given.
    change: u64,
    /// Folders the client knows, each as the distance from the one before.
    folders: Vec<u64>,
}

impl Body for Given {
    const KIND: u8 = 2;
}

impl Mailbox {
    /// All changes of the folders below a root, parents before children. No root is the mailbox's
    /// own, and a state made with one is not good for the other.
    ///
    /// # Errors
    /// `SyncFolderNotFound`, `InvalidSyncState`.
    pub(crate) fn sync_folders(
        &self,
        root: Option<FolderId>,
        state: Option<&str>,
    ) -> Result<Changes<FolderChange>, Refusal> {
        let top = root.or_else(|| self.distinguished("root"));
        let top = top.filter(|top| self.folders.contains_key(top));
        let top = top.ok_or(Refusal::SyncFolderNotFound)?;
        let root = root.map(|root| root.0);
        let given = match state {
            None | Some("") => Given { root, change: 0, folders: Vec::new() },
            Some(text) => self.read_state::<Given>(text)?,
        };
        if given.root != root {
            return Err(Refusal::InvalidSyncState);
        }
        let known: BTreeSet<FolderId> = given
            .folders
            .iter()
            .scan(0_u64, |number, distance| {
                *number = number.wrapping_add(*distance);
                Some(FolderId(*number))
            })
            .collect();
        let now = self.descendants(top);
        let mut changes = Vec::new();
        for id in &now {
            let changed = self.folders.get(id).is_some_and(|folder| folder.change > given.change);
            match (known.contains(id), changed) {
                (false, _) => changes.push(FolderChange::Create(*id)),
                (true, true) => changes.push(FolderChange::Update(*id)),
                (true, false) => {}
            }
        }
        let now: BTreeSet<FolderId> = now.into_iter().collect();
        changes.extend(known.difference(&now).map(|id| FolderChange::Delete(*id)));
        let mut before = 0;
        let distances = now.iter().map(|id| id.0 - std::mem::replace(&mut before, id.0));
        let folders = distances.collect();
        let state = self.write_state(Given { root, change: self.last_change, folders });
        Ok(Changes { changes, state, last: true })
    }
}
