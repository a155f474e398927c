//! Client assertions: a JWT signed with the application's certificate
//! ([L identity-platform certificate-credentials]).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::tenant::{Application, SpecificationError};

use super::error::TokenError;

/// Clock difference that is forgiven, in seconds.
const SKEW: i64 = 300;

/// A certificate registered at an application.
pub(crate) struct ClientCertificate {
    key: DecodingKey,
    sha1: String,
    sha256: String,
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCertificate").field("sha1", &self.sha1).finish_non_exhaustive()
    }
}

impl ClientCertificate {
    /// Reads a certificate with an RSA key.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, SpecificationError> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| SpecificationError::Certificate)?;
        let key = DecodingKey::from_rsa_pem(pem.as_bytes())
            .map_err(|_| SpecificationError::Certificate)?;
        Ok(Self {
            key,
            sha1: URL_SAFE_NO_PAD.encode(Sha1::digest(&der)),
            sha256: URL_SAFE_NO_PAD.encode(Sha256::digest(&der)),
        })
    }
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    jti: Option<String>,
    exp: i64,
    nbf: Option<i64>,
}

/// The client id an assertion claims, unchecked.
pub(super) fn claimed_client(assertion: &str) -> Option<String> {
    let payload = assertion.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice::<Claims>(&bytes).ok().map(|claims| claims.sub)
}

/// Checks an assertion of an application; `audiences` are the spellings of the token URL.
pub(super) fn check(
    assertion: &str,
    application: &Application,
    audiences: &[String],
) -> Result<(), TokenError> {
    let header = decode_header(assertion).map_err(|_| malformed("The JWT cannot be parsed."))?;
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::PS256) {
        return Err(malformed("Unsupported signature algorithm."));
    }
    let thumbprint = header.x5t_s256.as_deref().or(header.x5t.as_deref());
    let Some(thumbprint) = thumbprint.map(|text| text.trim_end_matches('=')) else {
        return Err(malformed("The header has neither 'x5t' nor 'x5t#S256'."));
    };
    let certificate = application
        .certificates
        .iter()
        .find(|known| known.sha1 == thumbprint || known.sha256 == thumbprint)
        .ok_or_else(|| {
            TokenError::client(
                700_027,
                "The certificate with identifier used to sign the client assertion is not \
                 registered on application.",
            )
        })?;
    let mut validation = Validation::new(header.alg);
    validation.validate_aud = false;
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(assertion, &certificate.key, &validation).map_err(|_| {
        TokenError::client(700_027, "Client assertion failed signature validation.")
    })?;
    times(&claims.claims)?;
    let claims = claims.claims;
    if !audiences.contains(&claims.aud) {
        return Err(TokenError::client(
            700_023,
            "Client assertion audience claim does not match Realm issuer.",
        ));
    }
    let own = application.client_id.to_string();
    if !claims.iss.eq_ignore_ascii_case(&own) || !claims.sub.eq_ignore_ascii_case(&own) {
        return Err(TokenError::client(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        ));
    }
    if claims.jti.is_none_or(|jti| jti.is_empty()) {
        return Err(malformed("The claim 'jti' is missing."));
    }
    Ok(())
}

fn times(claims: &Claims) -> Result<(), TokenError> {
    let now = Timestamp::now().as_second();
    let from = claims.nbf.unwrap_or(now);
    let good = from <= now + SKEW && claims.exp > now - SKEW && claims.exp > from;
    // An assertion may be good for a day at most.
    if good && claims.exp - from <= 86_400 {
        return Ok(());
    }
    Err(TokenError::client(
        700_024,
        format!(
            "Client assertion is not within its valid time range. Current time: {now}, assertion \
             valid from {from}, expiry time of assertion {}.",
            claims.exp
        ),
    ))
}

fn malformed(text: &str) -> TokenError {
    TokenError::client(50_027, format!("JWT token is invalid or malformed. {text}"))
}
