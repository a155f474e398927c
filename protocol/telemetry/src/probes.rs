//! What makes a process alive, and what makes it ready.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::{BoxFuture, join_all};
use serde::Serialize;

/// A check that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(2);

type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The named checks of a process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Probes {
    live: Vec<(&'static str, Check)>,
    ready: Vec<(&'static str, Check)>,
}

impl fmt::Debug for Probes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |checks: &[(&'static str, Check)]| -> Vec<_> {
            checks.iter().map(|(name, _)| *name).collect()
        };
        f.debug_struct("Probes")
            .field("live", &names(&self.live))
            .field("ready", &names(&self.ready))
            .finish()
    }
}

impl Probes {
    /// The process is alive only while `pulse` is beating.
    #[must_use]
    pub fn live(mut self, name: &'static str, pulse: &Pulse) -> Self {
        let pulse = pulse.clone();
        let check =
            move || -> BoxFuture<'static, _> { Box::pin(std::future::ready(pulse.check())) };
        self.live.push((name, Arc::new(check)));
        self
    }

    /// The process is ready only while `check` passes. It is made for every question and given
    /// two seconds; the error says why, without addresses or secrets.
    #[must_use]
    pub fn ready<F>(
        mut self,
        name: &'static str,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.ready.push((name, Arc::new(move || Box::pin(check()))));
        self
    }

    pub(crate) async fn is_live(&self) -> Report {
        Report::of(&self.live).await
    }

    pub(crate) async fn is_ready(&self) -> Report {
        Report::of(&self.ready).await
    }
}

/// The outcome of all checks.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) ok: bool,
    checks: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Report {
    async fn of(checks: &[(&'static str, Check)]) -> Self {
        let checks = checks.iter().map(|(name, check)| async move {
            let outcome = match tokio::time::timeout(PATIENCE, check()).await {
                Ok(outcome) => outcome,
                Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
            };
            Line { name, ok: outcome.is_ok(), reason: outcome.err() }
        });
        let checks = join_all(checks).await;
        Self { ok: checks.iter().all(|line| line.ok), checks }
    }
}

/// A sign of life. Clones beat for the same loop.
#[derive(Clone, Debug)]
pub struct Pulse {
    within: Duration,
    last: Arc<Mutex<Instant>>,
}

impl Pulse {
    /// The pulse of a loop that comes round at least once `within` that time. It begins alive.
    #[must_use]
    pub fn new(within: Duration) -> Self {
        Self { within, last: Arc::new(Mutex::new(Instant::now())) }
    }

    /// The loop has come round.
    pub fn beat(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn check(&self) -> Result<(), String> {
        let silent = self.last.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        if silent <= self.within {
            return Ok(());
        }
        Err(format!("silent for {} s", silent.as_secs()))
    }
}
