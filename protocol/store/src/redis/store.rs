//! Opening, the handle, and how requests are sent.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::Timestamp;
use redis::{Pipeline, ScriptInvocation, Value};
use tokio::time::Instant;

use super::client::client;
use super::keys::Keys;
use super::link::Link;
use super::reply::{Answers, Failure, not_connected};
use super::turns::Turns;
use crate::{Error, Guard, Health, Options, Store};

/// How long a call tries: over lost answers, and while others change the same folder.
const CALL: Duration = Duration::from_secs(15);

/// The store of a fleet. Clones are handles of the same connection.
#[derive(Clone, Debug)]
pub struct Redis {
    pub(super) link: Arc<Link>,
    pub(super) keys: Arc<Keys>,
    pub(super) turns: Arc<Turns>,
    pub(super) guard: Option<Guard>,
    #[cfg(feature = "conformance")]
    ahead: Arc<std::sync::atomic::AtomicI64>,
}

impl Redis {
    /// Connects to the server at `options.url`, looks it over, and marks it if it is new.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] and [`Error::File`] for options that cannot be right;
    /// [`Error::Unreachable`], [`Error::Tls`] and [`Error::Login`] if no connection comes about;
    /// [`Error::Unfit`] for a server that may lose what it answers for, or that longhaul cannot
    /// use; [`Error::Format`] if another version of longhaul wrote it.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        let keys = Keys::new(&options.prefix);
        let link = Link::open(client(options)?, keys.clone(), options.allow_unsafe).await?;
        Ok(Self {
            link: Arc::new(link),
            keys: Arc::new(keys),
            turns: Arc::default(),
            guard: None,
            #[cfg(feature = "conformance")]
            ahead: Arc::default(),
        })
    }

    /// Sets this handle's clock, and its clones', ahead of the server's.
    #[cfg(feature = "conformance")]
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(millis, std::sync::atomic::Ordering::SeqCst);
    }

    /// The server's time, from the answer to `TIME`.
    pub(super) fn time(&self, (seconds, micros): (i64, i64)) -> Timestamp {
        let time = Timestamp(seconds * 1000 + micros / 1000);
        #[cfg(feature = "conformance")]
        let time = Timestamp(time.0 + self.ahead.load(std::sync::atomic::Ordering::SeqCst));
        time
    }

    /// Sends commands that change nothing, again if their answer is lost. The mark is asked for
    /// last: if it is right then, what was read before was this store's.
    pub(super) async fn read(
        &self,
        action: &'static str,
        pipe: &Pipeline,
        until: Instant,
    ) -> Result<Answers, Error> {
        loop {
            let (mut connection, number) = self.link.connection(until).await?;
            match pipe.query_async::<Vec<Value>>(&mut connection).await {
                Ok(values) => return Ok(Answers::new(values)),
                Err(error) => match Failure::of(action, error) {
                    Failure::Lost(error) => self.given_up(until, number, error)?,
                    Failure::Refused(error) => return Err(error),
                },
            }
        }
    }

    /// Runs a script that changes nothing, again if its answer is lost.
    pub(super) async fn read_by_script(
        &self,
        action: &'static str,
        script: &ScriptInvocation<'_>,
        until: Instant,
    ) -> Result<Value, Error> {
        loop {
            match self.script(action, script, until).await {
                Ok(value) => return Ok(value),
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Lost(_)) => {}
            }
        }
    }

    /// Runs a script once. Lost, it may have been carried out, or may be later.
    pub(super) async fn script(
        &self,
        action: &'static str,
        script: &ScriptInvocation<'_>,
        until: Instant,
    ) -> Result<Value, Failure> {
        let (mut connection, number) = self.link.connection(until).await?;
        match script.invoke_async(&mut connection).await {
            Ok(value) => Ok(value),
            Err(error) => match Failure::of(action, error) {
                Failure::Lost(error) => {
                    self.given_up(until, number, error.clone())?;
                    Err(Failure::Lost(error))
                }
                refused @ Failure::Refused(_) => Err(refused),
            },
        }
    }

    /// An answer was lost, with its connection. An error once the call's time is over.
    fn given_up(&self, until: Instant, number: u64, error: redis::RedisError) -> Result<(), Error> {
        self.link.lost(number, error.clone());
        if Instant::now() < until {
            return Ok(());
        }
        Err(Error::away(Arc::new(not_connected(error))))
    }
}

impl Store for Redis {
    fn guarded(&self, guard: Guard) -> Arc<dyn Store> {
        Arc::new(Self { guard: Some(guard), ..self.clone() })
    }

    fn health(&self) -> Health {
        self.link.health()
    }
}

/// When a call that begins now gives up.
pub(super) fn deadline() -> Instant {
    Instant::now() + CALL
}
