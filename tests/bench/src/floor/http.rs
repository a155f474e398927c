//! The HTTP client of the floor's programs: the one longhaul uses, without what it need not do.

use anyhow::Context as _;

/// A client that trusts `authority` (PEM) and asks for no compression.
pub(super) fn client(authority: Option<&str>) -> anyhow::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .gzip(false);
    if let Some(pem) = authority {
        let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes())?;
        builder = builder.tls_certs_only(certificates);
    }
    builder.build().context("an HTTP client")
}
