//! One token request: the form, the send, and what a failed send means.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::Clock;
use url::Url;

use crate::assertion::assertion;
use crate::{AccessToken, Authority, Credential, Error, Secret, answer};

/// A token request does little work; one that takes longer is lost.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Source: RFC 7523, section 2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Everything a token request needs.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) http: reqwest::Client,
    pub(crate) authority: Authority,
    pub(crate) credential: Credential,
    pub(crate) scope: String,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Grant {
    /// Asks the authority once.
    pub(crate) async fn request(self: &Arc<Self>) -> Result<AccessToken, Error> {
        let url = self.authority.token_url()?;
        // Reading a file and signing with RSA would hold up other tasks.
        let (grant, audience) = (Arc::clone(self), url.clone());
        let (name, proof) = tokio::task::spawn_blocking(move || grant.proof(&audience))
            .await
            .map_err(|_| Error::unreachable("the request was given up at shutdown"))??;

        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", self.credential.client_id()),
            ("scope", &self.scope),
            (name, proof.expose()),
        ];
        if matches!(self.credential, Credential::Certificate { .. }) {
            form.push(("client_assertion_type", JWT_BEARER));
        }
        let sent = self.clock.now();
        let response = self
            .http
            .post(url)
            .timeout(REQUEST_TIMEOUT)
            .header(reqwest::header::ACCEPT, "application/json")
            .form(&form)
            .send()
            .await
            .map_err(lost)?;
        answer::read(response, sent).await
    }

    /// The form field that proves who we are, read anew each time so that a rotated secret is
    /// picked up.
    fn proof(&self, audience: &Url) -> Result<(&'static str, Secret), Error> {
        match &self.credential {
            Credential::Secret { secret, .. } => Ok(("client_secret", secret.resolve()?)),
            Credential::Certificate { client_id, pem } => {
                let signed =
                    assertion(&pem.resolve()?, client_id, audience.as_str(), self.clock.now())?;
                Ok(("client_assertion", signed))
            }
        }
    }
}

/// A request that did not get its answer.
pub(crate) fn lost(error: reqwest::Error) -> Error {
    let reason = if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "no connection to it could be made; check name, network, proxy and TLS trust"
    } else {
        "the connection was lost before it answered"
    };
    // The address holds the tenant, never a secret: the secret travels in the body.
    let source: Arc<dyn std::error::Error + Send + Sync> = Arc::new(error.without_url());
    Error::AuthorityUnreachable { reason: reason.to_owned(), hint: None, source: Some(source) }
}
