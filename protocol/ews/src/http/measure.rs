//! The time of a request and how it ended.

use std::time::Instant;

use longhaul_core::{Side, code};
use longhaul_telemetry::labels::{Operation, RequestOutcome};
use longhaul_telemetry::metrics;

use crate::{Class, Error};

/// A request under way; dropped before its end it counts as abandoned.
pub(super) struct Measured {
    begun: Instant,
    side: Side,
    operation: Operation,
    outcome: RequestOutcome,
}

impl Measured {
    pub(super) fn begin(side: Side, operation: &str) -> Self {
        let operation = Operation::named(operation);
        Self { begun: Instant::now(), side, operation, outcome: RequestOutcome::Abandoned }
    }

    pub(super) fn end<T>(mut self, answer: &Result<T, Error>) {
        self.outcome = match answer {
            Ok(_) => RequestOutcome::Answered,
            Err(error) if error.code() == code::THROTTLED => RequestOutcome::Throttled,
            Err(error) if error.class() == Class::Backoff => RequestOutcome::Unavailable,
            Err(_) => RequestOutcome::Refused,
        };
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        let labels = (self.side, self.operation, self.outcome);
        metrics().requests.record(self.begun.elapsed(), labels);
    }
}
