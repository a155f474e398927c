//! The data folder: the token, and where the server of this folder is found.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use longhaul_core::code;
use longhaul_identity::Secret;
use rand::distr::{Alphanumeric, SampleString};
use serde::{Deserialize, Serialize};

use crate::engine::{Refusal, RefusalKind};

/// Characters of a generated token: 43 of 62 are 256 bits.
const TOKEN_LENGTH: usize = 43;

/// What a command line needs to talk to the server of a data folder: `DIR/api.json`.
#[derive(Clone, Deserialize, Serialize)]
pub struct ApiFile {
    /// Where the server is.
    pub url: String,
    /// The token it asks for.
    pub token: String,
}

impl std::fmt::Debug for ApiFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiFile").field("url", &self.url).finish_non_exhaustive()
    }
}

impl ApiFile {
    /// Where it stands in a data folder.
    #[must_use]
    pub fn path(data: &Path) -> PathBuf {
        data.join("api.json")
    }

    /// The file of a data folder, if a server runs there or ended badly.
    #[must_use]
    pub fn read(data: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(Self::path(data)).ok()?).ok()
    }

    /// Writes it so that only its owner can read it, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with LH-0602.
    pub(super) fn write(&self, data: &Path) -> Result<(), Refusal> {
        let path = Self::path(data);
        let text = serde_json::to_vec_pretty(self).map_err(io::Error::other);
        text.and_then(|text| write_private(&path, &text))
            .map_err(|error| not_writable(&path, &error))
    }

    /// Takes it away, if it is still the one of the server at `url`.
    pub(super) fn remove(data: &Path, url: &str) {
        if Self::read(data).is_some_and(|file| file.url == url) {
            drop(fs::remove_file(Self::path(data)));
        }
    }
}

/// Makes the data folder, readable for its owner only.
///
/// # Errors
///
/// [`Refusal`] with LH-0602.
pub(super) fn create(data: &Path) -> Result<(), Refusal> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(data).map_err(|error| not_writable(data, &error))
}

/// The token of a data folder; made when it is first asked for.
///
/// # Errors
///
/// [`Refusal`] with LH-0602.
pub(super) fn token(data: &Path) -> Result<Secret, Refusal> {
    let path = data.join("token");
    match fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(Secret::new(text.trim().to_owned())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(not_writable(&path, &error));
        }
        _ => {}
    }
    let token = Secret::new(Alphanumeric.sample_string(&mut rand::rng(), TOKEN_LENGTH));
    write_private(&path, token.expose().as_bytes()).map_err(|error| not_writable(&path, &error))?;
    Ok(token)
}

/// Writes a file that only its owner can read: beside it first, then in its place.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

fn not_writable(path: &Path, error: &io::Error) -> Refusal {
    let text = format!("{} cannot be written: {error}", path.display());
    Refusal::new(RefusalKind::Internal, code::STORE_NOT_WRITABLE, text)
}
