//! The catalogue: every instrument, once.
//!
//! A name never changes its meaning. Names follow OpenTelemetry; Prometheus sees dots as
//! underscores, with the unit and, for counters, `_total` behind.

use longhaul_core::Side;
use longhaul_core::state::{MailboxState, PassState};
use opentelemetry::metrics::Meter;

use crate::instrument::Instrument;
use crate::labels::{
    Answer, Invariant, ItemOutcome, Operation, PublishOutcome, QueueState, Redelivered,
    RequestOutcome, Settlement, SliceEnd, StoreCall, StoreOutcome, StoreState,
};
use crate::process::{Cpu, Memory};
use crate::slots::Slots;
use crate::{Counter, Durations, Entry, Gauge, Level, Local, Remote, Seconds, Watch};

macro_rules! catalogue {
    ($($field:ident: $kind:ty, $name:literal, $unit:literal, $sentence:literal;)*) => {
        /// The instruments of the process.
        #[derive(Debug)]
        pub struct Metrics {
            $(#[doc = $sentence] pub $field: $kind,)*
        }

        impl Metrics {
            pub(crate) fn register(meter: &Meter) -> Self {
                Self {
                    $($field: <$kind>::register(meter, &<$kind>::entry($name, $unit, $sentence)),)*
                }
            }
        }

        /// Every instrument, in the order of the page.
        #[must_use]
        pub fn entries() -> Vec<Entry> {
            vec![$(<$kind>::entry($name, $unit, $sentence),)*]
        }
    };
}

catalogue! {
    // What is copied.
    items: Counter<ItemOutcome>, "longhaul.items", "{item}",
        "Items whose outcome was committed to the store.";
    content: Counter, "longhaul.content.copied", "By",
        "Size of the items that were copied, as the source states it.";
    content_in_flight: Level, "longhaul.content.in_flight", "By",
        "Content that workers hold in memory or have room reserved for.";
    content_limit: Level, "longhaul.content.limit", "By",
        "Content that the process may hold in memory.";

    // Slices and slots.
    slices: Durations<Remote, SliceEnd>, "longhaul.slice.duration", "s",
        "Slices by how they ended, from the lease to the answer.";
    slots: Slots, "longhaul.slot.time", "s",
        "Time of the slots of running workers; idle is waiting for a job.";
    slots_total: Level, "longhaul.slots", "{slot}",
        "Slots of the running workers.";
    slots_busy: Level, "longhaul.slots.busy", "{slot}",
        "Slots that work on a job.";

    // The service.
    requests: Durations<Remote, (Side, Operation, RequestOutcome)>,
        "longhaul.service.request.duration", "s",
        "Requests to the service, from sending to the beginning of the answer.";
    hints: Counter<Side>, "longhaul.throttle.hints", "{hint}",
        "Times a mailbox was closed because the service asked to back off or was in trouble.";
    throttle_wait: Seconds<Side>, "longhaul.throttle.wait", "s",
        "Time that requests waited for a mailbox to open again; longer waits end the slice instead.";

    // Uploads in doubt.
    intents_left: Counter, "longhaul.intents.left_over", "{intent}",
        "Open intents of earlier owners that a slice found.";
    settlements: Counter<Settlement>, "longhaul.reconciliation.items", "{item}",
        "Items of left-over intents by what was found in the destination.";
    violations: Counter<Invariant>, "longhaul.invariant.violations", "{violation}",
        "Broken invariants; anything but 0 is a fault of longhaul.";

    // Store and queue.
    store_calls: Durations<Local, (StoreCall, StoreOutcome)>,
        "longhaul.store.call.duration", "s",
        "Calls of the store.";
    store_state: Watch<StoreState>, "longhaul.store.state", "{state}",
        "Whether the store answers: 1 for the present state, 0 for the other.";
    publishes: Durations<Local, PublishOutcome>, "longhaul.queue.publish.duration", "s",
        "Messages handed to the queue, until it answers for them.";
    deliveries: Counter<Redelivered>, "longhaul.queue.deliveries", "{message}",
        "Messages delivered to workers, and whether it was not for the first time.";
    answers: Counter<Answer>, "longhaul.queue.answers", "{message}",
        "Deliveries by how they were answered; a returned one comes again.";
    queue_state: Watch<QueueState>, "longhaul.queue.state", "{state}",
        "Whether the queue can be used: 1 for the present state, 0 for the others.";
    jobs_waiting: Gauge, "longhaul.queue.waiting", "{message}",
        "Messages ready for delivery, as the coordinator last saw it.";

    // The coordinator.
    leading: Level, "longhaul.coordinator.leading", "{coordinator}",
        "1 on the coordinator that leads; what follows is 0 on the others.";
    passes: Gauge<PassState>, "longhaul.passes", "{pass}",
        "Passes that are not over.";
    mailboxes: Gauge<MailboxState>, "longhaul.mailboxes", "{mailbox}",
        "Mailboxes of these passes.";
    window: Gauge, "longhaul.window.used", "{job}",
        "Folder jobs published and not ended.";
    window_limit: Gauge, "longhaul.window.limit", "{job}",
        "Folder jobs that may be published and not ended.";

    // The process.
    cpu: Cpu, "process.cpu.time", "s",
        "Processor time of the process, user and system.";
    memory: Memory, "process.memory.usage", "By",
        "Resident memory of the process.";
}
