//! Which servers are refused, and with what words.

use longhaul_core::Code;
use longhaul_core::code::{
    BAD_VALUE, FILE_UNREADABLE, STORE_CLUSTER, STORE_EVICTS, STORE_FORMAT, STORE_NO_LOG,
    STORE_NOT_SYNCED, STORE_REPLICA, STORE_UNREACHABLE,
};
use longhaul_nodes::RedisOptions;
use longhaul_store::{Documents as _, Error, Expect, Options, Redis, Unfit};

use super::support::{command, node, node_with, open, options};

async fn refused(options: &Options) -> Error {
    Redis::open(options).await.expect_err("it is refused")
}

#[tokio::test]
async fn a_server_that_may_lose_writes_is_refused_unless_that_is_allowed() {
    let Some(node) = node("an unsafe setting").await else { return };
    let unsafe_settings: [(&str, &str, &str, Code); 5] = [
        ("appendonly", "no", "yes", STORE_NO_LOG),
        ("appendfsync", "everysec", "always", STORE_NOT_SYNCED),
        ("appendfsync", "no", "always", STORE_NOT_SYNCED),
        ("maxmemory-policy", "allkeys-lru", "noeviction", STORE_EVICTS),
        ("maxmemory-policy", "volatile-ttl", "noeviction", STORE_EVICTS),
    ];
    for (setting, bad, good, code) in unsafe_settings {
        command(&node, &["CONFIG", "SET", setting, bad]).await;
        let error = refused(&options(node.url())).await;
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.is_transient());
        let text = error.to_string();
        let commands = format!("{setting} is {bad} (CONFIG SET {setting} {good})");
        assert!(text.contains(&commands), "{text}");
        let allowed = Options { allow_unsafe: true, ..options(node.url()) };
        Redis::open(&allowed).await.expect("the operator allowed it");
        command(&node, &["CONFIG", "SET", setting, good]).await;
        open(node.url()).await;
    }
    for (setting, bad, _, _) in [unsafe_settings[0], unsafe_settings[2], unsafe_settings[4]] {
        command(&node, &["CONFIG", "SET", setting, bad]).await;
    }
    let Error::Unfit(all) = refused(&options(node.url())).await else { panic!("not unfit") };
    assert_eq!(all.len(), 3, "{all:?}");
}

#[tokio::test]
async fn a_cluster_node_is_refused_whatever_is_allowed() {
    let settings = vec![("cluster-enabled".to_owned(), "yes".to_owned())];
    let options_of = RedisOptions { settings, ..RedisOptions::default() };
    let Some(node) = node_with("a cluster", options_of).await else { return };
    for allow_unsafe in [false, true] {
        let error = refused(&Options { allow_unsafe, ..options(node.url()) }).await;
        assert!(matches!(&error, Error::Unfit(all) if all[..] == [Unfit::Cluster]), "{error:?}");
        assert_eq!(error.code(), STORE_CLUSTER);
    }
}

#[tokio::test]
async fn a_replica_is_refused_whatever_is_allowed() {
    let (Some(primary), Some(replica)) = (node("a replica").await, node("a replica").await) else {
        return;
    };
    open(primary.url()).await.put("key", vec![1], Expect::Any).await.expect("written");
    let port = primary.address().port().to_string();
    command(&replica, &["REPLICAOF", "127.0.0.1", &port]).await;
    for allow_unsafe in [false, true] {
        let error = refused(&Options { allow_unsafe, ..options(replica.url()) }).await;
        assert!(matches!(&error, Error::Unfit(all) if all[..] == [Unfit::Replica]), "{error:?}");
        assert_eq!(error.code(), STORE_REPLICA);
    }
}

#[tokio::test]
async fn a_store_of_another_format_is_left_alone() {
    let Some(node) = node("another format").await else { return };
    command(&node, &["SET", "longhaul:{records}:mark", "99 some id"]).await;
    let error = refused(&options(node.url())).await;
    assert!(matches!(error, Error::Format { found: 99, known: 1 }), "{error:?}");
    assert_eq!(error.code(), STORE_FORMAT);
}

#[tokio::test]
async fn stores_with_other_prefixes_share_a_server() {
    let Some(node) = node("two prefixes").await else { return };
    let named = |prefix: &str| Options { prefix: prefix.to_owned(), ..options(node.url()) };
    let one = Redis::open(&named("one")).await.expect("opens");
    let other = Redis::open(&named("other")).await.expect("opens");
    one.put("key", vec![1], Expect::Absent).await.expect("written");
    assert_eq!(other.get("key").await.expect("answers"), None);
    other.put("key", vec![2], Expect::Absent).await.expect("written");
    assert_eq!(one.get("key").await.expect("answers").expect("is there").body, [1]);
    let again = Redis::open(&named("one")).await.expect("opens");
    assert_eq!(again.list("", None, 10).await.expect("answers").len(), 1);
}

#[tokio::test]
async fn what_cannot_be_right_is_said_without_the_password() {
    let url = |url: &str| options(url.to_owned());
    let with_ca = Options { ca: Some("ca.pem".into()), ..url("redis://:secret@127.0.0.1") };
    let lone = Options { key: Some("key.pem".into()), ..url("rediss://:secret@127.0.0.1") };
    let absent =
        Options { ca: Some("/nowhere/ca.pem".into()), ..url("rediss://:secret@127.0.0.1") };
    let closed = url("redis://:secret@127.0.0.1:1");
    let cases = [
        (url("http://:secret@127.0.0.1"), BAD_VALUE),
        (url("redis://:secret@127.0.0.1:port"), BAD_VALUE),
        (url("redis://:secret@127.0.0.1/name"), BAD_VALUE),
        (url("rediss://:secret@127.0.0.1#insecure"), BAD_VALUE),
        (with_ca, BAD_VALUE),
        (lone, BAD_VALUE),
        (absent, FILE_UNREADABLE),
        (closed, STORE_UNREACHABLE),
    ];
    for (options, code) in cases {
        let error = refused(&options).await;
        assert_eq!(error.code(), code, "{error:?}");
        let said = format!("{options:?} {error:?} {error}");
        assert!(!said.contains("secret"), "{said}");
    }
}
