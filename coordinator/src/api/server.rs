//! The listening side.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use longhaul_core::code;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::engine::{Refusal, RefusalKind};

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

    /// Serves until `shutdown`, then answers the requests that run and returns.
    pub async fn serve(self, router: Router, shutdown: CancellationToken) {
        let served = axum::serve(self.socket, router)
            .with_graceful_shutdown(shutdown.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the API stopped");
        }
    }
}
