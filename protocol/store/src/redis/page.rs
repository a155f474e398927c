//! Reading what is kept in an order: records, failures.

use std::sync::LazyLock;

use redis::{Script, Value};

use super::Redis;
use super::reply::read;
use super::store::deadline;
use crate::Error;

static PAGE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/page.lua")));

/// Entries of one script call at most: the server does nothing else meanwhile.
const LARGEST: usize = 500;

/// A sorted set of members, and a hash that has something for each.
pub(super) struct Ordered<'a> {
    pub(super) index: &'a str,
    pub(super) values: &'a str,
}

impl Redis {
    /// Members with their values in order: those that begin with `prefix`, after `after`, at most
    /// `limit`. Read in pages; each is one moment's, not all of them together.
    pub(super) async fn pages(
        &self,
        ordered: Ordered<'_>,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, Error> {
        let until = deadline();
        let mut from = match after {
            Some(after) if after >= prefix => exclusive(after),
            _ => [b"[", prefix].concat(),
        };
        // No text has this byte, and no key has more than it.
        let to =
            if prefix.is_empty() { b"+".to_vec() } else { exclusive(&[prefix, &[0xff]].concat()) };
        let mut found = Vec::new();
        while found.len() < limit {
            let wanted = (limit - found.len()).min(LARGEST);
            let mut script = PAGE.prepare_invoke();
            script.key(&self.keys.mark).key(ordered.index).key(ordered.values);
            script.arg(self.link.mark().as_str()).arg(&from).arg(&to).arg(wanted);
            let answer = self.read_by_script("read", &script, until).await?;
            if answer == Value::Nil {
                return Err(Error::Replaced);
            }
            let page: Vec<(Vec<u8>, Vec<u8>)> = read(answer)?;
            let is_full = page.len() == wanted;
            found.extend(page);
            match found.last() {
                Some((last, _)) if is_full => from = exclusive(last),
                _ => break,
            }
        }
        Ok(found)
    }
}

fn exclusive(member: &[u8]) -> Vec<u8> {
    [b"(", member].concat()
}
