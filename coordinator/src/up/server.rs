//! Putting everything together, and taking it apart in order.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{SystemClock, code};
use longhaul_queue::Queue;
use longhaul_settings::Common;
use longhaul_store::Store;
use longhaul_worker::{Endpoints, Worker};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::folder::{self, ApiFile};
use crate::api::{self, Api};
use crate::engine::{self, Refusal, RefusalKind};
use crate::settings::Settings;

/// How longhaul names itself to the services.
const USER_AGENT: &str = concat!("longhaul/", env!("CARGO_PKG_VERSION"));
/// The part of the grace time that workers leave to those who stop after them.
const RESERVE: Duration = Duration::from_secs(3);

/// A running server with its workers.
#[derive(Debug)]
pub struct Running {
    data: PathBuf,
    url: String,
    token: longhaul_identity::Secret,
    grace: Duration,
    api: Api,
    queue: longhaul_queue::Embedded,
    store: Arc<dyn Store>,
    workers: Stage<JoinSet<Result<(), longhaul_worker::Error>>>,
    engine: Stage<JoinHandle<()>>,
    served: Stage<JoinHandle<()>>,
}

/// Tasks and what stops them.
#[derive(Debug)]
struct Stage<T> {
    stop: CancellationToken,
    tasks: T,
}

/// Where this machine reaches a server that listens on `address`.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl Running {
    /// Starts everything. What can fail comes first, so that a refused start leaves nothing
    /// behind but an empty data folder.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: LH-0601, LH-0602 or LH-0607 for the data folder, LH-0204 for the address.
    pub async fn start(settings: Settings) -> Result<Self, Refusal> {
        let Settings {
            common: Common { slots, bytes_in_flight, grace, upload_time, settle, .. },
            data,
            listen,
            token,
            workers,
            ..
        } = settings;
        folder::create(&data)?;
        let store = longhaul_store::Embedded::open(&data, Arc::new(SystemClock))?;
        let store: Arc<dyn Store> = Arc::new(store);
        let token = match token {
            Some(token) => token,
            None => folder::token(&data)?,
        };
        let listener = api::bind(&listen).await?;
        let address = listener.address();
        if !address.ip().is_loopback() {
            tracing::warn!(
                "the API listens beyond this machine without TLS: its token can be read on the way"
            );
        }
        let url = format!("http://{}", reachable(address));
        ApiFile { url: url.clone(), token: token.expose().to_owned() }.write(&data)?;

        let queue = longhaul_queue::Embedded::new();
        let shared: Arc<dyn Queue> = Arc::new(queue.clone());
        let endpoints = Arc::new(Endpoints::new(USER_AGENT));
        let options = engine::Options {
            slots: usize::from(workers) * usize::from(slots),
            ..engine::Options::default()
        };
        let (service, handle) = engine::Service::new(
            options,
            Arc::clone(&store),
            Arc::clone(&shared),
            Arc::clone(&endpoints),
        );
        let stop = CancellationToken::new();
        let engine = Stage { tasks: tokio::spawn(service.run(stop.clone())), stop };

        let options = longhaul_worker::Options {
            slots,
            bytes_in_flight,
            grace: grace.saturating_sub(RESERVE).max(grace / 2),
            upload_time,
            settle,
            ..longhaul_worker::Options::default()
        };
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let worker = Worker::new(
                options.clone(),
                Arc::clone(&store),
                Arc::clone(&shared),
                Arc::clone(&endpoints),
            );
            tasks.spawn(worker.run(stop.clone()));
        }
        let workers = Stage { tasks, stop };

        let api = Api::new(handle, token.clone());
        let stop = CancellationToken::new();
        let served =
            Stage { tasks: tokio::spawn(listener.serve(api.router(), stop.clone())), stop };
        Ok(Self { data, url, token, grace, api, queue, store, workers, engine, served })
    }

    /// Where the API is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of this server.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if its own address cannot be used.
    pub fn client(&self) -> Result<api::Client, Refusal> {
        api::Client::new(&self.url, self.token.clone())
    }

    /// Waits until a part ends that should not. Cancel safe.
    pub async fn broken(&mut self) -> Refusal {
        let part = tokio::select! {
            ended = self.workers.tasks.join_next() => match ended {
                Some(Ok(Err(error))) => format!("a worker ended: {error}"),
                Some(Err(panic)) => format!("a worker ended: {panic}"),
                _ => "a worker ended".to_owned(),
            },
            _ = &mut self.engine.tasks => "the engine ended".to_owned(),
            _ = &mut self.served.tasks => "the API ended".to_owned(),
        };
        Refusal::new(RefusalKind::Internal, code::BUG, part)
    }

    /// Stops in order, within the grace time. What did not end by then is cut off: its leases run
    /// out, and nothing is lost. Returns whether everything ended by itself.
    pub async fn stop(self) -> bool {
        let Self { data, url, grace, api, queue, store, workers, engine, served, .. } = self;
        let Stage { stop, tasks: mut running } = workers;
        let in_order = async {
            api.close();
            stop.cancel();
            while running.join_next().await.is_some() {}
            engine.stop.cancel();
            // A panic was reported when it happened.
            let _ = engine.tasks.await;
            queue.close();
            drop(store);
            served.stop.cancel();
            let _ = served.tasks.await;
        };
        let ended = tokio::time::timeout(grace, in_order).await.is_ok();
        if !ended {
            tracing::warn!("not everything ended within the grace time; the rest is cut off");
        }
        ApiFile::remove(&data, &url);
        ended
    }
}
