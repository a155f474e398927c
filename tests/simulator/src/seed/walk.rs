//! A folder of files as a mailbox.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::mailbox::{FolderId, Mailbox};

use super::eml;

/// What became of the files of a folder.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Files that are now items.
    pub seeded: u64,
    /// Files that are no messages or cannot be read, in order of their paths, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// Longest folder name Exchange takes.
const LONGEST_NAME: usize = 255;

/// Puts every `.eml` file below `directory` into the mailbox: files directly in it into the inbox,
/// those of its subdirectories into folders of their names. A directory with the name of a folder
/// that is there means that folder. Order and so content follow from the names alone.
///
/// # Errors
/// If a directory cannot be read, or a folder or item cannot be created.
pub(crate) fn fill(mailbox: &mut Mailbox, directory: &Path) -> io::Result<Report> {
    let missing = || io::Error::other("the mailbox has no default folders");
    let inbox = mailbox.distinguished("inbox").ok_or_else(missing)?;
    let top = mailbox.distinguished("msgfolderroot").ok_or_else(missing)?;
    let mut report = Report::default();
    walk(mailbox, directory, inbox, top, &mut report)?;
    Ok(report)
}

/// Files go into `own`, subdirectories into folders below `parent`.
fn walk(
    mailbox: &mut Mailbox,
    directory: &Path,
    own: FolderId,
    parent: FolderId,
    report: &mut Report,
) -> io::Result<()> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        paths.push(entry?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            let folder = folder(mailbox, parent, &path)?;
            walk(mailbox, &path, folder, folder, report)?;
        } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("eml")) {
            let read = fs::read(&path).map_err(|error| error.to_string());
            match read.and_then(|bytes| eml(&bytes).map_err(|reason| reason.to_string())) {
                Ok(item) => {
                    mailbox.create_item(own, false, item).map_err(io::Error::other)?;
                    report.seeded += 1;
                }
                Err(reason) => report.unreadable.push((path, reason)),
            }
        }
    }
    Ok(())
}

fn folder(mailbox: &mut Mailbox, parent: FolderId, path: &Path) -> io::Result<FolderId> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let name: String = name.chars().take(LONGEST_NAME).collect();
    match mailbox.find_child(parent, &name) {
        Some(found) => Ok(found),
        None => mailbox.create_folder(parent, &name, "IPF.Note").map_err(io::Error::other),
    }
}
