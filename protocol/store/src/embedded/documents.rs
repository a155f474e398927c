//! Records with compare-and-set.

use std::ops::Bound;

use async_trait::async_trait;
use redb::ReadableTable as _;

use super::Embedded;
use super::tables::{DOCUMENTS, failed};
use crate::{Document, Documents, Error, Expect, Version};

#[async_trait]
impl Documents for Embedded {
    async fn get(&self, key: &str) -> Result<Option<Document>, Error> {
        let key = key.to_owned();
        self.access
            .read(move |snapshot| {
                let documents = snapshot.open_table(DOCUMENTS).map_err(failed("open a table"))?;
                let found = documents.get(key.as_str()).map_err(failed("read"))?;
                Ok(found.map(|found| document(&key, found.value())))
            })
            .await
    }

    async fn put(&self, key: &str, body: Vec<u8>, expect: Expect) -> Result<Version, Error> {
        let key = key.to_owned();
        self.write(move |tables| {
            let found = tables
                .documents
                .get(key.as_str())
                .map_err(failed("read"))?
                .map(|found| Version(found.value().0));
            let as_expected = match expect {
                Expect::Absent => found.is_none(),
                Expect::Version(version) => found == Some(version),
                Expect::Any => true,
            };
            if !as_expected {
                return Err(Error::Changed { key });
            }
            tables.changed = true;
            let version = tables.next_version()?;
            tables
                .documents
                .insert(key.as_str(), (version, body.as_slice()))
                .map_err(failed("write"))?;
            Ok(Version(version))
        })
        .await
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        let key = key.to_owned();
        self.write(move |tables| {
            let removed = tables.documents.remove(key.as_str()).map_err(failed("write"))?;
            tables.changed |= removed.is_some();
            Ok(())
        })
        .await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Error> {
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        self.access
            .read(move |snapshot| {
                let documents = snapshot.open_table(DOCUMENTS).map_err(failed("open a table"))?;
                let from = match after.as_deref() {
                    Some(after) if after >= prefix.as_str() => Bound::Excluded(after),
                    _ => Bound::Included(prefix.as_str()),
                };
                let mut found = Vec::new();
                let range = (from, Bound::Unbounded);
                for entry in documents.range::<&str>(range).map_err(failed("read"))?.take(limit) {
                    let (key, value) = entry.map_err(failed("read"))?;
                    if !key.value().starts_with(&prefix) {
                        break;
                    }
                    found.push(document(key.value(), value.value()));
                }
                Ok(found)
            })
            .await
    }
}

fn document(key: &str, (version, body): (u64, &[u8])) -> Document {
    Document { key: key.to_owned(), version: Version(version), body: body.to_vec() }
}
