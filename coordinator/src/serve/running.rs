//! Putting everything together, and taking it apart in order.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{OwnerToken, code};
use longhaul_identity::Secret;
use longhaul_queue::Queue;
use longhaul_store::Store;
use longhaul_store::records::MemberRole;
use longhaul_telemetry::{Admin, Pulse};
use longhaul_worker::{Endpoints, Membership, probes};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::folder::{self, ApiFile};
use super::workers::Workers;
use crate::api::{self, Api};
use crate::engine::{self, Refusal, RefusalKind};
use crate::lead::{Election, Replica, Role};
use crate::settings::Settings;

#[cfg(test)]
mod tests;

/// How longhaul names itself to the services.
const USER_AGENT: &str = concat!("longhaul/", env!("CARGO_PKG_VERSION"));
/// The engine's loop comes round far more often; a look at a large fleet's mailboxes takes a while.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a coordinator that is alone may take to lead.
const ALONE: Duration = Duration::from_secs(10);

/// A running server, with its workers if it has any.
#[derive(Debug)]
pub struct Running {
    data: Option<PathBuf>,
    url: String,
    token: Secret,
    grace: Duration,
    api: Api,
    queue: Arc<dyn Queue>,
    store: Arc<dyn Store>,
    workers: Workers,
    membership: Option<Membership>,
    replica: Stage,
    served: Stage,
    stopping: CancellationToken,
    admin: Option<Admin>,
}

/// A task and what stops it.
#[derive(Debug)]
struct Stage {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Stage {
    fn start<F>(task: impl FnOnce(CancellationToken) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        Self { task: tokio::spawn(task(stop.clone())), stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        // One that has ended was waited for already. A panic was reported when it happened.
        if !self.task.is_finished() {
            let _ = self.task.await;
        }
    }
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

/// The API's token: the one that is set, or that of the data folder.
fn token(settings: &Settings) -> Result<Secret, Refusal> {
    match (&settings.token, &settings.data) {
        (Some(token), _) => Ok(token.clone()),
        (None, Some(data)) => folder::token(data),
        (None, None) => {
            Err(Refusal::new(RefusalKind::Invalid, code::MISSING_KEY, "no API token is set"))
        }
    }
}

impl Running {
    /// Starts everything. What can fail comes first, so that a refused start leaves nothing
    /// behind but an empty data folder.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: LH-0601, LH-0602 or LH-0607 for the data folder, LH-0204 for the address;
    /// what keeps queue or store from being used.
    pub async fn start(settings: Settings) -> Result<Self, Refusal> {
        let common = &settings.common;
        if let Some(data) = &settings.data {
            folder::create(data)?;
        }
        let folder = settings.data.as_deref().unwrap_or_else(|| Path::new("."));
        let store = common.open_store(folder).await?;
        let queue = common.open_queue("longhaul").await?;
        let token = token(&settings)?;
        let listener = api::bind(&settings.listen).await?;
        let address = listener.address();
        if !address.ip().is_loopback() {
            tracing::warn!(
                "the API listens beyond this machine without TLS: its token can be read on the way"
            );
        }
        let stopping = CancellationToken::new();
        let pulse = Pulse::new(SILENCE);
        let admin = match &common.admin {
            Some(listen) => {
                let probes = probes("coordinator", &pulse, &store, &queue, &stopping);
                Some(Admin::start(listen, probes).await?)
            }
            None => None,
        };
        let url = format!("http://{}", reachable(address));
        let advertised = settings.advertise.clone().unwrap_or_else(|| url.clone());

        let alone = common.store.url.is_embedded();
        let id = OwnerToken::generate();
        let membership = match alone {
            true => None,
            false => {
                let role = MemberRole::Coordinator { url: advertised.clone() };
                Some(Membership::join(Arc::clone(&store), id, role, Arc::clone(&queue)).await?)
            }
        };
        let endpoints = Arc::new(Endpoints::new(USER_AGENT));
        let workers = Workers::start(settings.workers, common, &store, &queue, &endpoints).await?;
        let election = Election::new(Arc::clone(&store), id, advertised, settings.lease);
        let election = if alone { election.alone() } else { election };
        // Every worker is a member of the fleet.
        let options = engine::Options { slots: 0, ..engine::Options::default() };
        let (replica, mut role) =
            Replica::new(election, options, Arc::clone(&store), Arc::clone(&queue), endpoints);
        let api = Api::new(role.clone(), token.clone(), alone);
        let replica = Stage::start(|stop| replica.run(stop, pulse));
        if alone {
            let leads = role.wait_for(|role| matches!(role, Role::Leads(_)));
            if tokio::time::timeout(ALONE, leads).await.is_err() {
                tracing::warn!("the store is slow; changes are refused until it answers");
            }
        }
        let served = Stage::start(|stop| listener.serve(api.router(), stop));
        if let Some(data) = &settings.data {
            ApiFile { url: url.clone(), token: token.expose().to_owned() }.write(data)?;
        }
        Ok(Self {
            grace: common.grace,
            data: settings.data,
            url,
            token,
            api,
            queue,
            store,
            workers,
            membership,
            replica,
            served,
            stopping,
            admin,
        })
    }

    /// Where the API is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the admin port is, if there is one.
    #[must_use]
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(Admin::address)
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
            part = self.workers.broken() => part,
            _ = &mut self.replica.task => "the engine ended".to_owned(),
            _ = &mut self.served.task => "the API ended".to_owned(),
        };
        Refusal::new(RefusalKind::Internal, code::BUG, part)
    }

    /// Stops in order, within the grace time. What did not end by then is cut off: its leases run
    /// out, and nothing is lost. Returns whether everything ended by itself.
    pub async fn stop(self) -> bool {
        let Self { data, url, grace, api, queue, store, workers, .. } = self;
        let (membership, replica, served) = (self.membership, self.replica, self.served);
        self.stopping.cancel();
        let in_order = async {
            api.close();
            workers.stop().await;
            replica.stop().await;
            if let Some(membership) = membership {
                membership.leave().await;
            }
            drop((queue, store));
            served.stop().await;
            if let Some(admin) = self.admin {
                admin.stop().await;
            }
        };
        let ended = tokio::time::timeout(grace, in_order).await.is_ok();
        if !ended {
            tracing::warn!("not everything ended within the grace time; the rest is cut off");
        }
        if let Some(data) = data {
            ApiFile::remove(&data, &url);
        }
        ended
    }
}
