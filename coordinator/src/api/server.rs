//! The listening side.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use longhaul_core::code;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::engine::{Refusal, RefusalKind};

/// How long the head of a request may take, and a connection may be idle.
const HEADER: Duration = Duration::from_secs(30);
/// How long requests under way get to end after a stop.
const DRAIN: Duration = Duration::from_secs(2);
/// Accepting failed, as it does without free descriptors: not at once again.
const PAUSE: Duration = Duration::from_millis(200);

/// A bound address, not served yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// Takes the address. Nothing is served before [`Listener::serve`].
///
/// # Errors
///
/// [`Refusal`] with LH-0204 if it is in use or cannot be bound.
pub async fn bind(listen: &str) -> Result<Listener, Refusal> {
    let refused = |error: io::Error| {
        let reason = match error.kind() {
            io::ErrorKind::AddrInUse => "another process listens there".to_owned(),
            _ => error.to_string(),
        };
        let text = format!("cannot listen on {listen}: {reason}");
        let next = "stop the other process, or choose another address with `--listen` \
             (`--listen 127.0.0.1:0` takes a free port)";
        let refusal = Refusal::new(RefusalKind::Internal, code::ADDRESS_TAKEN, text);
        Refusal { next: next.to_owned(), ..refusal }
    };
    let socket = TcpListener::bind(listen).await.map_err(refused)?;
    let address = socket.local_addr().map_err(refused)?;
    Ok(Listener { socket, address })
}

impl Listener {
    /// The address that was taken, with its real port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown`, then answers the requests that run, as far as they have come, and
    /// returns.
    pub async fn serve(self, router: Router, shutdown: CancellationToken) {
        let connections = TaskTracker::new();
        let cut = CancellationToken::new();
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => break,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let answered = answer(stream, router.clone(), shutdown.clone());
                    let cut = cut.clone();
                    connections.spawn(async move {
                        let _ = cut.run_until_cancelled(answered).await;
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the API could not accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        drop(self.socket);
        connections.close();
        if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
            cut.cancel();
            connections.wait().await;
        }
    }
}

async fn answer(stream: TcpStream, router: Router, shutdown: CancellationToken) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    // Whatever goes wrong is the client's: it is gone, or too slow.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
