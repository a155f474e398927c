//! The key that signs access tokens, made at start.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use sha1::{Digest, Sha1};

/// Why no key could be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make a signing key: {0}")]
pub struct KeyError(String);

/// An RSA key with its certificate.
pub(crate) struct SigningKeys {
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    /// Key id: the certificate's SHA-1 thumbprint, as at the service.
    pub(super) kid: String,
    modulus: String,
    exponent: String,
    certificate: String,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeys").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKeys {
    /// A new 2048-bit key.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).map_err(failed)?;
        let params =
            CertificateParams::new(vec!["accounts.simulator.test".to_owned()]).map_err(failed)?;
        let certificate = params.self_signed(&key).map_err(failed)?;
        let encoding = EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).map_err(failed)?;
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256).map_err(failed)?;
        let decoding = DecodingKey::from_jwk(&jwk).map_err(failed)?;
        let AlgorithmParameters::RSA(public) = jwk.algorithm else {
            return Err(KeyError("not an RSA key".to_owned()));
        };
        Ok(Self {
            encoding,
            decoding,
            kid: URL_SAFE_NO_PAD.encode(Sha1::digest(certificate.der())),
            modulus: public.n,
            exponent: public.e,
            certificate: STANDARD.encode(certificate.der()),
        })
    }

    /// The JSON web key set.
    pub(crate) fn document(&self) -> serde_json::Value {
        serde_json::json!({ "keys": [{
            "kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid,
            "n": self.modulus, "e": self.exponent, "x5c": [self.certificate],
        }]})
    }
}

fn failed(error: impl std::fmt::Display) -> KeyError {
    KeyError(error.to_string())
}
