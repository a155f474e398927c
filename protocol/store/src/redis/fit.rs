//! Whether a server keeps what it answers for.
//!
//! Design section 4 rests on it: an intent or a commit that was answered for and is gone after a
//! restart makes items twice. So opening, and every new connection, reads the settings and refuses
//! those that may lose writes, and those that cannot be read.
//!
//! Replicas are not refused. Redis answers before a replica has a write, and neither
//! `min-replicas-to-write` nor `WAIT` makes that certain, so a replica that is promoted may lack
//! the last writes. The store has then gone back, which the fence and ledger length in each message
//! bring to light; `min-replicas-to-write` bounds how far, and its absence is logged.

use std::collections::HashMap;

use longhaul_core::{Code, code};
use redis::aio::MultiplexedConnection;
use redis::{FromRedisValue, InfoDict};

use super::reply::{Failure, not_connected, server_code};
use crate::Error;

/// The first version with everything the scripts need.
const OLDEST: u32 = 7;

/// Something about a server that it cannot be used with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is a node of a Redis Cluster.
    #[error("the server is a node of a Redis Cluster, which longhaul does not support")]
    Cluster,
    /// It is older than what the scripts need.
    #[error("the server has version {found}; longhaul needs Redis {OLDEST}.0 or Valkey 8")]
    TooOld {
        /// Its version.
        found: String,
    },
    /// It is a replica: it takes no writes.
    #[error("the server is a replica and takes no writes; name its primary")]
    Replica,
    /// It writes no log: a restart loses what came after the last snapshot.
    #[error("appendonly is {found} (CONFIG SET appendonly yes)")]
    NoLog {
        /// The setting.
        found: String,
    },
    /// It answers before the log is on disk.
    #[error("appendfsync is {found} (CONFIG SET appendfsync always)")]
    NotSynced {
        /// The setting.
        found: String,
    },
    /// It throws keys away when its memory is full.
    #[error("maxmemory-policy is {found} (CONFIG SET maxmemory-policy noeviction)")]
    Evicts {
        /// The setting.
        found: String,
    },
    /// The user may not read the settings.
    #[error("the user may not read the settings (ACL SETUSER <user> +config|get +info)")]
    Hidden,
}

impl Unfit {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Cluster => code::STORE_CLUSTER,
            Self::TooOld { .. } => code::STORE_TOO_OLD,
            Self::Replica => code::STORE_REPLICA,
            Self::NoLog { .. } => code::STORE_NO_LOG,
            Self::NotSynced { .. } => code::STORE_NOT_SYNCED,
            Self::Evicts { .. } => code::STORE_EVICTS,
            Self::Hidden => code::STORE_SETTINGS_HIDDEN,
        }
    }

    /// Whether an operator may decide to go on all the same.
    const fn can_be_allowed(&self) -> bool {
        match self {
            Self::Cluster | Self::TooOld { .. } | Self::Replica => false,
            Self::NoLog { .. } | Self::NotSynced { .. } | Self::Evicts { .. } | Self::Hidden => {
                true
            }
        }
    }
}

/// Reads the server's version, role and settings.
///
/// # Errors
///
/// [`Error::Unfit`], with `allow_unsafe` only for what cannot be allowed.
pub(super) async fn check(
    connection: &mut MultiplexedConnection,
    allow_unsafe: bool,
) -> Result<(), Error> {
    let mut found = Vec::new();
    let mut replicas = 0;
    match ask::<InfoDict>(connection, redis::cmd("INFO")).await? {
        Some(info) => {
            look_at_server(&info, &mut found);
            replicas = info.get::<u32>("connected_slaves").unwrap_or_default();
        }
        None => found.push(Unfit::Hidden),
    }
    let mut config = redis::cmd("CONFIG");
    config.arg(&["GET", "appendonly", "appendfsync", "maxmemory-policy", "min-replicas-to-write"]);
    if found.iter().all(Unfit::can_be_allowed) {
        match ask::<HashMap<String, String>>(connection, config).await? {
            Some(settings) => {
                look_at_settings(&settings, &mut found);
                let least = settings.get("min-replicas-to-write").map(String::as_str);
                if replicas > 0 && least == Some("0") {
                    tracing::warn!(
                        replicas,
                        "a replica that takes over may lack any number of writes: min-replicas-to-write is 0"
                    );
                }
            }
            None => found.push(Unfit::Hidden),
        }
    }
    found.dedup();
    if allow_unsafe {
        let (allowed, refused): (Vec<_>, Vec<_>) =
            found.into_iter().partition(Unfit::can_be_allowed);
        for unfit in allowed {
            tracing::warn!(code = %unfit.code(), "the store may lose what it answered for: {unfit}");
        }
        found = refused;
    }
    if found.is_empty() { Ok(()) } else { Err(Error::Unfit(found)) }
}

/// Answers `None` if the user may not ask.
async fn ask<T: FromRedisValue>(
    connection: &mut MultiplexedConnection,
    command: redis::Cmd,
) -> Result<Option<T>, Error> {
    match command.query_async(connection).await {
        Ok(answer) => Ok(Some(answer)),
        // Managed servers remove CONFIG altogether.
        Err(error) if matches!(server_code(&error).as_deref(), Some("NOPERM" | "ERR")) => Ok(None),
        Err(error) => Err(match Failure::of("read the settings", error) {
            Failure::Refused(error) => error,
            Failure::Lost(error) => not_connected(error),
        }),
    }
}

fn look_at_server(info: &InfoDict, found: &mut Vec<Unfit>) {
    let get = |key| info.get::<String>(key).unwrap_or_default();
    if get("cluster_enabled") == "1" || get("redis_mode") == "cluster" {
        found.push(Unfit::Cluster);
    }
    let version = get("redis_version");
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        found.push(Unfit::TooOld { found: version });
    }
    if get("role") == "slave" {
        found.push(Unfit::Replica);
    }
}

fn look_at_settings(settings: &HashMap<String, String>, found: &mut Vec<Unfit>) {
    let get = |key| settings.get(key).map(String::as_str).unwrap_or("unknown");
    let (log, sync, policy) = (get("appendonly"), get("appendfsync"), get("maxmemory-policy"));
    if log != "yes" {
        found.push(Unfit::NoLog { found: log.to_owned() });
    }
    if sync != "always" {
        found.push(Unfit::NotSynced { found: sync.to_owned() });
    }
    if policy != "noeviction" {
        found.push(Unfit::Evicts { found: policy.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfit(info: &str) -> Vec<Unfit> {
        let mut found = Vec::new();
        look_at_server(&InfoDict::new(info), &mut found);
        found
    }

    #[test]
    fn versions_before_the_oldest_are_refused_and_valkey_counts_by_its_redis_version() {
        let standalone = |version| {
            unfit(&format!("redis_version:{version}\r\nredis_mode:standalone\r\nrole:master\r\n"))
        };
        for version in ["7.0.0", "7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1", "10.0.1"] {
            assert_eq!(standalone(version), [], "{version}");
        }
        for version in ["6.2.14", "2.8", ""] {
            assert_eq!(standalone(version), [Unfit::TooOld { found: version.to_owned() }]);
        }
    }

    #[test]
    fn settings_that_are_not_there_do_not_pass() {
        let mut found = Vec::new();
        look_at_settings(&HashMap::new(), &mut found);
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
