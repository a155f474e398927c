//! One of the two connections, kept up.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use lapin::{Connection, Event};
use longhaul_core::{Clock as _, Ladder, SystemClock, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep};

use super::dial::Dialler;
use super::refusal;
use super::topology::Topology;
use crate::{Error, Health};

/// How often a connection is looked at that says nothing about its end.
const LOOK: Duration = Duration::from_secs(1);

/// A connection that is made anew for ever; it ends with its value.
#[derive(Debug)]
pub(super) struct Link {
    state: watch::Receiver<State>,
    keeper: JoinHandle<()>,
}

/// How the connection is now.
#[derive(Clone, Debug)]
struct State {
    /// There, unless it is down.
    connection: Option<Arc<Connection>>,
    health: Health,
}

impl State {
    fn up(connection: &Arc<Connection>) -> Self {
        Self { connection: Some(Arc::clone(connection)), health: Health::Up }
    }

    fn down(error: &Error, since: Timestamp) -> Self {
        let (code, error) = (error.code(), error.line());
        Self { connection: None, health: Health::Down { code, error, since } }
    }
}

impl Link {
    /// Connects and declares the queues, then keeps the connection up.
    ///
    /// # Errors
    ///
    /// What keeps us from the broker.
    pub(super) async fn open(maker: Maker) -> Result<Self, Error> {
        let first = Arc::new(maker.make().await?);
        let (sender, state) = watch::channel(State::up(&first));
        let keeper = tokio::spawn(keep(maker, sender, Some(first)));
        Ok(Self { state, keeper })
    }

    pub(super) fn health(&self) -> Health {
        self.state.borrow().health.clone()
    }

    pub(super) fn is_up(&self) -> bool {
        self.state.borrow().connection.is_some()
    }

    /// The connection, once there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] when there will be none.
    pub(super) async fn connection(&self) -> Result<Arc<Connection>, Error> {
        self.wait_for(|_| true).await
    }

    /// The connection, once the broker takes messages from it.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] when there will be none.
    pub(super) async fn unblocked(&self) -> Result<Arc<Connection>, Error> {
        self.wait_for(|health| matches!(health, Health::Up)).await
    }

    async fn wait_for(&self, wanted: impl Fn(&Health) -> bool) -> Result<Arc<Connection>, Error> {
        let mut state = self.state.clone();
        let found = state
            .wait_for(|state| {
                let alive = state.connection.as_ref().is_some_and(|it| it.status().connected());
                alive && wanted(&state.health)
            })
            .await
            .map_err(|_| Error::Closed)?;
        found.connection.clone().ok_or(Error::Closed)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// What a link needs to connect.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    pub(super) dialler: Arc<Dialler>,
    pub(super) topology: Topology,
    /// Tells the connections of a process apart.
    pub(super) role: &'static str,
}

impl Maker {
    /// A connection to a broker that has our queues.
    async fn make(&self) -> Result<Connection, Error> {
        let connection = self.dialler.dial(self.role).await?;
        let channel = connection
            .create_channel()
            .await
            .map_err(|error| refusal::of_call("open a channel", error))?;
        self.topology.declare(&channel).await?;
        Ok(connection)
    }
}

async fn keep(maker: Maker, state: watch::Sender<State>, mut current: Option<Arc<Connection>>) {
    let mut ladder = Ladder::of_connections();
    loop {
        if let Some(connection) = current.take() {
            if maker_is_back(&state) {
                tracing::info!(connection = maker.role, "connected to the broker");
            }
            state.send_replace(State::up(&connection));
            ladder = Ladder::of_connections();
            let error = watch_over(&connection, &state).await;
            tracing::warn!(connection = maker.role, error = error.line(), "broker connection lost");
            state.send_replace(State::down(&error, now()));
        }
        sleep(ladder.next(None)).await;
        match maker.make().await {
            Ok(connection) => current = Some(Arc::new(connection)),
            Err(error) => {
                tracing::warn!(connection = maker.role, code = %error.code(), error = error.line(), "broker not reached; trying again");
                let since = match &state.borrow().health {
                    Health::Down { since, .. } | Health::Blocked { since, .. } => *since,
                    Health::Up => now(),
                };
                state.send_replace(State::down(&error, since));
            }
        }
    }
}

fn maker_is_back(state: &watch::Sender<State>) -> bool {
    state.borrow().connection.is_none()
}

/// Follows a connection to its end, and says when it is blocked.
async fn watch_over(connection: &Connection, state: &watch::Sender<State>) -> Error {
    let mut events = connection.events_listener();
    let mut look = interval(LOOK);
    let mut cause = None;
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            _ = look.tick() => None,
        };
        match event {
            Some(Event::ConnectionBlocked(reason)) => {
                tracing::warn!(reason, "the broker takes no messages");
                let health = Health::Blocked { reason, since: now() };
                state.send_modify(|state| state.health = health);
            }
            Some(Event::ConnectionUnblocked) => {
                tracing::info!("the broker takes messages again");
                state.send_modify(|state| state.health = Health::Up);
            }
            // Also errors of single channels, which their users see as well.
            Some(Event::Error(error)) => cause = Some(error),
            _ => {}
        }
        if !connection.status().connected() {
            let source =
                cause.map_or_else(|| "it was closed".into(), |error| Box::new(error).into());
            return Error::Backend { action: "keep the connection", source };
        }
    }
}

fn now() -> Timestamp {
    SystemClock.now()
}
