//! What the metrics say of the passes.

use std::time::Duration;

use longhaul_telemetry::{Held, metrics};

use super::Passes;

/// A queue that does not tell its depth within this is asked again at the next look.
const PATIENCE: Duration = Duration::from_secs(1);

/// This process tends the passes. Once it does not, its metrics say so.
#[derive(Debug)]
pub(super) struct Observed {
    _leads: Held<()>,
}

impl Observed {
    pub(super) fn new() -> Self {
        Self { _leads: metrics().leading.hold(1, ()) }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let metrics = metrics();
        metrics.passes.tally([]);
        metrics.mailboxes.tally([]);
        for gauge in [&metrics.window, &metrics.window_limit, &metrics.jobs_waiting] {
            gauge.set(0, ());
        }
    }
}

impl Passes {
    /// Shows passes, mailboxes and the window.
    pub(super) fn observe(&self) {
        let metrics = metrics();
        metrics.passes.tally(self.open.values().map(|pass| pass.record.state));
        let lines = || self.open.values().flat_map(|pass| pass.lines.values());
        metrics.mailboxes.tally(lines().map(|line| line.record.state));
        let outstanding: usize = lines().map(|line| line.demand.outstanding).sum();
        metrics.window.set(outstanding as u64, ());
        metrics.window_limit.set(self.budget() as u64, ());
    }

    /// Shows how many jobs wait for a worker.
    pub(super) async fn observe_queue(&self) {
        let depth = tokio::time::timeout(PATIENCE, self.context.queue.depth()).await;
        if let Ok(Ok(depth)) = depth {
            metrics().jobs_waiting.set(depth, ());
        }
    }
}
