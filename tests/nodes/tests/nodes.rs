//! The nodes come up, break on request, and leave nothing behind.

use std::time::Duration;

use longhaul_nodes::{Certificates, Direction, Flow, Proxy, Rabbit, RabbitOptions, Redis};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

#[test]
fn redis_keeps_what_it_acknowledged_over_a_kill() {
    let Some(redis) = Redis::of_its_own("a kill").expect("Redis") else { return };
    let ask = |line: &str| {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(redis.address()).expect("connects");
        stream.write_all(line.as_bytes()).expect("sends");
        let mut answer = [0; 64];
        let count = stream.read(&mut answer).expect("answers");
        String::from_utf8_lossy(&answer[..count]).into_owned()
    };
    assert_eq!(ask("SET kept 1\r\n"), "+OK\r\n");
    redis.restart().expect("starts again");
    assert_eq!(ask("GET kept\r\n"), "$1\r\n1\r\n");
}

#[test]
fn rabbit_restarts_with_its_data_and_is_gone_in_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let tls = Certificates::generate(folder.path()).expect("certificates");
    let options = RabbitOptions { tls: Some(tls), ..RabbitOptions::default() };
    let Some(node) = Rabbit::of_its_own_with("a restart", options).expect("RabbitMQ") else {
        return;
    };
    node.ctl(&["add_vhost", "kept"]).expect("adds");
    node.stop().expect("stops");
    node.restart().expect("starts again");
    assert!(node.ctl(&["list_vhosts"]).expect("lists").contains("kept"));
    std::net::TcpStream::connect(node.tls_address()).expect("listens for TLS");
    let address = node.address();
    drop(node);
    assert!(std::net::TcpStream::connect(address).is_err(), "the node is still there");
}

#[tokio::test]
async fn the_proxy_holds_loses_delays_and_cuts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let proxy = Proxy::start(listener.local_addr().expect("bound")).await.expect("starts");
    let mut client = TcpStream::connect(proxy.address()).await.expect("connects");
    let (mut server, _) = listener.accept().await.expect("accepts");
    let mut byte = [0];

    proxy.set(Direction::ToServer, Flow::Held);
    client.write_all(b"a").await.expect("sends");
    let early = timeout(Duration::from_millis(100), server.read_exact(&mut byte)).await;
    assert!(early.is_err(), "a held byte arrived");
    assert_eq!(proxy.passed(Direction::ToServer), 0);
    proxy.latency(Duration::from_millis(200));
    proxy.set(Direction::ToServer, Flow::Open);
    server.read_exact(&mut byte).await.expect("arrives");
    assert_eq!(&byte, b"a");

    let from = tokio::time::Instant::now();
    server.write_all(b"b").await.expect("sends");
    client.read_exact(&mut byte).await.expect("arrives");
    assert!(from.elapsed() >= Duration::from_millis(200), "it came at once");

    proxy.set(Direction::ToClient, Flow::Lost);
    server.write_all(b"c").await.expect("sends");
    let lost = timeout(Duration::from_millis(400), client.read_exact(&mut byte)).await;
    assert!(lost.is_err(), "a lost byte arrived");

    proxy.cut();
    let ended = timeout(Duration::from_secs(5), client.read(&mut byte)).await.expect("in time");
    assert!(matches!(ended, Ok(0) | Err(_)), "the connection goes on");
}

/// A node of a process that is killed is killed too: this test starts itself again as that process.
#[test]
fn a_node_does_not_outlive_its_process() {
    use std::io::BufRead as _;
    const CHILD: &str = "LONGHAUL_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let redis = Redis::start().expect("Redis");
        println!("\n{}", redis.address());
        std::io::stdin().read_line(&mut String::new()).expect("killed before");
        return;
    }
    let mut child = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "--nocapture", "a_node_does_not_outlive_its_process"])
        .env(CHILD, "1")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    let output = std::io::BufReader::new(child.stdout.take().expect("piped"));
    let address: std::net::SocketAddr = output
        .lines()
        .find_map(|line| line.expect("reads").trim().parse().ok())
        .expect("it says where its node listens");
    std::net::TcpStream::connect(address).expect("the node is up");
    child.kill().expect("killed");
    child.wait().expect("ended");
    let begun = std::time::Instant::now();
    while std::net::TcpStream::connect(address).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the node lives on");
        std::thread::yield_now();
    }
}
