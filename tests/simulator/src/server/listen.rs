//! Accepting connections until told to stop.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::socket::{Cut, Socket};

/// How long a request may take to end after a stop.
const GRACE: Duration = Duration::from_secs(5);

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct ListenError {
    /// What was asked for.
    pub address: String,
    #[source]
    source: std::io::Error,
}

/// A bound listener.
#[derive(Debug)]
pub(crate) struct Listener {
    inner: TcpListener,
    pub(crate) address: SocketAddr,
}

/// The request's connection is to be cut, so there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct CutShort;

impl Listener {
    /// Binds.
    pub(crate) async fn bind(address: &str) -> Result<Self, ListenError> {
        let failed = |source| ListenError { address: address.to_owned(), source };
        let inner = TcpListener::bind(address).await.map_err(failed)?;
        let address = inner.local_addr().map_err(failed)?;
        Ok(Self { inner, address })
    }

    /// Serves until `stop`, then waits a little for what is running.
    pub(crate) async fn serve(
        self,
        router: Router,
        tls: Option<Arc<ServerConfig>>,
        stop: CancellationToken,
    ) {
        let acceptor = tls.map(TlsAcceptor::from);
        let tasks = TaskTracker::new();
        loop {
            let (stream, peer) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.inner.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file handles, usually: let others finish first.
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
            };
            let _ = stream.set_nodelay(true);
            let (router, acceptor, stop) = (router.clone(), acceptor.clone(), stop.clone());
            tasks.spawn(async move {
                let cut = Cut::default();
                let socket = Socket::new(stream, cut.clone());
                match acceptor {
                    None => connection(socket, peer, cut, router, stop).await,
                    Some(acceptor) => match acceptor.accept(socket).await {
                        Ok(socket) => connection(socket, peer, cut, router, stop).await,
                        Err(error) => tracing::debug!(%error, "TLS handshake failed"),
                    },
                }
            });
        }
        tasks.close();
        if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
            tracing::warn!("requests still running at the end");
        }
    }
}

async fn connection(
    socket: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: SocketAddr,
    cut: Cut,
    router: Router,
    stop: CancellationToken,
) {
    let seen = cut.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (router, cut) = (router.clone(), cut.clone());
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(cut.clone());
            let answered: Result<_, Infallible> = router.oneshot(request).await;
            match answered {
                Ok(_) if cut.is_due() => Err(CutShort),
                Ok(response) => Ok(response),
                Err(never) => match never {},
            }
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(socket), service);
    tokio::pin!(serving);
    let result = tokio::select! {
        result = &mut serving => result,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = result
        && !seen.is_due()
    {
        tracing::debug!(%error, "connection ended");
    }
}
