//! How calls to the store are timed and counted.

use std::sync::Arc;
use std::time::Instant;

use longhaul_telemetry::labels::{StoreCall as Call, StoreOutcome, StoreState};
use longhaul_telemetry::metrics;

use crate::{Around, Error, Health, Store, Wrapped};

/// Notes how long each call took and how it ended. A cancelled call is not noted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter;

/// `store` with its calls counted and its health shown.
pub(crate) fn measured(store: Arc<dyn Store>) -> Wrapped<Meter> {
    let seen = Arc::downgrade(&store);
    metrics().store_state.by(move || {
        seen.upgrade().map(|store| match store.health() {
            Health::Up => StoreState::Up,
            Health::Down { .. } => StoreState::Down,
        })
    });
    Wrapped::new(store, Meter)
}

impl Around for Meter {
    async fn call<T: Send>(
        &self,
        call: Call,
        inner: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        let begun = Instant::now();
        let answer = inner.await;
        let outcome = match &answer {
            Ok(_) => StoreOutcome::Done,
            Err(error) => ended(error),
        };
        metrics().store_calls.record(begun.elapsed(), (call, outcome));
        answer
    }
}

const fn ended(error: &Error) -> StoreOutcome {
    match error {
        Error::StaleOwner
        | Error::Conflict(_)
        | Error::Changed { .. }
        | Error::Fenced { .. }
        | Error::NotFound(_) => StoreOutcome::Refused,
        _ => StoreOutcome::Failed,
    }
}
