//! The folder and the file in it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

use redb::backends::FileBackend;
use redb::{Database, DatabaseError};

use super::tables::{FORMAT, failed};
use crate::Error;

/// The one file.
const NAME: &str = "store.redb";

/// Opens the file, exclusively; folder and file are readable by their owner only, because they
/// hold addresses.
pub(super) fn open(folder: &Path) -> Result<Database, Error> {
    let not_writable =
        |source: io::Error| Error::NotWritable { path: folder.to_owned(), source: source.into() };
    private_folder().create(folder).map_err(not_writable)?;
    let file = private_file().open(folder.join(NAME)).map_err(not_writable)?;
    let opened =
        FileBackend::new(file).and_then(|backend| Database::builder().create_with_backend(backend));
    let database = opened.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            Error::InUse(folder.to_owned())
        }
        DatabaseError::UpgradeRequired(found) => {
            Error::Format { found: found.into(), known: FORMAT }
        }
        other => failed("open")(other),
    })?;
    // The file's name is to survive a power cut as well.
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(not_writable)?;
    Ok(database)
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
