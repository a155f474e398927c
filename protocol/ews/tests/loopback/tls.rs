//! Trust: a certificate nobody vouches for, and the one the operator adds.

use axum_server::tls_rustls::RustlsConfig;
use longhaul_core::Side;
use longhaul_ews::{Class, Client, Endpoint, Executed, FolderName};
use longhaul_identity::http_client;

use crate::support::{Service, response, soap, success, tokens};

#[tokio::test]
async fn an_unknown_certificate_is_refused_in_words_and_an_added_one_is_trusted() {
    // Another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let config = RustlsConfig::from_pem(certificate.clone().into_bytes(), key.into_bytes());
    let handle = axum_server::Handle::<std::net::SocketAddr>::new();
    let folder = "<m:Folders><t:Folder><t:FolderId Id=\"AQ==\"/></t:Folder></m:Folders>";
    let answer = response("GetFolder", &[success("GetFolder", folder)]);
    let app = axum::Router::new().fallback(move || std::future::ready(soap(&answer)));
    let server = axum_server::bind_rustls(([127, 0, 0, 1], 0).into(), config.await.expect("taken"))
        .handle(handle.clone())
        .serve(app.into_make_service());
    tokio::spawn(server);
    let address = handle.listening().await.expect("bound");

    let authority = Service::always("").await;
    let (tokens, _folder) = tokens(&authority.base());
    let url: url::Url =
        format!("https://localhost:{}/EWS/Exchange.asmx", address.port()).parse().expect("valid");
    let inbox = [FolderName::Distinguished("inbox")];
    let client = |extra_ca: Option<&[u8]>| {
        let http = http_client(extra_ca, "longhaul-test/0").expect("a client");
        Client::new(Endpoint { url: url.clone(), http, tokens: tokens.clone() })
    };

    let error = client(None).mailbox(Side::Source, "a@contoso.test").get_folders(&inbox).await;
    let error = error.expect_err("nobody vouches for it");
    assert_eq!((error.class(), error.executed()), (Class::Backoff, Executed::No));
    assert!(error.to_string().contains("TLS certificate is not accepted"), "{error}");

    let trusting = client(Some(certificate.as_bytes()));
    trusting.mailbox(Side::Source, "a@contoso.test").get_folders(&inbox).await.expect("trusted");
}
