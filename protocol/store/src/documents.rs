//! Records of the coordinator: projects, passes, mailboxes, folder maps.

use async_trait::async_trait;

use crate::Error;

/// Names a write of a record; the next write names the one it has seen. No two writes of a key
/// have the same, also if the record was removed in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// A stored record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its key: segments separated by `/`.
    pub key: String,
    /// Its version.
    pub version: Version,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// What a write expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No record of that key.
    Absent,
    /// The record as it was read.
    Version(Version),
    /// Whatever is there.
    Any,
}

/// Versioned records with compare-and-set.
#[async_trait]
pub trait Documents: Send + Sync + std::fmt::Debug {
    /// Reads a record.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn get(&self, key: &str) -> Result<Option<Document>, Error>;

    /// Writes a record and returns its new version. Cancelled, it may have been written.
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] if it is not as expected.
    async fn put(&self, key: &str, body: Vec<u8>, expect: Expect) -> Result<Version, Error>;

    /// Removes a record; none of that key is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn remove(&self, key: &str) -> Result<(), Error>;

    /// Records whose key begins with `prefix`, in the order of their keys, after the key `after`,
    /// at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`].
    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Error>;
}
