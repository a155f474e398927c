//! The token endpoint and what EWS makes of tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use longhaul_simulator::{
    ApplicationSpecification, MailboxSpecification, Simulator, TenantSpecification,
};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::support::{SOURCE, Service, answer, envelope, get_folder};

const INBOX: &str = "<t:DistinguishedFolderId Id=\"inbox\"/>";

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn token_names_tenant_application_audience_and_roles() {
    let service = Service::start().await;
    let claims = claims(&service.token(SOURCE).await);
    assert_eq!(claims["tid"], service.text(SOURCE, "tenant_id"));
    assert_eq!(claims["appid"], service.text(SOURCE, "client_id"));
    assert_eq!(claims["aud"], "https://outlook.office365.com");
    assert_eq!(claims["roles"], json!(["full_access_as_app"]));
    let left = claims["exp"].as_i64().unwrap() - Timestamp::now().as_second();
    assert!((3500..=3600).contains(&left), "{left}");
}

#[tokio::test]
async fn wrong_requests_get_their_own_numbers() {
    let service = Service::start().await;
    let url = service.text(SOURCE, "token_url").to_owned();
    let (id, secret) = (service.text(SOURCE, "client_id"), service.text(SOURCE, "client_secret"));
    let scope = "https://outlook.office365.com/.default";
    let unknown = url.replace(service.text(SOURCE, "tenant_id"), "nowhere.test");
    let grant = ("grant_type", "client_credentials");
    let cases = [
        (
            url.as_str(),
            vec![grant, ("client_id", id), ("client_secret", "x"), ("scope", scope)],
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            url.as_str(),
            vec![grant, ("client_id", id), ("scope", scope)],
            401,
            "invalid_client",
            7_000_218,
        ),
        (
            url.as_str(),
            vec![
                grant,
                ("client_id", "4b9a8f0e-2d3c-4b6a-9a51-1f0a5e3c7d21"),
                ("client_secret", secret),
                ("scope", scope),
            ],
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            unknown.as_str(),
            vec![grant, ("client_id", id), ("client_secret", secret), ("scope", scope)],
            400,
            "invalid_request",
            90_002,
        ),
        (
            url.as_str(),
            vec![("client_id", id), ("client_secret", secret), ("scope", scope)],
            400,
            "invalid_request",
            900_144,
        ),
        (
            url.as_str(),
            vec![grant, ("client_id", id), ("client_secret", secret), ("scope", "Mail.Read")],
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            url.as_str(),
            vec![
                grant,
                ("client_id", id),
                ("client_secret", secret),
                ("scope", "https://other.test/.default"),
            ],
            400,
            "invalid_resource",
            500_011,
        ),
        (
            url.as_str(),
            vec![("grant_type", "password"), ("client_id", id), ("scope", scope)],
            400,
            "unsupported_grant_type",
            70_003,
        ),
    ];
    for (url, form, status, error, number) in &cases {
        let (got, body) = service.token_form(url, form).await;
        assert_eq!((got.as_u16(), &body["error"]), (*status, &json!(error)), "{form:?}: {body}");
        assert_eq!(body["error_codes"], json!([number]), "{body}");
        let text = body["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{number}: ")), "{text}");
        assert!(text.contains(body["correlation_id"].as_str().unwrap()), "{text}");
    }
}

struct Certificate {
    pem: String,
    key: EncodingKey,
    thumbprint: String,
}

fn certificate() -> Certificate {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let certificate =
        CertificateParams::new(vec!["client.test".to_owned()]).unwrap().self_signed(&key).unwrap();
    Certificate {
        pem: certificate.pem(),
        key: EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).unwrap(),
        thumbprint: URL_SAFE_NO_PAD.encode(Sha1::digest(certificate.der())),
    }
}

fn assertion(certificate: &Certificate, client: &str, audience: &str, age: i64) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.x5t = Some(certificate.thumbprint.clone());
    let now = Timestamp::now().as_second() - age;
    let claims = json!({
        "aud": audience, "iss": client, "sub": client, "jti": "1", "nbf": now, "exp": now + 600,
    });
    encode(&header, &claims, &certificate.key).unwrap()
}

