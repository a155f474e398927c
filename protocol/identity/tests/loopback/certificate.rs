//! The certificate grant: what is signed, and what cannot be.

use std::sync::{Arc, Mutex};

use crate::support::{CLIENT_ID, Fixture, json, token};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use longhaul_core::{Clock as _, code};
use longhaul_identity::{Credential, SecretRef};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use sha2::Digest as _;

fn certificate() -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key");
    let parameters = rcgen::CertificateParams::new(vec!["longhaul.test".into()]).expect("a name");
    (parameters.self_signed(&key).expect("signed"), key)
}

async fn with_pem(pem: &str) -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("client.pem");
    std::fs::write(&path, pem).expect("written");
    let credential =
        Credential::Certificate { client_id: CLIENT_ID.into(), pem: SecretRef::File(path) };
    Fixture::with(credential, folder, |n, fields| {
        if fields.contains_key("client_secret") { json(400, "{}") } else { token(n, 3600) }
    })
    .await
}

#[tokio::test]
async fn the_assertion_names_and_is_signed_by_the_certificate() {
    let (certificate, key) = certificate();
    let authority = with_pem(&format!("{}{}", certificate.pem(), key.serialize_pem())).await;
    authority.tokens.token().await.expect("a token");
    let asked = authority.script.asked.lock().expect("no panic").remove(0);
    assert_eq!(asked["grant_type"], "client_credentials");
    assert_eq!(
        asked["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );

    let header = jsonwebtoken::decode_header(&asked["client_assertion"]).expect("a header");
    assert_eq!(header.alg, Algorithm::RS256);
    let sha256 = URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(certificate.der()));
    let sha1 = URL_SAFE_NO_PAD.encode(sha1::Sha1::digest(certificate.der()));
    assert_eq!((header.x5t_s256, header.x5t), (Some(sha256), Some(sha1)));

    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[&authority.url]);
    validation.set_issuer(&[CLIENT_ID]);
    // The source has a clock of its own.
    validation.validate_exp = false;
    let public = DecodingKey::from_rsa_pem(key.public_key_pem().as_bytes()).expect("a key");
    let claims =
        jsonwebtoken::decode::<serde_json::Value>(&asked["client_assertion"], &public, &validation)
            .expect("signed by the key")
            .claims;
    assert_eq!(claims["sub"], CLIENT_ID);
    assert!(!claims["jti"].as_str().expect("an id").is_empty());
    let now = authority.clock.now().0 / 1000;
    let at = |name: &str| claims[name].as_i64().expect("seconds");
    assert!(at("nbf") <= now && at("exp") > now && at("exp") - at("nbf") <= 600, "{claims}");
}

#[tokio::test]
async fn each_assertion_has_an_id_of_its_own() {
    let (certificate, key) = certificate();
    let authority = with_pem(&format!("{}{}", key.serialize_pem(), certificate.pem())).await;
    let stale = authority.tokens.token().await.expect("a token");
    authority.tokens.renewed_after(&stale).await.expect("another");
    let asked = Arc::clone(&authority.script);
    let asked: &Mutex<Vec<_>> = &asked.asked;
    let asked = asked.lock().expect("no panic");
    assert_ne!(asked[0]["client_assertion"], asked[1]["client_assertion"]);
}

#[tokio::test]
async fn a_pem_that_cannot_sign_is_named_without_being_shown() {
    let (certificate, key) = certificate();
    let elliptic = KeyPair::generate().expect("a key");
    for (pem, reason) in [
        ("hunter2".to_owned(), "no certificate"),
        (certificate.pem(), "no unencrypted private key"),
        (key.serialize_pem(), "no certificate"),
        (format!("{}{}", certificate.pem(), elliptic.serialize_pem()), "not an RSA key"),
    ] {
        let authority = with_pem(&pem).await;
        let error = authority.tokens.token().await.expect_err(reason);
        assert_eq!(error.code(), code::BAD_CERTIFICATE);
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
        assert_eq!(authority.asked(), 0, "nothing was sent");
    }
}
