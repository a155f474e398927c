//! A TCP proxy that breaks connections on request.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// What happens to the bytes of a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// They pass.
    #[default]
    Open,
    /// They wait until the direction is open again, or the connection is cut.
    Held,
    /// They are lost while the connection stays open, as behind a router that forgot it.
    Lost,
}

#[derive(Clone, Debug, Default)]
struct Rules {
    to_server: Flow,
    to_client: Flow,
    latency: Duration,
    refusing: bool,
    /// Raised by each cut.
    cuts: u64,
    /// Bytes to the server at which they begin to be held.
    hold_at: Option<Vec<u8>>,
}

/// A proxy in front of one server; it ends with its value.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    rules: watch::Sender<Rules>,
    passed: Arc<[AtomicU64; 2]>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A proxy on a free loopback port in front of `server`, everything passing.
    ///
    /// # Errors
    ///
    /// If no port can be bound.
    pub async fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let rules = watch::Sender::new(Rules::default());
        let passed = Arc::<[AtomicU64; 2]>::default();
        let accepting = tokio::spawn(accept(listener, server, rules.clone(), Arc::clone(&passed)));
        Ok(Self { address, rules, passed, accepting })
    }

    /// Where clients connect.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Decides what happens to the bytes of one direction, on connections old and new.
    pub fn set(&self, direction: Direction, flow: Flow) {
        self.rules.send_modify(|rules| match direction {
            Direction::ToServer => rules.to_server = flow,
            Direction::ToClient => rules.to_client = flow,
        });
    }

    /// Holds what goes to the server from the next bytes on that contain these, on all
    /// connections, until [`set`](Self::set) opens the direction: what was sent arrives late.
    pub fn hold_at(&self, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        self.rules.send_modify(|rules| rules.hold_at = Some(bytes));
    }

    /// Whether what goes to the server is held.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.rules.borrow().to_server == Flow::Held
    }

    /// Lets every byte arrive this much later, in each direction.
    pub fn latency(&self, latency: Duration) {
        self.rules.send_modify(|rules| rules.latency = latency);
    }

    /// Closes every connection; what is held is lost. New ones are taken.
    pub fn cut(&self) {
        self.rules.send_modify(|rules| rules.cuts += 1);
    }

    /// Whether new connections are closed as soon as they are opened.
    pub fn refuse(&self, refusing: bool) {
        self.rules.send_modify(|rules| rules.refusing = refusing);
    }

    /// How many bytes went through so far in one direction.
    #[must_use]
    pub fn passed(&self, direction: Direction) -> u64 {
        self.passed[direction as usize].load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    rules: watch::Sender<Rules>,
    passed: Arc<[AtomicU64; 2]>,
) {
    // Dropped with this task: no connection outlives the proxy.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if rules.borrow().refusing {
            continue;
        }
        connections.spawn(connection(client, server, rules.clone(), Arc::clone(&passed)));
    }
}

async fn connection(
    client: TcpStream,
    server: SocketAddr,
    rules: watch::Sender<Rules>,
    passed: Arc<[AtomicU64; 2]>,
) {
    let cuts = rules.borrow().cuts;
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let _best_effort = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let forward = pump(from_client, to_server, Direction::ToServer, &rules, &passed);
    let back = pump(from_server, to_client, Direction::ToClient, &rules, &passed);
    let pumps = async { tokio::join!(forward, back) };
    let mut cut = rules.subscribe();
    tokio::select! {
        _ = pumps => {}
        _ = cut.wait_for(|rules| rules.cuts != cuts) => {}
    }
}

/// Moves the bytes of one direction until its end; the end is passed on.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    shared: &watch::Sender<Rules>,
    passed: &[AtomicU64; 2],
) {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(64);
    let (latency, mut rules) = (shared.subscribe(), shared.subscribe());
    let reading = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            let due = Instant::now() + latency.borrow().latency;
            if sender.send((due, buffer[..count].to_vec())).await.is_err() {
                break;
            }
        }
        drop(sender);
    };
    let writing = async {
        while let Some((due, bytes)) = receiver.recv().await {
            sleep_until(due).await;
            if direction == Direction::ToServer {
                hold(shared, &bytes);
            }
            let flow = |rules: &Rules| match direction {
                Direction::ToServer => rules.to_server,
                Direction::ToClient => rules.to_client,
            };
            let flow = rules.wait_for(|rules| flow(rules) != Flow::Held).await.map(|r| flow(&r));
            match flow {
                Ok(Flow::Lost) => continue,
                Ok(_) => {}
                Err(_) => return,
            }
            if to.write_all(&bytes).await.is_err() {
                return;
            }
            passed[direction as usize].fetch_add(bytes.len() as u64, Ordering::SeqCst);
        }
        let _closed = to.shutdown().await;
    };
    tokio::join!(reading, writing);
}

/// Begins to hold if `bytes` are the ones to hold at.
fn hold(rules: &watch::Sender<Rules>, bytes: &[u8]) {
    rules.send_if_modified(|rules| {
        let is_there = |wanted: &Vec<u8>| bytes.windows(wanted.len()).any(|part| part == wanted);
        if !rules.hold_at.as_ref().is_some_and(is_there) {
            return false;
        }
        rules.hold_at = None;
        rules.to_server = Flow::Held;
        true
    });
}
