//! HTTPS with the simulator's own authority.

use longhaul_simulator::Simulator;
use reqwest::{Certificate, Client};

#[tokio::test]
async fn clients_that_trust_the_authority_connect_and_others_do_not() {
    let running =
        Simulator::builder().demo_tenants(1, 1, 5).start("127.0.0.1:0", true).await.unwrap();
    let description = running.description();
    let pem = description["ca_cert"].as_str().unwrap();
    assert_eq!(running.ca_cert_pem(), Some(pem));
    let url = format!("{}/_sim/health", running.base_url());
    assert!(url.starts_with("https://127.0.0.1:"));
    let authority = Certificate::from_pem(pem.as_bytes()).unwrap();
    let trusting = Client::builder().no_proxy().tls_certs_merge([authority]).build().unwrap();
    assert_eq!(trusting.get(&url).send().await.unwrap().status(), 200);
    let local = url.replace("127.0.0.1", "localhost");
    assert_eq!(trusting.get(local).send().await.unwrap().status(), 200);
    assert!(Client::builder().no_proxy().build().unwrap().get(&url).send().await.is_err());
    running.shutdown().await;
    assert!(trusting.get(&url).send().await.is_err());
}
