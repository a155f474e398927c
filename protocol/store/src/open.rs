//! From settings to a store.

use std::path::PathBuf;
use std::sync::Arc;

use longhaul_core::{Clock, SystemClock};
use tokio::task::{JoinError, spawn_blocking};

use crate::measured::measured;
use crate::{Embedded, Error, Redis, Store};

/// The URL of the store that is a file of this process.
const EMBEDDED: &str = "embedded";

/// Which store, and how to reach it.
#[derive(Clone)]
pub struct Options {
    /// `embedded`, or `redis://` or `rediss://` with `[user]:password@`, host, port, database.
    pub url: String,
    /// The data folder of the embedded store.
    pub folder: PathBuf,
    /// The clock of the embedded store; Redis has its own.
    pub clock: Arc<dyn Clock>,
    /// What every key in Redis begins with, so that a server can be shared.
    pub prefix: String,
    /// A PEM file with the authorities to trust, instead of the system's.
    pub ca: Option<PathBuf>,
    /// A PEM file with a client certificate; needs `key`.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the client certificate's private key.
    pub key: Option<PathBuf>,
    /// Go on with a Redis that may lose what it answered for.
    pub allow_unsafe: bool,
}

impl Default for Options {
    /// The embedded store in the current folder.
    fn default() -> Self {
        Self {
            url: EMBEDDED.to_owned(),
            folder: PathBuf::from("."),
            clock: Arc::new(SystemClock),
            prefix: "longhaul".to_owned(),
            ca: None,
            certificate: None,
            key: None,
            allow_unsafe: false,
        }
    }
}

impl std::fmt::Debug for Options {
    /// Without the URL: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("folder", &self.folder)
            .field("prefix", &self.prefix)
            .field("ca", &self.ca)
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .field("allow_unsafe", &self.allow_unsafe)
            .finish_non_exhaustive()
    }
}

/// Opens the store that `options` name. Its calls are counted in the metrics.
///
/// # Errors
///
/// [`Error::Settings`] if the URL names no store; otherwise the backend's reason.
pub async fn open(options: &Options) -> Result<Arc<dyn Store>, Error> {
    let store: Arc<dyn Store> = if options.url == EMBEDDED {
        let (folder, clock) = (options.folder.clone(), Arc::clone(&options.clock));
        let opened = spawn_blocking(move || Embedded::open(&folder, clock)).await;
        let failed = |error: JoinError| Error::Backend { action: "open", source: error.into() };
        Arc::new(opened.map_err(failed)??)
    } else {
        Arc::new(Redis::open(options).await?)
    };
    Ok(Arc::new(measured(store)))
}
