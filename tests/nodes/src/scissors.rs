//! A TCP proxy that cuts a connection at a chosen request.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Where a connection is cut. The request is known by bytes that it contains.
#[derive(Clone, Debug)]
pub enum Cut {
    /// The request arrives and is carried out; its reply does not come back.
    Reply(Vec<u8>),
    /// The request arrives as far as these bytes.
    Request(Vec<u8>),
}

#[derive(Clone, Debug, Default)]
struct Plan {
    cut: Option<Cut>,
    /// Whether new connections wait.
    holding: bool,
    done: u64,
}

/// A proxy in front of one server; it ends with its value.
#[derive(Debug)]
pub struct Scissors {
    address: SocketAddr,
    plan: watch::Sender<Plan>,
    accepting: JoinHandle<()>,
}

impl Scissors {
    /// A proxy on a free loopback port in front of `server`, everything passing.
    ///
    /// # Errors
    ///
    /// If no port can be bound.
    pub async fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let plan = watch::Sender::new(Plan::default());
        let accepting = tokio::spawn(accept(listener, server, plan.clone()));
        Ok(Self { address, plan, accepting })
    }

    /// Where clients connect.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts at the next request that fits, once. With `hold` no new connection passes before
    /// [`release`](Self::release).
    pub fn cut_at(&self, cut: Cut, hold: bool) {
        self.plan.send_modify(|plan| {
            plan.cut = Some(cut);
            plan.holding = hold;
        });
    }

    /// How many cuts were made.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.plan.borrow().done
    }

    /// Until so many cuts are made.
    pub async fn cut(&self, times: u64) {
        // The sender lives as long as this.
        let mut plan = self.plan.subscribe();
        let _made = plan.wait_for(|plan| plan.done >= times).await;
    }

    /// Lets new connections pass.
    pub fn release(&self) {
        self.plan.send_modify(|plan| plan.holding = false);
    }
}

impl Drop for Scissors {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, plan: watch::Sender<Plan>) {
    // Dropped with this task: no connection outlives the proxy.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let plan = plan.clone();
        connections.spawn(async move {
            free(plan.subscribe()).await;
            // A connection that breaks is what this is for.
            let _ended = connection(client, server, &plan).await;
        });
    }
}

/// Until new connections pass.
async fn free(mut plan: watch::Receiver<Plan>) {
    let _free = plan.wait_for(|plan| !plan.holding).await;
}

async fn connection(
    mut client: TcpStream,
    server: SocketAddr,
    plan: &watch::Sender<Plan>,
) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut request, mut reply) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut swallowing = false;
    loop {
        tokio::select! {
            count = client.read(&mut request) => {
                let bytes = &request[..count?];
                if bytes.is_empty() {
                    return server.shutdown().await;
                }
                let Some((cut, at)) = fitting(plan, bytes) else {
                    server.write_all(bytes).await?;
                    continue;
                };
                match cut {
                    Cut::Reply(_) => {
                        server.write_all(bytes).await?;
                        swallowing = true;
                    }
                    Cut::Request(_) => {
                        server.write_all(&bytes[..at]).await?;
                        plan.send_modify(|plan| plan.done += 1);
                        return Ok(());
                    }
                }
            }
            count = server.read(&mut reply) => {
                let bytes = &reply[..count?];
                if swallowing {
                    plan.send_modify(|plan| plan.done += 1);
                    return Ok(());
                }
                if bytes.is_empty() {
                    return client.shutdown().await;
                }
                client.write_all(bytes).await?;
            }
        }
    }
}

/// Takes the planned cut if `bytes` are what it waits for; and where what it names ends.
fn fitting(plan: &watch::Sender<Plan>, bytes: &[u8]) -> Option<(Cut, usize)> {
    let mut found = None;
    plan.send_if_modified(|plan| {
        let Some(Cut::Reply(wanted) | Cut::Request(wanted)) = &plan.cut else {
            return false;
        };
        let Some(at) = bytes.windows(wanted.len()).position(|part| part == wanted) else {
            return false;
        };
        let end = at + wanted.len();
        found = plan.cut.take().map(|cut| (cut, end));
        false
    });
    found
}
