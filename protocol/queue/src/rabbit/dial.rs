//! One try to connect.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lapin::{AsyncTcpStream, Connection, ConnectionProperties};
use tokio::time::timeout;

use super::address::Address;
use super::refusal;
use super::tls::Tls;
use crate::{Error, Options};

/// How long one try may take, from the name to the virtual host.
const PATIENCE: Duration = Duration::from_secs(10);

/// How to reach the broker.
#[derive(Debug)]
pub(super) struct Dialler {
    address: Address,
    tls: Tls,
    name: String,
}

impl Dialler {
    /// # Errors
    ///
    /// [`Error::Settings`] if the URL or a file cannot be used.
    pub(super) fn new(options: &Options) -> Result<Self, Error> {
        Ok(Self {
            address: Address::parse(&options.url)?,
            tls: Tls::read(options)?,
            name: options.name.clone(),
        })
    }

    /// Connects; `role` tells the connections of a process apart in the broker's own tools.
    ///
    /// # Errors
    ///
    /// What keeps us from the broker.
    pub(super) async fn dial(&self, role: &str) -> Result<Connection, Error> {
        timeout(PATIENCE, self.try_dial(role)).await.unwrap_or_else(|_| {
            let late = io::Error::from(io::ErrorKind::TimedOut);
            Err(Error::Unreachable { at: self.address.to_string(), source: Box::new(late) })
        })
    }

    async fn try_dial(&self, role: &str) -> Result<Connection, Error> {
        let unreachable =
            |source| Error::Unreachable { at: self.address.to_string(), source: Box::new(source) };
        let runtime = lapin::runtime::default_runtime()
            .map_err(|error| refusal::of_connection(&self.address, error))?;
        // Made here and not by lapin, so that name, TCP and TLS errors can be told apart and end
        // with this future.
        let host = self.address.host();
        let found = tokio::net::lookup_host((host, self.address.port())).await;
        let found: Vec<_> = found.map_err(unreachable)?.collect();
        let mut stream = AsyncTcpStream::connect(&runtime, found).await.map_err(unreachable)?;
        if self.address.is_tls() {
            let failed = |error| refusal::of_handshake(&self.address, error);
            let connector = self.tls.connector().map_err(failed)?;
            stream = stream.into_rustls(&connector, host).await.map_err(failed)?;
        }
        let properties = ConnectionProperties::default()
            .with_connection_name(format!("{} ({role})", self.name).into());
        let stream = Arc::new(Mutex::new(Some(stream)));
        let hand_over = async move |_, _| {
            let stream = stream.lock().ok().and_then(|mut stream| stream.take());
            stream.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected).into())
        };
        Connection::connector(self.address.uri(), runtime, hand_over, properties)
            .await
            .map_err(|error| refusal::of_connection(&self.address, error))
    }
}
