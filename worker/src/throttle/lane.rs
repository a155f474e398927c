//! One mailbox on one side: how many requests at a time, and when the next may begin.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use longhaul_core::Side;
use longhaul_core::code::THROTTLED;
use longhaul_ews::Class;
use longhaul_telemetry::metrics;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Ladder;
use crate::slice::Halt;

/// A longer wait is handed back instead of waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Tries of one request within a slice.
const TRIES: u32 = 4;

/// The gate to a mailbox on one side.
#[derive(Debug)]
pub(crate) struct Lane {
    side: Side,
    permits: Semaphore,
    blocked_until: Mutex<Option<Instant>>,
}

/// Why a request has no answer.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The service asked us to stay away for longer than we wait for: defer the job.
    Throttled(Duration),
    /// The service is in trouble and a few tries did not help.
    Unavailable(longhaul_ews::Error),
    /// The service refused.
    Refused(longhaul_ews::Error),
    /// The worker is stopping.
    Cancelled,
    /// The request was not sent, because the slice has to end.
    Halted(Halt),
}

impl Lane {
    /// A lane for at most `requests` at a time.
    pub(crate) fn new(side: Side, requests: u16) -> Self {
        Self {
            side,
            permits: Semaphore::new(requests.max(1).into()),
            blocked_until: Mutex::new(None),
        }
    }

    /// Waits for its turn. Cancel safe.
    pub(crate) async fn enter(
        &self,
        stop: &CancellationToken,
    ) -> Result<SemaphorePermit<'_>, CallError> {
        let turn = async {
            let permit = self.permits.acquire().await.map_err(|_| CallError::Cancelled)?;
            while let Some(wait) = self.blocked_for() {
                if wait > PATIENCE {
                    return Err(CallError::Throttled(wait));
                }
                tokio::time::sleep(wait).await;
                metrics().throttle_wait.add(wait, self.side);
            }
            Ok(permit)
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(CallError::Cancelled),
            turn = turn => turn,
        }
    }

    /// Nobody enters for the next `wait`.
    pub(crate) fn block(&self, wait: Duration) {
        metrics().hints.add(1, self.side);
        let until = Instant::now() + wait;
        let mut blocked = self.blocked_until.lock().unwrap_or_else(PoisonError::into_inner);
        *blocked = (*blocked).max(Some(until));
    }

    /// Whether nobody may enter now.
    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked_for().is_some()
    }

    fn blocked_for(&self) -> Option<Duration> {
        let blocked = *self.blocked_until.lock().unwrap_or_else(PoisonError::into_inner);
        blocked
            .map(|until| until.saturating_duration_since(Instant::now()))
            .filter(|wait| !wait.is_zero())
    }

    /// Sends a request, again if the service asks for it and the wait is short.
    ///
    /// For requests that change nothing: cancelling it, or `stop`, drops the one under way.
    pub(crate) async fn call<T, Request>(
        &self,
        stop: &CancellationToken,
        mut request: impl FnMut() -> Request,
    ) -> Result<T, CallError>
    where
        Request: Future<Output = Result<T, longhaul_ews::Error>>,
    {
        let mut tries = Tries::default();
        loop {
            let permit = self.enter(stop).await?;
            let answer = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(CallError::Cancelled),
                answer = request() => answer,
            };
            drop(permit);
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            self.after(error, &mut tries)?;
        }
    }

    /// What follows from a request's error: `Ok` to send it again, as soon as [`Self::enter`]
    /// lets it through.
    pub(crate) fn after(
        &self,
        error: longhaul_ews::Error,
        tries: &mut Tries,
    ) -> Result<(), CallError> {
        if error.class() != Class::Backoff {
            return Err(CallError::Refused(error));
        }
        let wait = tries.ladder.next(error.hint());
        tries.count += 1;
        self.block(wait);
        if wait > PATIENCE && error.code() == THROTTLED {
            return Err(CallError::Throttled(wait));
        }
        if wait > PATIENCE || tries.count >= TRIES {
            return Err(CallError::Unavailable(error));
        }
        Ok(())
    }
}

/// Tries of one request.
pub(crate) struct Tries {
    count: u32,
    ladder: Ladder,
}

impl Default for Tries {
    fn default() -> Self {
        Self { count: 0, ladder: Ladder::of_calls() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_short_block_is_waited_for_and_a_long_one_is_handed_back() {
        let lane = Lane::new(Side::Source, 1);
        let stop = CancellationToken::new();
        lane.block(Duration::from_secs(3));
        let before = Instant::now();
        drop(lane.enter(&stop).await.expect("short"));
        assert!(before.elapsed() >= Duration::from_secs(3));

        lane.block(Duration::from_secs(300));
        let refused = lane.enter(&stop).await.expect_err("long");
        assert!(matches!(refused, CallError::Throttled(wait) if wait > Duration::from_secs(299)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_shorter_hint_never_lifts_a_longer_one() {
        let lane = Lane::new(Side::Source, 1);
        lane.block(Duration::from_secs(60));
        lane.block(Duration::from_secs(1));
        assert!(lane.blocked_for().expect("blocked") > Duration::from_secs(59));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopping_worker_waits_for_no_answer() {
        let lane = Lane::new(Side::Source, 1);
        let stop = CancellationToken::new();
        let hanging = lane.call(&stop, std::future::pending::<Result<(), longhaul_ews::Error>>);
        let stopping = async {
            tokio::task::yield_now().await;
            stop.cancel();
        };
        let (answer, ()) = tokio::join!(hanging, stopping);
        assert!(matches!(answer, Err(CallError::Cancelled)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopping_worker_waits_for_no_turn() {
        let lane = Lane::new(Side::Source, 1);
        let stop = CancellationToken::new();
        let _held = lane.enter(&stop).await.expect("free");
        stop.cancel();
        assert!(matches!(lane.enter(&stop).await, Err(CallError::Cancelled)));
    }
}
