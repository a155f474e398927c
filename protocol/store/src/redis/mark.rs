//! What tells this store from another one, or from an empty one.
//!
//! The mark is a format number and a random id, made when the first longhaul opens an empty
//! store. Every process remembers the mark it found, and every script and every read compares it:
//! a server can be emptied, or swapped behind its name, without any connection being cut, and a
//! pass that goes on from an empty store would copy everything a second time.

use longhaul_core::OwnerToken;
use redis::aio::MultiplexedConnection;

use super::keys::Keys;
use super::reply::{Failure, corrupt, not_connected};
use crate::Error;

/// Raised with every change an older longhaul would misread.
const FORMAT: u32 = 1;

/// The mark of one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark(String);

impl Mark {
    fn new() -> Self {
        Self(format!("{FORMAT} {}", OwnerToken::generate()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Refuses an answer of another store.
    pub(super) fn check(&self, found: Option<&str>) -> Result<(), Error> {
        if found == Some(self.as_str()) { Ok(()) } else { Err(Error::Replaced) }
    }
}

/// Reads the server's mark, or makes it if the store is new.
pub(super) async fn find_or_make(
    connection: &mut MultiplexedConnection,
    keys: &Keys,
) -> Result<Mark, Error> {
    let mut pipe = redis::pipe();
    pipe.atomic().cmd("SET").arg(&keys.mark).arg(Mark::new().as_str()).arg("NX").ignore();
    pipe.get(&keys.mark);
    let (found,): (String,) = pipe.query_async(connection).await.map_err(failed)?;
    let format = found.split(' ').next().and_then(|format| format.parse().ok());
    match format {
        Some(FORMAT) => Ok(Mark(found)),
        Some(found) => Err(Error::Format { found, known: FORMAT }),
        None => Err(corrupt(&keys.mark, "it is not a mark")),
    }
}

/// Reads the server's mark and compares it.
pub(super) async fn compare(
    connection: &mut MultiplexedConnection,
    keys: &Keys,
    mark: &Mark,
) -> Result<(), Error> {
    let found: Option<String> =
        redis::cmd("GET").arg(&keys.mark).query_async(connection).await.map_err(failed)?;
    mark.check(found.as_deref())
}

fn failed(error: redis::RedisError) -> Error {
    match Failure::of("read the mark", error) {
        Failure::Refused(error) => error,
        Failure::Lost(error) => not_connected(error),
    }
}
