//! What the simulator has counted.

use anyhow::Context as _;
use longhaul_e2e::Simulator;

/// Requests of one operation, over all mailboxes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    pub(super) calls: u64,
    pub(super) items: u64,
    /// Bytes of requests, then of answers.
    pub(super) received: u64,
    pub(super) sent: u64,
}

impl Traffic {
    /// What the simulator has counted of an operation so far.
    pub(super) fn of(simulator: &Simulator, operation: &str) -> anyhow::Result<Self> {
        let counters = simulator.look("counters")?;
        let calls = counters["calls"].as_array().context("calls")?;
        let mut all = Self::default();
        for call in calls.iter().filter(|call| call["operation"] == operation) {
            let number = |name: &str| call[name].as_u64().context("a number");
            all.calls += number("calls")?;
            all.items += number("items")?;
            all.received += number("received_bytes")?;
            all.sent += number("sent_bytes")?;
        }
        Ok(all)
    }

    /// Bytes of one request and of its answer, on average.
    pub(super) fn each(&self) -> (usize, usize) {
        let calls = self.calls.max(1);
        ((self.received / calls) as usize, (self.sent / calls) as usize)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.received + self.sent
    }
}
