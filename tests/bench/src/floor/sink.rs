//! A server that reads a request's body away and answers with as many bytes as the request's path
//! asks for: `POST /1000` gives 1000 bytes. HTTP/1.1, over TLS if it is told to.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use futures::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::CONTENT_LENGTH;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Bytes of a piece of an answer: what the simulator sends at a time.
const PIECE: usize = 64 * 1024;

/// What the server says once it listens.
#[derive(Debug, Deserialize, Serialize)]
struct Ready {
    url: String,
    authority: Option<String>,
}

/// A running server, as a process of its own.
#[derive(Debug)]
pub(crate) struct Sink {
    process: Child,
    pub(super) url: String,
    pub(super) authority: Option<String>,
}

impl Sink {
    /// Starts one.
    pub(crate) fn start(tls: bool) -> anyhow::Result<Self> {
        let mut process = super::start("sink", &tls)?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("its output")?).read_line(&mut line)?;
        let ready: Ready = serde_json::from_str(&line).context("the sink did not start")?;
        Ok(Self { process, url: ready.url, authority: ready.authority })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until it is killed.
pub(super) async fn run(tls: bool) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let identity = if tls { Some(identity()?) } else { None };
    let scheme = if tls { "https" } else { "http" };
    let (acceptor, authority) = match identity {
        Some((acceptor, pem)) => (Some(acceptor), Some(pem)),
        None => (None, None),
    };
    super::write(&Ready { url: format!("{scheme}://localhost:{}", address.port()), authority })?;
    let piece = Bytes::from(vec![b'A'; PIECE]);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (acceptor, piece) = (acceptor.clone(), piece.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, piece.clone()));
            let http = http1::Builder::new();
            // A client that goes away is the end of its connection and of nothing else.
            let _ = match acceptor {
                None => http.serve_connection(TokioIo::new(stream), service).await.ok(),
                Some(acceptor) => match acceptor.accept(stream).await {
                    Ok(stream) => http.serve_connection(TokioIo::new(stream), service).await.ok(),
                    Err(_) => None,
                },
            };
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    piece: Bytes,
) -> Result<Response<impl hyper::body::Body<Data = Bytes, Error = Infallible>>, hyper::Error> {
    let length: usize = request.uri().path().trim_start_matches('/').parse().unwrap_or(0);
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        frame?;
    }
    let pieces = (0..length)
        .step_by(PIECE)
        .map(move |at| Ok::<_, Infallible>(Frame::data(piece.slice(..PIECE.min(length - at)))));
    let mut response = Response::new(StreamBody::new(stream::iter(pieces)));
    response.headers_mut().insert(CONTENT_LENGTH, length.into());
    Ok(response)
}

/// A certificate for `localhost`, which is its own authority.
fn identity() -> anyhow::Result<(TlsAcceptor, String)> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?.self_signed(&key)?;
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), certificate.pem()))
}
