//! Clients for the endpoints of projects: one per endpoint and process, so that tokens,
//! connections and the limits of a mailbox are shared by all workers in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use longhaul_core::code::{BAD_VALUE, SECRET_UNREADABLE};
use longhaul_core::{Code, SystemClock};
use longhaul_identity::{Authority, Credential, SecretRef, TokenSource, http_client};
use longhaul_store::records::{CredentialRecord, EndpointRecord};
use url::Url;

use crate::throttle::Lanes;

/// Makes and keeps clients.
#[derive(Debug)]
pub struct Endpoints {
    user_agent: String,
    // A handful of entries: a project has two endpoints.
    clients: Mutex<Vec<(EndpointRecord, longhaul_ews::Client)>>,
    http: Mutex<HashMap<Option<String>, reqwest::Client>>,
    pub(crate) lanes: Lanes,
}

/// An endpoint no client can be made for.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// A URL of the endpoint does not parse.
    #[error("{0} is not a URL")]
    Url(&'static str),
    /// A secret's reference is neither `env:NAME` nor `file:PATH`.
    #[error("the credential is not a reference of the form env:NAME or file:PATH")]
    Reference,
    /// The certificate authority or the HTTP client is unusable.
    #[error(transparent)]
    Identity(#[from] longhaul_identity::Error),
}

impl EndpointError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Url(_) => BAD_VALUE,
            Self::Reference => SECRET_UNREADABLE,
            Self::Identity(error) => error.code(),
        }
    }
}

impl Endpoints {
    /// Clients that call themselves `user_agent` (product/version).
    #[must_use]
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self {
            user_agent: user_agent.into(),
            clients: Mutex::default(),
            http: Mutex::default(),
            lanes: Lanes::default(),
        }
    }

    /// The client of an endpoint. It is made without any call; the first request gets a token.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if the record cannot be made into a client.
    pub fn client(&self, endpoint: &EndpointRecord) -> Result<longhaul_ews::Client, EndpointError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| known == endpoint) {
            return Ok(client.clone());
        }
        let client = self.connect(endpoint)?;
        clients.push((endpoint.clone(), client.clone()));
        Ok(client)
    }

    fn connect(&self, endpoint: &EndpointRecord) -> Result<longhaul_ews::Client, EndpointError> {
        let http = self.http(endpoint.ca_certificate.as_deref())?;
        let base = parse(&endpoint.authority, "authority")?;
        let url = parse(&endpoint.ews_url, "ews_url")?;
        let authority = Authority { base, tenant_id: endpoint.tenant_id.clone() };
        let tokens = TokenSource::new(
            http.clone(),
            authority,
            credential(endpoint)?,
            endpoint.ews_scope.clone(),
            Arc::new(SystemClock),
        );
        Ok(longhaul_ews::Client::new(longhaul_ews::Endpoint { url, http, tokens }))
    }

    /// One connection pool per set of trusted authorities.
    fn http(&self, ca: Option<&str>) -> Result<reqwest::Client, longhaul_identity::Error> {
        let mut pools = self.http.lock().unwrap_or_else(PoisonError::into_inner);
        let key = ca.map(str::to_owned);
        if let Some(http) = pools.get(&key) {
            return Ok(http.clone());
        }
        let http = http_client(ca.map(str::as_bytes), &self.user_agent)?;
        pools.insert(key, http.clone());
        Ok(http)
    }
}

fn parse(text: &str, name: &'static str) -> Result<Url, EndpointError> {
    Url::parse(text).map_err(|_| EndpointError::Url(name))
}

fn credential(endpoint: &EndpointRecord) -> Result<Credential, EndpointError> {
    let reference = |text: &str| text.parse::<SecretRef>().map_err(|_| EndpointError::Reference);
    let client_id = endpoint.client_id.clone();
    Ok(match &endpoint.credential {
        CredentialRecord::Secret(text) => {
            Credential::Secret { client_id, secret: reference(text)? }
        }
        CredentialRecord::Certificate(text) => {
            Credential::Certificate { client_id, pem: reference(text)? }
        }
    })
}
