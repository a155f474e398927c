//! The mailbox itself: its counters, its clock, the step every change goes through.

use std::collections::BTreeMap;

use crate::mapi::Time;

use super::{
    Counts, FolderId, FolderKind, Options, Refusal,
    folder::Folder,
    ids::Spelling,
    known::{ARCHIVE, Known, PRIMARY},
};

/// One mailbox, with its archive if it has one.
#[derive(Debug)]
pub(crate) struct Mailbox {
    pub(super) options: Options,
    pub(super) spelling: Spelling,
    pub(super) folders: BTreeMap<FolderId, Folder>,
    /// Last number given to a folder or item.
    pub(super) last_number: u64,
    /// Last change number.
    pub(super) last_change: u64,
    /// Bytes of all items.
    pub(super) used: u64,
    /// Part of every sync state; raised to make all of them invalid.
    pub(super) sync_generation: u64,
}

impl Mailbox {
    /// A mailbox with the default folders and no items.
    pub(crate) fn new(options: Options) -> Self {
        let mut mailbox = Self {
            spelling: Spelling::new(options.guid),
            folders: BTreeMap::new(),
            // Counters of a used store do not start at one.
            last_number: 0x0001_0000,
            last_change: 0x0001_0000,
            used: 0,
            sync_generation: 1,
            options,
        };
        mailbox.plant(PRIMARY);
        if mailbox.options.archive {
            mailbox.plant(ARCHIVE);
        }
        mailbox
    }

    /// How the mailbox was made.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Sets the most bytes the mailbox holds, and the most of one imported item.
    pub(crate) fn set_limits(&mut self, quota: Option<u64>, max_item_size: u64) {
        self.options.quota = quota;
        self.options.max_item_size = max_item_size;
    }

    /// Bytes of all items.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    fn plant(&mut self, tree: &'static [Known]) {
        for known in tree {
            let parent = known.parent.and_then(|id| self.distinguished(id));
            let name = known.name(&self.options.locale).to_owned();
            let id = self.insert_folder(parent, name, known.class.to_owned());
            if let Some(folder) = self.folders.get_mut(&id) {
                folder.hidden = known.hidden;
                folder.distinguished = (!known.id.is_empty()).then_some(known.id);
                folder.kind = match (known.parent, known.search) {
                    (None, _) => FolderKind::Root,
                    (_, true) => FolderKind::Search,
                    _ => FolderKind::Generic,
                };
            }
        }
    }

    pub(super) fn insert_folder(
        &mut self,
        parent: Option<FolderId>,
        name: String,
        class: String,
    ) -> FolderId {
        let (id, change, now) = (FolderId(self.next_number()), self.next_change(), self.now());
        let folder = Folder {
            id,
            parent,
            name,
            class,
            distinguished: None,
            kind: FolderKind::Generic,
            hidden: false,
            created: now,
            modified: now,
            change,
            local_commit_time_max: now,
            deleted_count: 0,
            counts: Counts::default(),
            rows: Vec::new(),
            entries: BTreeMap::new(),
            gone: BTreeMap::new(),
            log: BTreeMap::new(),
            view: std::sync::Mutex::default(),
        };
        self.folders.insert(id, folder);
        id
    }

    /// The mailbox's time.
    pub(crate) fn now(&self) -> Time {
        (self.options.clock)()
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    pub(super) fn next_change(&mut self) -> u64 {
        self.last_change += 1;
        self.last_change
    }

    pub(super) fn stored_folder(&self, id: FolderId) -> Result<&Folder, Refusal> {
        self.folders.get(&id).ok_or(Refusal::FolderNotFound)
    }

    pub(super) fn stored_folder_mut(&mut self, id: FolderId) -> Result<&mut Folder, Refusal> {
        self.folders.get_mut(&id).ok_or(Refusal::FolderNotFound)
    }

    /// Changes a folder's content: keeps the sum of bytes, and moves the folder's fingerprint on,
    /// which never stands still even if the clock does.
    pub(super) fn change_content<T>(
        &mut self,
        id: FolderId,
        change: impl FnOnce(&mut Folder) -> T,
    ) -> Result<T, Refusal> {
        let now = self.now();
        let folder = self.stored_folder_mut(id)?;
        let before = folder.counts.bytes;
        let result = change(folder);
        folder.local_commit_time_max = now.max(folder.local_commit_time_max.plus(1));
        let after = folder.counts.bytes;
        self.used = self.used.saturating_sub(before) + after;
        Ok(result)
    }
}
