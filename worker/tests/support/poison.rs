//! A way to the simulator on which one item breaks every connection that carries it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Cuts a connection as soon as a request on it carries `subject` inside of an item's data.
#[derive(Debug)]
pub(crate) struct Poison {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    marks: [Vec<u8>; 3],
    healed: AtomicBool,
    cuts: AtomicU64,
}

impl Poison {
    pub(crate) async fn before(simulator: SocketAddr, subject: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            marks: marks(subject),
            healed: AtomicBool::new(false),
            cuts: AtomicU64::new(0),
        });
        let task = tokio::spawn(serve(listener, simulator, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections cut so far.
    pub(crate) fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }

    /// From now on everything passes.
    pub(crate) fn heal(&self) {
        self.shared.healed.store(true, Ordering::SeqCst);
    }
}

impl Drop for Poison {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the base64 of a text in UTF-16 looks like, by where in a group of three it begins.
fn marks(text: &str) -> [Vec<u8>; 3] {
    [(0, 0), (1, 2), (2, 3)].map(|(before, skipped)| {
        let mut bytes = vec![0; before];
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        // Neither what comes before nor what comes after has a part in these characters.
        let whole = bytes.len() * 8 / 6;
        STANDARD.encode(&bytes).as_bytes()[skipped..whole].to_vec()
    })
}

async fn serve(listener: TcpListener, simulator: SocketAddr, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // Whatever ends it, both connections end with it.
            let _ = carry(client, simulator, &shared).await;
        });
    }
}

async fn carry(client: TcpStream, simulator: SocketAddr, shared: &Shared) -> std::io::Result<()> {
    let (mut from_server, mut to_server) = TcpStream::connect(simulator).await?.into_split();
    let (mut from_client, mut to_client) = client.into_split();
    let requests = async {
        let longest = shared.marks.iter().map(Vec::len).max().unwrap_or(1);
        let mut piece = vec![0; 64 * 1024];
        let mut seen = Vec::new();
        loop {
            let count = from_client.read(&mut piece).await?;
            if count == 0 {
                return Ok(());
            }
            seen.extend_from_slice(&piece[..count]);
            if shared.is_deadly(&seen) {
                shared.cuts.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
            seen.drain(..seen.len().saturating_sub(longest));
            to_server.write_all(&piece[..count]).await?;
        }
    };
    tokio::select! {
        ended = requests => ended,
        ended = tokio::io::copy(&mut from_server, &mut to_client) => ended.map(drop),
    }
}

impl Shared {
    fn is_deadly(&self, bytes: &[u8]) -> bool {
        let carries = |mark: &Vec<u8>| bytes.windows(mark.len()).any(|window| window == mark);
        !self.healed.load(Ordering::SeqCst) && self.marks.iter().any(carries)
    }
}
