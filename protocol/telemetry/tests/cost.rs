//! What recording costs. A binary of its own: nothing else may allocate meanwhile.

use std::time::Duration;

use longhaul_core::Side;
use longhaul_telemetry::labels::{ItemOutcome, Operation, RequestOutcome, StoreCall, StoreOutcome};
use longhaul_telemetry::metrics;

#[test]
fn recording_allocates_nothing() {
    let metrics = metrics();
    let record = || {
        let time = Duration::from_millis(3);
        metrics.items.add(1, ItemOutcome::Copied);
        metrics.content.add(75_000, ());
        let request = (Side::Source, Operation::named("ExportItems"), RequestOutcome::Answered);
        metrics.requests.record(time, request);
        metrics.store_calls.record(time, (StoreCall::Commit, StoreOutcome::Done));
        metrics.throttle_wait.add(time, Side::Destination);
        drop(metrics.content_in_flight.hold(75_000, ()));
        drop(metrics.slots.busy());
    };
    // The first time makes the series.
    record();
    let counted = allocation_counter::measure(|| (0..1000).for_each(|_| record()));
    assert_eq!(counted.count_total, 0);
}
