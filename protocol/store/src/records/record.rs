//! Typed access to [`Documents`].

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Documents, Error, Expect, Version};

/// A record with a key of its own.
pub trait Record: Serialize + DeserializeOwned + Send + Sync {
    /// Where it is kept.
    fn key(&self) -> String;
}

/// Reads the record at `key`.
///
/// # Errors
///
/// [`Error::Backend`], or [`Error::Corrupt`] if it does not decode.
pub async fn load<R: Record>(
    store: &(impl Documents + ?Sized),
    key: &str,
) -> Result<Option<(R, Version)>, Error> {
    let Some(document) = store.get(key).await? else {
        return Ok(None);
    };
    Ok(Some((decode(key, &document.body)?, document.version)))
}

/// Writes `record` at its key.
///
/// # Errors
///
/// [`Error::Changed`] if it is not as expected.
pub async fn save<R: Record>(
    store: &(impl Documents + ?Sized),
    record: &R,
    expect: Expect,
) -> Result<Version, Error> {
    let key = record.key();
    let body = rmp_serde::to_vec_named(record)
        .map_err(|error| Error::Corrupt { key: key.clone(), source: Box::new(error) })?;
    store.put(&key, body, expect).await
}

/// All records below `prefix`, in the order of their keys.
///
/// # Errors
///
/// [`Error::Backend`], or [`Error::Corrupt`] if one does not decode.
pub async fn list<R: Record>(
    store: &(impl Documents + ?Sized),
    prefix: &str,
) -> Result<Vec<R>, Error> {
    const PAGE: usize = 1000;
    let mut records = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.list(prefix, after.as_deref(), PAGE).await?;
        let full = page.len() == PAGE;
        after = page.last().map(|document| document.key.clone());
        for document in page {
            records.push(decode(&document.key, &document.body)?);
        }
        if !full {
            return Ok(records);
        }
    }
}

fn decode<R: Record>(key: &str, body: &[u8]) -> Result<R, Error> {
    rmp_serde::from_slice(body)
        .map_err(|error| Error::Corrupt { key: key.to_owned(), source: Box::new(error) })
}
