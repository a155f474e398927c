//! What keeps us from a broker, as an operator reads it.

use std::time::Duration;

use longhaul_core::code::{
    QUEUE_CONFLICT, QUEUE_FORBIDDEN, QUEUE_LOGIN_REFUSED, QUEUE_SETTINGS, QUEUE_TLS_FAILED,
    QUEUE_UNREACHABLE, QUEUE_VHOST_REFUSED,
};
use longhaul_nodes::{Certificates, Rabbit as Node, RabbitOptions};
use longhaul_queue::{Options, Queue as _, Rabbit, open};
use tokio::net::TcpListener;
use tokio::time::timeout;
use url::Url;

use crate::support::{Direct, blocking, connect, next, options, publish, shared_url, text};

/// The code and the whole text of the error that `options` lead to, which holds no password.
async fn refusal(options: &Options) -> (longhaul_core::Code, String) {
    let asked = timeout(Duration::from_secs(30), Rabbit::connect(options)).await;
    let error = asked.expect("an answer soon").expect_err("refused");
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(&format!("; {error}"));
        cause = error.source();
    }
    assert!(!text.contains("hunter2"), "a password: {text}");
    (error.code(), text)
}

#[tokio::test]
async fn a_wrong_password_an_unknown_virtual_host_and_no_broker_are_told_apart() {
    let url = Url::parse(&shared_url().await).expect("a URL");
    let mut wrong = url.clone();
    wrong.set_password(Some("hunter2")).expect("a password");
    assert_eq!(refusal(&options(wrong)).await.0, QUEUE_LOGIN_REFUSED);

    let mut unknown = url.clone();
    unknown.set_path("/nowhere");
    let (code, text) = refusal(&options(unknown)).await;
    assert_eq!(code, QUEUE_VHOST_REFUSED);
    assert!(text.contains("nowhere"), "{text}");

    let free = TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("bound");
    let away = format!("amqp://longhaul:hunter2@{free}");
    let (code, text) = refusal(&options(away)).await;
    assert_eq!(code, QUEUE_UNREACHABLE);
    assert!(text.contains(&free.to_string()), "{text}");
    assert_eq!(refusal(&options("amqp://x:hunter2@mq.invalid")).await.0, QUEUE_UNREACHABLE);
}

#[tokio::test]
async fn a_host_that_never_answers_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let url = format!("amqp://{}", silent.local_addr().expect("bound"));
    assert_eq!(refusal(&options(url)).await.0, QUEUE_UNREACHABLE);
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").expect("written");
    let usable = options("amqps://x:hunter2@mq.test");
    let cases = [
        (options("http://x:hunter2@mq.test"), "queue.url"),
        (Options { ca: Some(empty.clone()), ..usable.clone() }, "queue.ca"),
        (Options { ca: Some(folder.path().join("none")), ..usable.clone() }, "queue.ca"),
        (Options { certificate: Some(empty.clone()), ..usable.clone() }, "queue.key"),
        (Options { key: Some(empty), ..usable }, "queue.certificate"),
    ];
    for (options, named) in cases {
        let (code, text) = refusal(&options).await;
        assert_eq!(code, QUEUE_SETTINGS);
        assert!(text.contains(named), "{named} is not named: {text}");
    }
    let unknown = Options { url: "kafka://x:hunter2@mq.test".to_owned(), ..Options::default() };
    assert_eq!(open(&unknown).await.expect_err("no such queue").code(), QUEUE_SETTINGS);
}

#[tokio::test]
async fn tls_needs_the_right_authority_and_certificate() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = Certificates::generate(&folder.path().join("ours")).expect("certificates");
    let others = Certificates::generate(&folder.path().join("others")).expect("certificates");
    let setup = RabbitOptions { tls: Some(ours.clone()), ..RabbitOptions::default() };
    let node = blocking(move || Node::of_its_own_with("TLS", setup)).await.expect("a node");
    let Some(node) = node else { return };
    let right = Options {
        ca: Some(ours.authority.clone()),
        certificate: Some(ours.client.certificate.clone()),
        key: Some(ours.client.key.clone()),
        ..options(node.tls_url())
    };
    let queue = connect(&right).await;
    let mut consumer = queue.consume(1).await.expect("consumes");
    publish(&queue, "sealed").await;
    let delivery = next(&mut consumer).await;
    assert_eq!(text(&delivery), "sealed");
    delivery.ack().await.expect("acknowledged");

    let wrong = Options { ca: Some(others.authority), ..right.clone() };
    assert_eq!(refusal(&wrong).await.0, QUEUE_TLS_FAILED);
    let strange = Options {
        certificate: Some(others.client.certificate),
        key: Some(others.client.key),
        ..right.clone()
    };
    assert_eq!(refusal(&strange).await.0, QUEUE_TLS_FAILED);
    let nameless = Options { certificate: None, key: None, ..right.clone() };
    assert_eq!(refusal(&nameless).await.0, QUEUE_TLS_FAILED);
    let plain = Options { url: node.url().replace("amqp://", "amqps://"), ..right };
    assert_eq!(refusal(&plain).await.0, QUEUE_TLS_FAILED);
}

/// The permissions that the page of LH-0707 gives are enough, and fewer are refused by name.
#[tokio::test]
async fn the_permissions_of_the_page_are_enough() {
    let node = blocking(|| Node::of_its_own("permissions")).await.expect("a node");
    let Some(node) = node else { return };
    let node = blocking(move || {
        node.ctl(&["add_user", "longhaul", "hunter2"]).expect("a user");
        node.ctl(&["set_permissions", "longhaul", "^$", ".*", ".*"]).expect("permissions");
        node
    })
    .await;
    let limited = options(node.url().replace("guest:guest", "longhaul:hunter2"));
    assert_eq!(refusal(&limited).await.0, QUEUE_FORBIDDEN);
    let node = blocking(move || {
        let ours = "^longhaul\\.";
        let write = "^(longhaul\\.|amq\\.default$)";
        node.ctl(&["set_permissions", "longhaul", ours, write, ours]).expect("permissions");
        node
    })
    .await;
    let queue = connect(&limited).await;
    let mut consumer = queue.consume(1).await.expect("consumes");
    publish(&queue, "allowed").await;
    let delivery = next(&mut consumer).await;
    delivery.park(QUEUE_CONFLICT).await.expect("parks");
    assert_eq!(queue.dead(1).await.expect("lists").len(), 1);
    drop(Direct::to(&node.url()).await);
}
