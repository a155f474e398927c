//! A certificate authority for one test.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

/// Files of a certificate and its key.
#[derive(Clone, Debug)]
pub struct Pem {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key (PKCS #8).
    pub key: PathBuf,
}

/// An authority and what it signed, as PEM files in one folder.
#[derive(Clone, Debug)]
pub struct Certificates {
    /// The authority's own certificate.
    pub authority: PathBuf,
    /// For `localhost` and 127.0.0.1.
    pub server: Pem,
    /// For a client called `longhaul`.
    pub client: Pem,
}

impl Certificates {
    /// A new authority with a server and a client certificate, written to `folder`.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub fn generate(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.distinguished_name.push(DnType::CommonName, "longhaul test authority");
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let authority = folder.join("authority.pem");
        std::fs::write(&authority, issuer.pem()).context("the authority's certificate")?;

        let sign = |name: &str, usage, names: &[&str]| -> anyhow::Result<Pem> {
            let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
            let mut params = CertificateParams::new(names)?;
            params.distinguished_name.push(DnType::CommonName, name);
            params.extended_key_usages = vec![usage];
            params.use_authority_key_identifier_extension = true;
            let key = KeyPair::generate()?;
            let certificate = params.signed_by(&key, &issuer)?;
            let pem = Pem {
                certificate: folder.join(format!("{name}.pem")),
                key: folder.join(format!("{name}.key")),
            };
            std::fs::write(&pem.certificate, certificate.pem())?;
            std::fs::write(&pem.key, key.serialize_pem())?;
            Ok(pem)
        };
        let server =
            sign("server", ExtendedKeyUsagePurpose::ServerAuth, &["localhost", "127.0.0.1"])?;
        let client = sign("longhaul", ExtendedKeyUsagePurpose::ClientAuth, &["longhaul.test"])?;
        Ok(Self { authority, server, client })
    }
}
