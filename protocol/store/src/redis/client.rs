//! From options to a connection.

use std::path::Path;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo,
    IntoConnectionInfo, TlsCertificates,
};

use super::reply::not_connected;
use crate::{Error, Options};

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may take. A server that synchronises each write has pauses of its disk's.
const ANSWER: Duration = Duration::from_secs(5);

/// Reads the URL and the files `options` name.
///
/// # Errors
///
/// [`Error::Settings`], or [`Error::File`] for a file that cannot be read.
pub(super) fn client(options: &Options) -> Result<Client, Error> {
    let info = info(&options.url)?;
    let is_tls = matches!(info.addr(), ConnectionAddr::TcpTls { .. });
    let files = [&options.ca, &options.certificate, &options.key];
    if !is_tls {
        if files.iter().any(|file| file.is_some()) {
            return Err(Error::Settings("certificates need a rediss:// URL"));
        }
        return Client::open(info).map_err(|_| NOT_A_URL);
    }
    let client_tls = match (&options.certificate, &options.key) {
        (Some(certificate), Some(key)) => {
            Some(ClientTlsConfig { client_cert: read(certificate)?, client_key: read(key)? })
        }
        (None, None) => None,
        _ => return Err(Error::Settings("a client certificate and its key belong together")),
    };
    let root_cert = options.ca.as_deref().map(read).transpose()?;
    Client::build_with_tls(info, TlsCertificates { client_tls, root_cert })
        .map_err(|error| Error::Tls { source: Box::new(error) })
}

/// What the library says of a URL it cannot read may quote it, password included.
const NOT_A_URL: Error = Error::Settings("url is not a redis:// or rediss:// address");

fn info(url: &str) -> Result<ConnectionInfo, Error> {
    let is_known = url.starts_with("redis://") || url.starts_with("rediss://");
    // The library takes `#insecure` for: check no certificate.
    if !is_known || url.contains('#') {
        return Err(NOT_A_URL);
    }
    url.into_connection_info().map_err(|_| NOT_A_URL)
}

fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, Error> {
    let path = path.as_ref();
    std::fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })
}

/// Makes a connection. Bounded in time, as each of its requests is.
///
/// # Errors
///
/// [`Error::Unreachable`], [`Error::Login`] or [`Error::Tls`].
pub(super) async fn connect(client: &Client) -> Result<MultiplexedConnection, Error> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER));
    client.get_multiplexed_async_connection_with_config(&config).await.map_err(not_connected)
}
