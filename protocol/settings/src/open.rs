//! From settings to what queue and store are opened with.

use std::path::Path;

use crate::Common;

impl Common {
    /// How the queue is opened; the broker's own tools call the connections `name`.
    #[must_use]
    pub fn queue_options(&self, name: &str) -> longhaul_queue::Options {
        let defaults = longhaul_queue::Options::default();
        let queue = &self.queue;
        longhaul_queue::Options {
            url: queue.url.expose().to_owned(),
            prefix: queue.prefix.clone().unwrap_or(defaults.prefix),
            ca: queue.ca.clone(),
            certificate: queue.certificate.clone(),
            key: queue.key.clone(),
            name: name.to_owned(),
            wait: false,
        }
    }

    /// How the store is opened; the embedded one is a file in `folder`.
    #[must_use]
    pub fn store_options(&self, folder: &Path) -> longhaul_store::Options {
        let defaults = longhaul_store::Options::default();
        let store = &self.store;
        longhaul_store::Options {
            url: store.url.expose().to_owned(),
            folder: folder.to_owned(),
            prefix: store.prefix.clone().unwrap_or(defaults.prefix),
            ca: store.ca.clone(),
            certificate: store.certificate.clone(),
            key: store.key.clone(),
            allow_unsafe: store.allow_unsafe,
            clock: defaults.clock,
        }
    }
}
