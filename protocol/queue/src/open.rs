//! From settings to a queue.

use std::path::PathBuf;
use std::sync::Arc;

use crate::measured::Measured;
use crate::{Embedded, Error, Queue, Rabbit};

/// The URL of the queue that lives in this process.
const EMBEDDED: &str = "embedded";

/// Which queue, and how to reach it.
#[derive(Clone)]
pub struct Options {
    /// `embedded`, or `amqp://` or `amqps://` with `user:password@`, host, port, virtual host.
    pub url: String,
    /// What the name of every queue on the broker begins with, so that a broker can be shared.
    pub prefix: String,
    /// A PEM file with the authorities to trust, instead of the system's.
    pub ca: Option<PathBuf>,
    /// A PEM file with a client certificate; needs `key`.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the client certificate's private key.
    pub key: Option<PathBuf>,
    /// What the broker's own tools call the connections.
    pub name: String,
}

impl Default for Options {
    /// The embedded queue.
    fn default() -> Self {
        Self {
            url: EMBEDDED.to_owned(),
            prefix: "longhaul.jobs".to_owned(),
            ca: None,
            certificate: None,
            key: None,
            name: "longhaul".to_owned(),
        }
    }
}

impl std::fmt::Debug for Options {
    /// Without the URL: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("prefix", &self.prefix)
            .field("ca", &self.ca)
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Opens the queue that `options` name. On a broker it declares the queues. Its messages are
/// counted in the metrics.
///
/// # Errors
///
/// [`Error::Settings`] if the options name no queue; otherwise what keeps the broker from being
/// used. Once it was open, the queue connects again for ever.
pub async fn open(options: &Options) -> Result<Arc<dyn Queue>, Error> {
    let queue: Arc<dyn Queue> = match options.url.as_str() {
        EMBEDDED => Arc::new(Embedded::new()),
        _ => Arc::new(Rabbit::connect(options).await?),
    };
    Ok(Arc::new(Measured::new(queue)))
}