#[tokio::test]
async fn assertions_are_checked_against_registered_certificates() {
    let (known, unknown) = (certificate(), certificate());
    let client = "6f1c2f52-7f35-4f0e-a0d8-2f2f3a1f9b10";
    let mut application = ApplicationSpecification::with_secret(client.parse().unwrap(), "s");
    application.certificates.push(known.pem.clone());
    let tenant = TenantSpecification::of_domain("source.test", "en-US")
        .application(application)
        .mailbox(MailboxSpecification::empty("a@source.test"));
    let service = Service::of(Simulator::builder().tenant(tenant)).await;
    let url = service.text(SOURCE, "token_url");
    let forged = Certificate { thumbprint: known.thumbprint.clone(), ..certificate() };
    for (assertion, number) in [
        (assertion(&known, client, url, 0), None),
        (assertion(&unknown, client, url, 0), Some(700_027)),
        (assertion(&forged, client, url, 0), Some(700_027)),
        (assertion(&known, client, "https://login.test/token", 0), Some(700_023)),
        (assertion(&known, client, url, 3600), Some(700_024)),
        (assertion(&known, "00000000-0000-4000-8000-000000000000", url, 0), Some(700_021)),
    ] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("scope", "https://outlook.office365.com/.default"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let (status, body) = service.token_form(url, &form).await;
        match number {
            None => assert_eq!(claims(body["access_token"].as_str().unwrap())["appidacr"], "2"),
            Some(number) => {
                assert_eq!(
                    (status, &body["error_codes"]),
                    (StatusCode::UNAUTHORIZED, &json!([number]))
                );
            }
        }
    }
}

#[tokio::test]
async fn discovery_leads_to_the_token_endpoint_and_the_key() {
    let service = Service::start().await;
    let (base, id) = (service.running.base_url(), service.text(SOURCE, "tenant_id").to_owned());
    let get = async |url: String| {
        service.client.get(url).send().await.unwrap().json::<Value>().await.unwrap()
    };
    for path in ["v2.0/.well-known", ".well-known"] {
        let document = get(format!("{base}/source.test/{path}/openid-configuration")).await;
        assert_eq!(document["token_endpoint"], service.text(SOURCE, "token_url"));
        let keys = get(document["jwks_uri"].as_str().unwrap().to_owned()).await;
        let token = service.token(SOURCE).await;
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(keys["keys"][0]["kid"].as_str(), header.kid.as_deref());
        let jwk = serde_json::from_value(keys["keys"][0].clone()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
        let mut validation = jsonwebtoken::Validation::new(Algorithm::RS256);
        validation.set_audience(&["https://outlook.office365.com"]);
        jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();
    }
    let instance = format!(
        "{base}/common/discovery/instance?api-version=1.1&authorization_endpoint={base}/{id}/oauth2/v2.0/authorize"
    );
    let document = get(instance).await;
    assert!(document["tenant_discovery_endpoint"].as_str().unwrap().contains(&id));
    let unknown =
        format!("{base}/common/discovery/instance?authorization_endpoint=https://login.test/x");
    assert_eq!(get(unknown).await["error_codes"], json!([50_049]));
}

#[tokio::test]
async fn missing_foreign_expired_and_revoked_tokens_get_401_with_diagnostics() {
    let service = Service::start().await;
    let url = service.text(SOURCE, "ews_url").to_owned();
    let body = envelope(service.address(SOURCE), &get_folder(INBOX));
    let send = async |token: Option<&str>| {
        let mut request =
            service.client.post(&url).header("content-type", "text/xml").body(body.clone());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        answer(request).await.unwrap()
    };
    let refused = async |token: Option<&str>, word: &str| {
        let answer = send(token).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{word}");
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
        let diagnostics = answer.headers["x-ms-diagnostics"].to_str().unwrap();
        assert!(diagnostics.contains(word), "{diagnostics}");
    };
    refused(None, "missing_token").await;
    refused(Some("a.b.c"), "invalid_token").await;
    let graph = [
        ("grant_type", "client_credentials"),
        ("client_id", service.text(SOURCE, "client_id")),
        ("client_secret", service.text(SOURCE, "client_secret")),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let (_, graph) = service.token_form(service.text(SOURCE, "token_url"), &graph).await;
    refused(graph["access_token"].as_str(), "audience").await;
    let good = service.token(SOURCE).await;
    assert_eq!(send(Some(&good)).await.status, StatusCode::OK);
    service.control("POST", "tenants/source.test/revoke-tokens", Value::Null).await;
    refused(Some(&good), "expired").await;
    service.control("PATCH", "settings", json!({ "token_lifetime_seconds": 0 })).await;
    refused(Some(&service.token(SOURCE).await), "invalid_lifetime").await;
}
