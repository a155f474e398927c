//! Users with few rights, and encrypted connections.

use longhaul_core::code::{STORE_LOGIN_REFUSED, STORE_SETTINGS_HIDDEN, STORE_TLS};
use longhaul_nodes::{Certificates, Redis as Node, RedisOptions};
use longhaul_store::{Checkpoints as _, Documents as _, Error, Expect, Options, Redis, Unfit};

use super::support::{audit, command, copy, held, node, node_with, open, options};

/// A user with the rights that the page of LH-0611 names, and `more`.
async fn user(node: &Node, more: &[&str]) -> String {
    let mut words = vec!["ACL", "SETUSER", "migration", "reset", "on", ">secret", "~longhaul:*"];
    words.extend(["+@read", "+@write", "+@transaction", "+@connection", "+evalsha"]);
    words.extend(["+script|load", "+time"]);
    words.extend(more);
    command(node, &words).await;
    format!("redis://migration:secret@{}", node.address())
}

#[tokio::test]
async fn a_user_with_the_documented_rights_can_do_everything() {
    let Some(node) = node("an ACL user").await else { return };
    let store = open(user(&node, &["+info", "+config|get"]).await).await;
    let held = held(&store).await;
    copy(&store, &held.lease, &["one"]).await.expect("committed");
    assert_eq!(audit(&store, held.lease.folder).await.len(), 1);
    store.overview(held.lease.folder.mailbox).await.expect("answers");
    store.put("key", vec![1], Expect::Absent).await.expect("written");
    assert_eq!(store.list("", None, 10).await.expect("answers").len(), 1);
    store.remove("key").await.expect("removed");
}

#[tokio::test]
async fn a_user_who_may_not_read_the_settings_is_refused_unless_that_is_allowed() {
    let Some(node) = node("an ACL user").await else { return };
    for more in [&["+info"][..], &["+config|get"], &[]] {
        let url = user(&node, more).await;
        let error = Redis::open(&options(url.clone())).await.expect_err("it is refused");
        assert!(matches!(&error, Error::Unfit(all) if all[..] == [Unfit::Hidden]), "{error:?}");
        assert_eq!(error.code(), STORE_SETTINGS_HIDDEN);
        let allowed = Options { allow_unsafe: true, ..options(url) };
        let store = Redis::open(&allowed).await.expect("the operator allowed it");
        store.put("key", vec![1], Expect::Any).await.expect("written");
    }
}

#[tokio::test]
async fn a_user_who_is_not_let_in_is_told_so() {
    let Some(node) = node("an ACL user").await else { return };
    let good = user(&node, &["+info", "+config|get"]).await;
    let store = open(good.clone()).await;
    command(&node, &["CONFIG", "SET", "requirepass", "another"]).await;
    let wrong = good.replace(":secret", ":s3cret");
    let (unknown, none) = (good.replace("migration", "nobody"), node.url());
    for url in [wrong, unknown, none] {
        let error = Redis::open(&options(url)).await.expect_err("it is refused");
        assert_eq!(error.code(), STORE_LOGIN_REFUSED, "{error:?}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
    // Rights that are taken away while we run: refused, and nothing is written.
    let admin = format!("redis://:another@{}", node.address());
    let mut admin = redis::Client::open(admin)
        .expect("a URL")
        .get_multiplexed_async_connection()
        .await
        .expect("connects");
    let mut take = redis::cmd("ACL");
    take.arg(&["SETUSER", "migration", "-@write"]);
    take.query_async::<()>(&mut admin).await.expect("obeys");
    let error = store.put("key", vec![1], Expect::Any).await.expect_err("it may not");
    assert!(!error.is_transient(), "{error:?}");
    assert_eq!(store.get("key").await.expect("it may read"), None);
}

#[tokio::test]
async fn an_encrypted_server_is_used_with_its_authority_and_our_certificate_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificates = Certificates::generate(&folder.path().join("ours")).expect("made");
    let other = Certificates::generate(&folder.path().join("other")).expect("made");
    let tls = Some(certificates.clone());
    let Some(node) = node_with("TLS", RedisOptions { tls, ..RedisOptions::default() }).await else {
        return;
    };
    let good = Options {
        ca: Some(certificates.authority.clone()),
        certificate: Some(certificates.client.certificate.clone()),
        key: Some(certificates.client.key.clone()),
        ..options(node.tls_url())
    };
    let store = Redis::open(&good).await.expect("opens");
    let held = held(&store).await;
    copy(&store, &held.lease, &["one"]).await.expect("committed");

    let of_another = Options {
        certificate: Some(other.client.certificate),
        key: Some(other.client.key),
        ..good.clone()
    };
    let wrong = [
        Options { ca: Some(other.authority), ..good.clone() },
        Options { ca: None, ..good.clone() },
        Options { certificate: None, key: None, ..good },
        of_another,
    ];
    for options in wrong {
        let error = Redis::open(&options).await.expect_err("it is refused");
        assert_eq!(error.code(), STORE_TLS, "{options:?}: {error:?}");
    }
}
