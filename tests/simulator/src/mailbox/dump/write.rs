//! All folders of a mailbox, as JSON or as digests.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::canonical::{Detail, hex, item};
use crate::mailbox::{FolderId, FolderKind, Mailbox, folder::Folder};

/// A folder in few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FolderDigest {
    pub(crate) path: Vec<String>,
    pub(crate) class: String,
    pub(crate) items: u64,
    pub(crate) associated: u64,
    /// Sum of the hashes of its items: equal for equal items in any order, twins counted.
    pub(crate) digest: String,
}

impl Mailbox {
    /// Folders that are compared, in order of their paths.
    fn compared(&self) -> Vec<(Vec<String>, FolderId)> {
        let folders = self.folders.values().filter(|folder| folder.kind != FolderKind::Search);
        let mut folders: Vec<_> =
            folders.map(|folder| (self.folder_path(folder.id), folder.id)).collect();
        folders.sort();
        folders
    }

    /// The mailbox as canonical JSON, a line for each item.
    ///
    /// # Errors
    /// Those of the writer.
    pub(crate) fn dump(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"{\"folders\":[")?;
        for (position, (path, id)) in self.compared().into_iter().enumerate() {
            let Some(folder) = self.folders.get(&id) else {
                continue;
            };
            let comma = if position == 0 { "" } else { "," };
            let (path, class) = (json!(path), json!(folder.class));
            let (items, associated) = (folder.counts.items, folder.counts.associated);
            write!(out, "{comma}\n{{\"path\":{path},\"class\":{class},\"items\":{items},")?;
            write!(out, "\"associated\":{associated},\"content\":[")?;
            self.dump_items(folder, out)?;
            out.write_all(b"]}")?;
        }
        out.write_all(b"]}\n")
    }

    /// Items in order of their hashes, which equal items share.
    fn dump_items(&self, folder: &Folder, out: &mut dyn Write) -> io::Result<()> {
        let mut order = Vec::new();
        let mut limit = u64::MAX;
        while let Some(number) = folder.before(0, limit) {
            limit = number;
            if let Some(item) = canonical(folder, number, Detail::Hashed) {
                order.push((<[u8; 32]>::from(Sha256::digest(item.to_string())), number));
            }
        }
        order.sort_unstable();
        for (position, (_, number)) in order.into_iter().enumerate() {
            if let Some(item) = canonical(folder, number, Detail::Hashed) {
                let comma = if position == 0 { "" } else { "," };
                write!(out, "{comma}\n{item}")?;
            }
        }
        Ok(())
    }

    /// Every folder's counts and digest, in order of their paths.
    pub(crate) fn digest(&self) -> Vec<FolderDigest> {
        let folders = self.compared().into_iter();
        let digests = folders.filter_map(|(path, id)| {
            let folder = self.folders.get(&id)?;
            let mut sum = [0_u64; 4];
            let mut limit = u64::MAX;
            while let Some(number) = folder.before(0, limit) {
                limit = number;
                let Some(item) = canonical(folder, number, Detail::Recipes) else {
                    continue;
                };
                let hash = Sha256::digest(item.to_string());
                for (sum, word) in sum.iter_mut().zip(hash.chunks_exact(8)) {
                    let word = word.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
                    *sum = sum.wrapping_add(word);
                }
            }
            Some(FolderDigest {
                path,
                class: folder.class.clone(),
                items: folder.counts.items,
                associated: folder.counts.associated,
                digest: sum.iter().map(|word| hex(&word.to_be_bytes())).collect(),
            })
        });
        digests.collect()
    }
}

fn canonical(folder: &Folder, number: u64, detail: Detail) -> Option<Json> {
    let (stored, ..) = folder.stored(number)?;
    Some(item(&stored, folder.is_associated(number), detail))
}
