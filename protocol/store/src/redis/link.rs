//! The connection: one for all calls, made anew when it is lost.
//!
//! One task owns it. A call that got no answer reports the connection lost; the task makes another
//! one, after growing and jittered pauses, and looks the server over before it hands it out: it
//! may be another server by now. Calls wait for it only for a moment: past that they fail at
//! once, so that their callers begin nothing new until the store is back.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{Clock as _, SystemClock, Timestamp};
use redis::aio::MultiplexedConnection;
use redis::{Client, RedisError};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use super::keys::Keys;
use super::mark::Mark;
use super::reply::not_connected;
use super::{client, fit, mark};
use crate::{Error, Health};

/// How long calls wait for a connection that was just lost: a restart takes no longer.
const MOMENT: Duration = Duration::from_secs(3);

/// The first pause between tries to connect, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// How often an idle connection is tried.
const BEAT: Duration = Duration::from_secs(5);

/// The handle; the connection ends with it.
pub(super) struct Link {
    state: watch::Sender<State>,
    mark: Mark,
    keeper: JoinHandle<()>,
}

#[derive(Clone)]
enum State {
    Up {
        connection: MultiplexedConnection,
        /// Counts the connections.
        number: u64,
    },
    Down {
        since: Instant,
        /// The same moment on the machine's clock, for people.
        clock: Timestamp,
        number: u64,
        error: Arc<Error>,
    },
}

/// What making a connection needs.
struct Server {
    client: Client,
    keys: Keys,
    allow_unsafe: bool,
}

impl Link {
    /// Connects, and refuses a server that does not fit.
    pub(super) async fn open(
        client: Client,
        keys: Keys,
        allow_unsafe: bool,
    ) -> Result<Self, Error> {
        let server = Server { client, keys, allow_unsafe };
        let mut connection = server.connect().await?;
        let mark = mark::find_or_make(&mut connection, &server.keys).await?;
        let (state, _) = watch::channel(State::Up { connection, number: 0 });
        let keeper = tokio::spawn(keep(server, mark.clone(), state.clone()));
        Ok(Self { state, mark, keeper })
    }

    /// The store's mark.
    pub(super) const fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The connection and its number. Waits a moment for one, and never past `until`.
    ///
    /// # Errors
    ///
    /// [`Error::Away`].
    pub(super) async fn connection(
        &self,
        until: Instant,
    ) -> Result<(MultiplexedConnection, u64), Error> {
        let mut state = self.state.subscribe();
        loop {
            let (since, error) = match &*state.borrow_and_update() {
                State::Up { connection, number } => return Ok((connection.clone(), *number)),
                State::Down { since, error, .. } => (*since, Arc::clone(error)),
            };
            let changed = timeout_at(until.min(since + MOMENT), state.changed()).await;
            if !matches!(changed, Ok(Ok(()))) {
                return Err(Error::away(error));
            }
        }
    }

    /// Connection `number` gave no answer.
    pub(super) fn lost(&self, number: u64, error: RedisError) {
        set_down(&self.state, number, not_connected(error));
    }

    pub(super) fn health(&self) -> Health {
        match &*self.state.borrow() {
            State::Up { .. } => Health::Up,
            State::Down { clock, error, .. } => Health::down(error, *clock),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("health", &self.health()).finish_non_exhaustive()
    }
}

impl Server {
    async fn connect(&self) -> Result<MultiplexedConnection, Error> {
        let mut connection = client::connect(&self.client).await?;
        fit::check(&mut connection, self.allow_unsafe).await?;
        Ok(connection)
    }

    async fn connect_again(&self, mark: &Mark) -> Result<MultiplexedConnection, Error> {
        let mut connection = self.connect().await?;
        mark::compare(&mut connection, &self.keys, mark).await?;
        Ok(connection)
    }
}

/// Notes that connection `number` is lost, unless there is another one by now.
fn set_down(state: &watch::Sender<State>, number: u64, error: Error) {
    state.send_if_modified(|state| {
        let is_present = matches!(state, State::Up { number: present, .. } if *present == number);
        if is_present {
            let (since, clock) = (Instant::now(), SystemClock.now());
            *state = State::Down { since, clock, number, error: Arc::new(error) };
        }
        is_present
    });
}

/// Keeps a connection for as long as the handle lives.
async fn keep(server: Server, mark: Mark, state: watch::Sender<State>) {
    let mut tries = 0;
    loop {
        let now = state.borrow().clone();
        match now {
            State::Up { connection, number } => {
                tries = 0;
                watch_over(&state, connection, number).await;
            }
            State::Down { since, clock, number, .. } => match server.connect_again(&mark).await {
                Ok(connection) => {
                    tracing::info!(after = ?since.elapsed(), "the store answers again");
                    state.send_replace(State::Up { connection, number: number + 1 });
                }
                Err(error) => {
                    let error = Arc::new(error);
                    if tries == 0 {
                        tracing::warn!(code = %error.code(), %error, "the store is away");
                    }
                    state.send_replace(State::Down { since, clock, number, error });
                    sleep(pause(tries)).await;
                    tries += 1;
                }
            },
        }
    }
}

/// Returns when the connection is lost: a call has said so, or it does not answer.
async fn watch_over(
    state: &watch::Sender<State>,
    mut connection: MultiplexedConnection,
    number: u64,
) {
    let mut changes = state.subscribe();
    loop {
        let lost = changes.wait_for(|state| matches!(state, State::Down { .. }));
        tokio::select! {
            _ = lost => return,
            () = sleep(BEAT) => {}
        }
        let answer = redis::cmd("PING").query_async::<()>(&mut connection).await;
        if let Err(error) = answer {
            return set_down(state, number, not_connected(error));
        }
    }
}

/// The pause after so many tries: it doubles, and no two processes have the same.
fn pause(tries: u32) -> Duration {
    let (first, longest) = PAUSES;
    let step = first.saturating_mul(2_u32.saturating_pow(tries)).min(longest);
    step.mul_f64(rand::random_range(0.5..1.0))
}
