//! The folder and the file in it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use redb::backends::FileBackend;
use redb::{Database, DatabaseError};

use super::tables::FORMAT;
use crate::Error;

/// The one file.
const NAME: &str = "store.redb";

/// Says that the file was made here before. The database makes a new one where it finds none, or
/// something else: without this a lost store would look like a first start, and a pass that
/// begins from nothing copies everything a second time.
const MADE: &str = "store.made";

/// How the database's file begins (redb, "File format": magic number).
const MAGIC: &[u8] = b"redb";

/// Opens the file, exclusively; folder and file are readable by their owner only, because they
/// hold addresses.
pub(super) fn open(folder: &Path) -> Result<Database, Error> {
    let not_writable =
        |source: io::Error| Error::NotWritable { path: folder.to_owned(), source: source.into() };
    private_folder().create(folder).map_err(not_writable)?;
    let made = folder.join(MADE).try_exists().map_err(not_writable)?;
    let mut file = private_file().open(folder.join(NAME)).map_err(not_writable)?;
    let damaged = |source: Option<DatabaseError>| Error::Damaged {
        path: folder.join(NAME),
        source: source.map(Into::into),
    };
    let is_empty = file.metadata().map_err(not_writable)?.len() == 0;
    if (is_empty && made) || (!is_empty && !begins_with_magic(&mut file).map_err(not_writable)?) {
        return Err(damaged(None));
    }
    let opened =
        FileBackend::new(file).and_then(|backend| Database::builder().create_with_backend(backend));
    let database = opened.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            Error::InUse(folder.to_owned())
        }
        DatabaseError::UpgradeRequired(found) => {
            Error::Format { found: found.into(), known: FORMAT }
        }
        error => damaged(Some(error)),
    })?;
    private_file().open(folder.join(MADE)).map_err(not_writable)?;
    // The files' names are to survive a power cut as well.
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(not_writable)?;
    Ok(database)
}

fn begins_with_magic(file: &mut File) -> io::Result<bool> {
    let mut start = [0; MAGIC.len()];
    let read = file.read(&mut start)?;
    file.rewind()?;
    Ok(start[..read] == *MAGIC)
}

#[cfg(unix)]
fn private_folder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
}

#[cfg(unix)]
fn private_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options
}
