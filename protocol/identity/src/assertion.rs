//! The signed assertion that stands in for a client secret.
//!
//! Source: Microsoft: "Microsoft identity platform application authentication certificate
//! credentials".

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use longhaul_core::Timestamp;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Error, Secret};

/// The platform's longest accepted life is ten minutes; half of it survives clocks that differ.
const LIFE_SECONDS: i64 = 300;
/// A machine whose clock runs ahead must not write a time that has not come yet.
const SKEW_SECONDS: i64 = 60;

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: i64,
    exp: i64,
}

/// An assertion for `audience` (the token address) by `client_id`, signed with the RSA key in
/// `pem` and naming the first certificate in it.
pub(crate) fn assertion(
    pem: &Secret,
    client_id: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Secret, Error> {
    let bad = |reason| Error::BadCertificate { reason };
    let certificate = CertificateDer::from_pem_slice(pem.expose().as_bytes())
        .map_err(|_| bad("the PEM text holds no certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(pem.expose().as_bytes())
        .map_err(|_| bad("the PEM text holds no unencrypted private key"))?;

    let mut header = Header::new(Algorithm::RS256);
    header.x5t = Some(URL_SAFE_NO_PAD.encode(Sha1::digest(&certificate)));
    header.x5t_s256 = Some(URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate)));
    let seconds = now.0.div_euclid(1000);
    let claims = Claims {
        aud: audience,
        iss: client_id,
        sub: client_id,
        jti: Uuid::new_v4().to_string(),
        nbf: seconds - SKEW_SECONDS,
        exp: seconds + LIFE_SECONDS,
    };
    jsonwebtoken::encode(&header, &claims, &signing_key(key)?)
        .map(Secret::new)
        .map_err(|_| bad("its private key cannot sign with RSA"))
}

fn signing_key(mut key: PrivateKeyDer<'static>) -> Result<EncodingKey, Error> {
    let bad = Error::BadCertificate { reason: "its private key is not an RSA key" };
    let signing = match &key {
        PrivateKeyDer::Pkcs1(der) => Ok(EncodingKey::from_rsa_der(der.secret_pkcs1_der())),
        PrivateKeyDer::Pkcs8(der) => {
            let body = Zeroizing::new(STANDARD.encode(der.secret_pkcs8_der()));
            let mut pem = Zeroizing::new(String::with_capacity(body.len() * 2));
            pem.push_str("-----BEGIN PRIVATE KEY-----\n");
            for (at, symbol) in body.chars().enumerate() {
                if at > 0 && at % 64 == 0 {
                    pem.push('\n');
                }
                pem.push(symbol);
            }
            pem.push_str("\n-----END PRIVATE KEY-----\n");
            EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| bad)
        }
        _ => Err(bad),
    };
    key.zeroize();
    signing
}
