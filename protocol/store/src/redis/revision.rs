//! Which write a value is from.

use longhaul_core::FolderRef;
use serde::de::DeserializeOwned;

use super::reply::corrupt;
use crate::folder::Checkpoint;
use crate::{Error, Version};

/// Names one write of a folder. Random and not counted: a counter would come to the same number
/// again, for another content, on a server that went back to an older copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Revision([u8; Self::LEN]);

impl Revision {
    const LEN: usize = 16;

    pub(super) fn random() -> Self {
        Self(rand::random())
    }

    pub(super) const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

/// A folder's head as it is stored: the revision, then the checkpoint without its parts.
pub(super) fn encode_head(
    folder: FolderRef,
    revision: Revision,
    checkpoint: &Checkpoint,
) -> Result<Vec<u8>, Error> {
    let mut bytes = revision.0.to_vec();
    rmp_serde::encode::write_named(&mut bytes, &checkpoint.head())
        .map_err(|error| corrupt(&folder, error))?;
    Ok(bytes)
}

/// The reverse; `key` is for the error.
pub(super) fn decode_head(
    key: &impl ToString,
    bytes: &[u8],
) -> Result<(Revision, Checkpoint), Error> {
    let (revision, head) =
        bytes.split_first_chunk().ok_or_else(|| corrupt(key, "there is no revision"))?;
    Ok((Revision(*revision), decode(key, head)?))
}

/// A version no other write has: random, for the reasons of [`Revision`].
pub(super) fn random_version() -> Version {
    Version(rand::random())
}

/// A record as it is stored: its version, then its body.
pub(super) fn encode_record(version: Version, body: &[u8]) -> Vec<u8> {
    [&version_bytes(version), body].concat()
}

/// The reverse.
pub(super) fn decode_record(key: &str, bytes: &[u8]) -> Result<(Version, Vec<u8>), Error> {
    let (version, body) =
        bytes.split_first_chunk().ok_or_else(|| corrupt(&key, "there is no version"))?;
    Ok((Version(u64::from_be_bytes(*version)), body.to_vec()))
}

/// A version as it stands before a record's body.
pub(super) const fn version_bytes(version: Version) -> [u8; 8] {
    version.0.to_be_bytes()
}

/// Reads MessagePack.
pub(super) fn decode<T: DeserializeOwned>(key: &impl ToString, bytes: &[u8]) -> Result<T, Error> {
    rmp_serde::from_slice(bytes).map_err(|error| corrupt(key, error))
}
