//! Whom we trust, and who we show ourselves to be.

use std::fmt;
use std::path::Path;

use lapin::tcp::{RustlsConnector, RustlsConnectorConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::Cause;
use crate::{Error, Options};

/// Certificates, read once at the start.
pub(super) struct Tls {
    authorities: Option<Vec<CertificateDer<'static>>>,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

impl Tls {
    /// Reads the files that `options` name.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] for the file that cannot be used.
    pub(super) fn read(options: &Options) -> Result<Self, Error> {
        let authorities =
            options.ca.as_deref().map(|file| certificates("queue.ca", file)).transpose()?;
        let identity = match (&options.certificate, &options.key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => {
                let chain = certificates("queue.certificate", certificate)?;
                let key = PrivateKeyDer::from_pem_file(key)
                    .map_err(|error| settings("queue.key", error))?;
                Some((chain, key))
            }
            (None, Some(_)) => return Err(alone("queue.certificate")),
            (Some(_), None) => return Err(alone("queue.key")),
        };
        Ok(Self { authorities, identity })
    }

    /// What makes a stream to a broker a TLS stream.
    ///
    /// # Errors
    ///
    /// If the system's authorities cannot be read or the key does not fit the certificate.
    pub(super) fn connector(&self) -> std::io::Result<RustlsConnector> {
        let trusted = match &self.authorities {
            Some(own) => RustlsConnectorConfig::default().with_parsable_certificates(own.clone()),
            None => RustlsConnectorConfig::new_with_native_certs()?,
        };
        match &self.identity {
            Some((chain, key)) => {
                trusted.connector_with_single_cert(chain.clone(), key.clone_key())
            }
            None => trusted.connector_with_no_client_auth(),
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn certificates(what: &'static str, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = || CertificateDer::pem_file_iter(file)?.collect::<Result<Vec<_>, _>>();
    let found = read().map_err(|error| settings(what, error))?;
    match found.is_empty() {
        true => Err(settings(what, "it holds no certificate in PEM format")),
        false => Ok(found),
    }
}

fn alone(missing: &'static str) -> Error {
    settings(missing, "certificate and key are needed together")
}

fn settings(what: &'static str, source: impl Into<Cause>) -> Error {
    Error::Settings { what, source: Some(source.into()) }
}
