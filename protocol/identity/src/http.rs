//! The HTTP client that every service crate uses.

use std::time::Duration;

use reqwest::redirect;
use reqwest::tls::Certificate;

use crate::Error;

/// Long enough for a far data centre behind a slow proxy, short enough to notice a dead address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Exchange Online's front ends close idle connections after about two minutes; a connection we
/// drop first is never found dead by the request that wanted it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// More than the requests one worker keeps open to one host; the rest are closed after use.
const IDLE_PER_HOST: usize = 32;
/// Finds a peer that vanished without closing, below the usual firewall limit of minutes.
const TCP_KEEPALIVE: Duration = Duration::from_secs(60);

/// An HTTP client over rustls that trusts the machine's certificates and `extra_ca`.
///
/// Redirects are not followed, because Exchange answers faults with one and a token must not
/// travel to another host. There is no total time-out: each request sets its own.
/// `extra_ca` is a PEM text of one or more certificates.
///
/// # Errors
///
/// [`Error::BadTrust`] if `extra_ca` is not PEM certificates or no client can be built.
pub fn http_client(extra_ca: Option<&[u8]>, user_agent: &str) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .tcp_keepalive(TCP_KEEPALIVE)
        .tcp_nodelay(true)
        .referer(false)
        .gzip(true);
    if let Some(pem) = extra_ca {
        let certificates = Certificate::from_pem_bundle(pem).map_err(Error::bad_trust)?;
        if certificates.is_empty() {
            return Err(Error::BadTrust { source: None });
        }
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(Error::bad_trust)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trust_text_without_a_certificate_is_refused() {
        let error = http_client(Some(b"not a certificate"), "longhaul/0").expect_err("no PEM");
        assert_eq!(error.code(), longhaul_core::code::BAD_CERTIFICATE);
    }

    #[test]
    fn a_client_is_built_without_extra_trust() {
        http_client(None, "longhaul/0").expect("the machine's own trust");
    }
}
