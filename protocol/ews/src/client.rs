//! The client of one endpoint, and the mailboxes it acts on.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use longhaul_core::Side;
use longhaul_identity::TokenSource;
use url::Url;

/// Where EWS is, and how to get in.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Address of the service, such as `https://outlook.office365.com/EWS/Exchange.asmx`.
    pub url: Url,
    /// From [`longhaul_identity::http_client`]: no redirects followed, no total time-out.
    pub http: reqwest::Client,
    /// Tokens for the service.
    pub tokens: TokenSource,
}

/// A client of one endpoint. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    endpoint: Endpoint,
    refuses_chunks: AtomicBool,
}

impl Client {
    /// A client of `endpoint`. Nothing is sent yet.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self(Arc::new(Shared { endpoint, refuses_chunks: AtomicBool::new(false) }))
    }

    /// The mailbox with the SMTP address `smtp`, acted on by impersonation. Its requests are
    /// counted for `side`.
    #[must_use]
    pub fn mailbox(&self, side: Side, smtp: &str) -> Mailbox {
        let affinity = Arc::new(Mutex::new(None));
        Mailbox { client: self.clone(), side, smtp: smtp.into(), affinity }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }
}

/// One mailbox. Cheap to clone; clones share what keeps their requests on one back end.
///
/// `Debug` leaves out the address.
#[derive(Clone)]
pub struct Mailbox {
    client: Client,
    side: Side,
    smtp: Arc<str>,
    affinity: Arc<Mutex<Option<String>>>,
}

impl Mailbox {
    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.client.endpoint()
    }

    pub(crate) const fn side(&self) -> Side {
        self.side
    }

    /// Whether the endpoint is known to take no request without an announced length: measure an
    /// item before [`Self::upload_stream`].
    #[must_use]
    pub fn refuses_chunks(&self) -> bool {
        self.client.0.refuses_chunks.load(Ordering::Relaxed)
    }

    /// Remembers that for every mailbox of the endpoint.
    pub fn remember_refuses_chunks(&self) {
        self.client.0.refuses_chunks.store(true, Ordering::Relaxed);
    }

    pub(crate) fn smtp(&self) -> &str {
        &self.smtp
    }

    /// The cookie that leads to the back end that answered last.
    /// Source: Microsoft: "How to maintain affinity between a group of subscriptions and the
    /// Mailbox server".
    pub(crate) fn affinity(&self) -> Option<String> {
        self.affinity.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_affinity(&self, cookie: String) {
        *self.affinity.lock().unwrap_or_else(PoisonError::into_inner) = Some(cookie);
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailbox").finish_non_exhaustive()
    }
}
