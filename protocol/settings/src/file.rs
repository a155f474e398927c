//! Reading files that an operator names.
//!
//! A name may lead anywhere: to a device that never ends, or to a pipe that nobody writes. Only
//! regular files are read, and only up to a limit; anything else is an error, at once.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use bytesize::ByteSize;

/// A project or settings file. Lists its mailboxes itself, about 100 bytes each: tens of thousands
/// fit; more belong into a CSV file.
pub(crate) const MAX_KEY_FILE: u64 = 4 * 1024 * 1024;

/// A file of certificates. The bundle of all public authorities is about 200 KiB.
pub(crate) const MAX_CERTIFICATE: u64 = 1024 * 1024;

/// A CSV file of mailboxes. At about 60 bytes a line, a million fit.
pub const MAX_CSV: u64 = 64 * 1024 * 1024;

/// A secret, or a certificate with its chain and key: a few KiB.
pub(crate) const MAX_SECRET: u64 = 64 * 1024;

/// The content of a regular file of at most `limit` bytes.
///
/// # Errors
///
/// It cannot be read, is not a regular file, or is larger.
pub fn read_bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // To open a pipe without a writer would block, so this comes before.
    check(&fs::metadata(path)?, limit)?;
    let file = File::open(path)?;
    // The name may lead to another file by now.
    check(&file.metadata()?, limit)?;
    let mut bytes = Vec::new();
    // A file may grow, and those of `/proc` have no size.
    let read = file.take(limit + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).map_or(true, |read| read > limit) {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

/// As [`read_bytes`], for text.
///
/// # Errors
///
/// As [`read_bytes`], or it is not UTF-8.
pub(crate) fn read_string(path: &Path, limit: u64) -> io::Result<String> {
    let not_text = |_| io::Error::new(ErrorKind::InvalidData, "not valid UTF-8");
    String::from_utf8(read_bytes(path, limit)?).map_err(not_text)
}

/// Whether a secret can stand at `path`. A file that does not exist here may exist where the
/// server runs.
///
/// # Errors
///
/// There is something, but not a regular file, or a larger one than a secret is.
pub(crate) fn check_secret(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) => check(&metadata, MAX_SECRET),
        Err(_) => Ok(()),
    }
}

fn check(metadata: &Metadata, limit: u64) -> io::Result<()> {
    if !metadata.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"));
    }
    if metadata.len() > limit { Err(too_large(limit)) } else { Ok(()) }
}

fn too_large(limit: u64) -> io::Error {
    let text = format!("larger than the {} that are allowed", ByteSize(limit));
    io::Error::new(ErrorKind::FileTooLarge, text)
}
