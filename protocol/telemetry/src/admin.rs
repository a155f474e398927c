//! The admin port: `/live`, `/ready` and `/metrics`, for the machine that runs the process.
//!
//! It answers without a token, so it belongs on an address only the monitoring reaches; what it
//! says holds no addresses, names or secrets. One request per connection, each bounded in size and
//! time, and a bounded number at a time: a client can neither hold it open nor fill the memory.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use longhaul_core::{Code, code};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::Probes;
use crate::probes::Report;
use crate::provider::{CONTENT_TYPE, exposition};

/// A request must have come whole within this.
const REQUEST_TIME: Duration = Duration::from_secs(5);
/// Everything about a connection takes at most this.
const CONNECTION_TIME: Duration = Duration::from_secs(15);
/// Connections at a time; the next ones wait to be accepted.
const CONNECTIONS: usize = 32;
/// What a stop grants the answers under way.
const STOP_TIME: Duration = Duration::from_secs(1);
/// Accepting failed, as it does without free descriptors: not at once again.
const PAUSE: Duration = Duration::from_millis(200);

/// The admin port could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the admin port cannot listen on {listen}")]
pub struct Error {
    /// The address as it was given.
    pub listen: String,
    /// Why.
    #[source]
    pub source: io::Error,
}

impl Error {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        code::ADMIN_ADDRESS_TAKEN
    }
}

/// A running admin port. Dropping it closes it.
#[derive(Debug)]
pub struct Admin {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Admin {
    /// Opens the port at `listen` (host and port; port 0 takes a free one) and answers from then on.
    ///
    /// # Errors
    ///
    /// [`Error`] if the address is in use or cannot be bound.
    pub async fn start(listen: &str, probes: Probes) -> Result<Self, Error> {
        let refused = |source| Error { listen: listen.to_owned(), source };
        let socket = TcpListener::bind(listen).await.map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        tracing::info!(%address, "the admin port listens");
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve(socket, router(probes), stop.clone()));
        Ok(Self { address, stop, task })
    }

    /// The address that was taken, with its real port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port; answers under way get a second to end.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // A panic was reported when it happened.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn router(probes: Probes) -> Router {
    Router::new()
        .route("/live", get(async |State(probes): State<Probes>| told(probes.is_live().await)))
        .route("/ready", get(async |State(probes): State<Probes>| told(probes.is_ready().await)))
        .route("/metrics", get(async || ([(header::CONTENT_TYPE, CONTENT_TYPE)], exposition())))
        .with_state(probes)
}

fn told(report: Report) -> Response {
    let status = if report.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report)).into_response()
}

async fn serve(socket: TcpListener, router: Router, stop: CancellationToken) {
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let accepted = async {
            let place = Arc::clone(&free).acquire_owned().await;
            (place, socket.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let router = router.clone();
                open.spawn(async move {
                    answer(stream, router).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the admin port could not accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(socket);
    let ended = async { while open.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(STOP_TIME, ended).await;
    open.shutdown().await;
}

async fn answer(stream: TcpStream, router: Router) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIME)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // Whatever goes wrong is the client's: it is gone, or too slow.
    let _ = tokio::time::timeout(CONNECTION_TIME, connection).await;
}
