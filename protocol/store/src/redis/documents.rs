//! Records with compare-and-set.

use std::sync::LazyLock;

use async_trait::async_trait;
use redis::Script;

use super::Redis;
use super::page::Ordered;
use super::reply::{Failure, corrupt, read};
use super::revision::{decode_record, encode_record, random_version, version_bytes};
use super::step::{contended, meet_others};
use super::store::deadline;
use crate::{Document, Documents, Error, Expect, Version};

static WRITE: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("scripts/write_record.lua")));

impl Redis {
    /// Writes a record, or removes it if there is no `body`.
    ///
    /// Each try names the version it replaces, also where any will do: a script that was thought
    /// lost and is carried out late must not undo what was written since.
    async fn write_record(
        &self,
        key: &str,
        body: Option<&[u8]>,
        expect: Expect,
    ) -> Result<Version, Error> {
        let (until, version) = (deadline(), random_version());
        let value = body.map(|body| encode_record(version, body)).unwrap_or_default();
        let mut expected = match expect {
            Expect::Version(version) => version_bytes(version).to_vec(),
            Expect::Absent | Expect::Any => Vec::new(),
        };
        let mut unanswered = false;
        for tries in 1.. {
            let mut script = WRITE.prepare_invoke();
            script.key(&self.keys.mark).key(&self.keys.bodies).key(&self.keys.index);
            script.arg(self.link.mark().as_str());
            match &self.guard {
                Some(guard) => script.arg(&guard.key).arg(&version_bytes(guard.version)),
                None => script.arg("").arg(""),
            };
            script.arg(key).arg(&expected).arg(&value);
            let (written, found): (String, Vec<u8>) =
                match self.script("write", &script, until).await {
                    Ok(answer) => read(answer)?,
                    Err(Failure::Refused(error)) => return Err(error),
                    Err(Failure::Lost(_)) => {
                        unanswered = true;
                        continue;
                    }
                };
            match written.as_str() {
                "written" => return Ok(version),
                "changed" if unanswered && found == version_bytes(version) => return Ok(version),
                "changed" if expect == Expect::Any => {
                    expected = found;
                    if tries > 1 {
                        meet_others("write", tries, until).await?;
                    }
                }
                "changed" => return Err(Error::Changed { key: key.to_owned() }),
                other => return Err(self.refused(other, key)),
            }
        }
        Err(contended("write"))
    }
}

#[async_trait]
impl Documents for Redis {
    async fn get(&self, key: &str) -> Result<Option<Document>, Error> {
        let mut pipe = redis::pipe();
        pipe.hget(&self.keys.bodies, key).get(&self.keys.mark);
        let mut answers = self.read("read", &pipe, deadline()).await?;
        let record: Option<Vec<u8>> = answers.take()?;
        self.check_mark(&mut answers)?;
        record.map(|record| document(key, &record)).transpose()
    }

    async fn put(&self, key: &str, body: Vec<u8>, expect: Expect) -> Result<Version, Error> {
        self.write_record(key, Some(&body), expect).await
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.write_record(key, None, Expect::Any).await?;
        Ok(())
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Error> {
        let records = Ordered { index: &self.keys.index, values: &self.keys.bodies };
        let after = after.map(str::as_bytes);
        let found = self.pages(records, prefix.as_bytes(), after, limit).await?;
        let documents = found.into_iter().map(|(key, record)| {
            let key = String::from_utf8(key).map_err(|error| corrupt(&prefix, error))?;
            document(&key, &record)
        });
        documents.collect()
    }
}

fn document(key: &str, record: &[u8]) -> Result<Document, Error> {
    let (version, body) = decode_record(key, record)?;
    Ok(Document { key: key.to_owned(), version, body })
}
