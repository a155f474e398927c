//! The admin port over real connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use longhaul_core::code;
use longhaul_telemetry::{Admin, Probes, Pulse};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn started(probes: Probes) -> Admin {
    Admin::start("127.0.0.1:0", probes).await.expect("a free port")
}

/// Status, media type and text of an answer.
async fn get(admin: &Admin, path: &str) -> (u16, String, String) {
    let answer = reqwest::get(format!("http://{}{path}", admin.address())).await.expect("answered");
    let media = answer.headers()["content-type"].to_str().expect("text").to_owned();
    (answer.status().as_u16(), media, answer.text().await.expect("read"))
}

#[tokio::test]
async fn a_process_is_ready_while_every_check_passes() {
    let connected = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&connected);
    let probes = Probes::default().ready("queue", || async { Ok(()) }).ready("store", move || {
        let connected = seen.load(Ordering::Relaxed);
        async move { connected.then_some(()).ok_or_else(|| "LH-0603".to_owned()) }
    });
    let admin = started(probes).await;

    let (status, media, text) = get(&admin, "/ready").await;
    assert_eq!((status, media.as_str()), (503, "application/json"));
    assert_eq!(
        text,
        r#"{"ok":false,"checks":[{"name":"queue","ok":true},{"name":"store","ok":false,"reason":"LH-0603"}]}"#
    );
    connected.store(true, Ordering::Relaxed);
    assert_eq!(get(&admin, "/ready").await.0, 200);
    assert_eq!(get(&admin, "/live").await.0, 200, "no pulse is asked for");
    admin.stop().await;
}

#[tokio::test]
async fn a_check_that_hangs_fails() {
    let admin = started(Probes::default().ready("store", std::future::pending)).await;
    let (status, _, text) = get(&admin, "/ready").await;
    assert_eq!(status, 503);
    assert!(text.contains("no answer within 2 s"), "{text}");
}

#[tokio::test]
async fn a_loop_that_no_longer_comes_round_is_not_alive() {
    let (beating, silent) = (Pulse::new(Duration::from_secs(600)), Pulse::new(Duration::ZERO));
    let admin = started(Probes::default().live("engine", &beating).live("worker", &silent)).await;
    beating.beat();
    let (status, _, text) = get(&admin, "/live").await;
    assert_eq!(status, 503);
    assert!(text.contains(r#"{"name":"engine","ok":true}"#), "{text}");
    assert!(text.contains(r#"{"name":"worker","ok":false,"reason":"silent for 0 s"}"#), "{text}");
}

#[tokio::test]
async fn metrics_come_in_the_format_of_prometheus() {
    let admin = started(Probes::default()).await;
    let (status, media, text) = get(&admin, "/metrics").await;
    assert_eq!((status, media.as_str()), (200, "text/plain; version=0.0.4; charset=utf-8"));
    assert!(text.contains("\nlonghaul_items_total{outcome=\"copied\"} "), "{text}");
    assert!(text.contains("\nlonghaul_slot_time_seconds_total{state=\"idle\"} "), "{text}");
    let value = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(name)).expect("it is there");
        line.rsplit_once(' ').expect("a value").1.parse().expect("a number")
    };
    assert!(value("process_cpu_time_seconds_total ") >= 0.0);
    assert!(value("process_memory_usage_bytes ") > 1_000_000.0, "more than a megabyte");
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_with_its_code() {
    let first = started(Probes::default()).await;
    let listen = first.address().to_string();
    let error = Admin::start(&listen, Probes::default()).await.expect_err("taken");
    assert_eq!(error.code(), code::ADMIN_ADDRESS_TAKEN);
    assert_eq!(error.to_string(), format!("the admin port cannot listen on {listen}"));
}

#[tokio::test]
async fn a_half_sent_request_neither_holds_a_stop_nor_the_port() {
    let admin = started(Probes::default()).await;
    let mut half = TcpStream::connect(admin.address()).await.expect("connected");
    half.write_all(b"GET /live HTTP/1.1\r\nhost: ").await.expect("sent");
    assert_eq!(get(&admin, "/live").await.0, 200, "others are answered");
    let address = admin.address();
    tokio::time::timeout(Duration::from_secs(10), admin.stop()).await.expect("it stops");
    let mut rest = Vec::new();
    // Ended or reset: either way it is closed.
    let _ = half.read_to_end(&mut rest).await;
    TcpStream::connect(address).await.expect_err("nobody listens");
}

#[tokio::test]
async fn an_endless_body_is_not_read() {
    let admin = started(Probes::default()).await;
    let mut client = TcpStream::connect(admin.address()).await.expect("connected");
    let head = b"GET /live HTTP/1.1\r\nhost: admin\r\ntransfer-encoding: chunked\r\n\r\n";
    client.write_all(head).await.expect("sent");
    let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    let sent = async {
        let mut sent = 0_u64;
        while client.write_all(&chunk).await.is_ok() {
            sent += 1;
        }
        sent
    };
    let sent = tokio::time::timeout(Duration::from_secs(60), sent).await.expect("cut off");
    assert!(sent < 1000, "{sent} chunks of 64 KiB were taken");
}
