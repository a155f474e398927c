//! What the process uses, read when somebody asks.

use std::sync::Mutex;

use opentelemetry::metrics::{Meter, ObservableCounter, ObservableUpDownCounter};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::Entry;
use crate::instrument::{Instrument, Kind};

/// Processor time and resident memory, if this platform tells.
#[derive(Clone, Copy)]
struct Usage {
    cpu_seconds: f64,
    resident_bytes: u64,
}

/// Looks at the process itself.
struct Observer {
    pid: Pid,
    /// None where the platform tells nothing.
    system: Mutex<Option<System>>,
}

impl Observer {
    fn new() -> Self {
        Self { pid: Pid::from_u32(std::process::id()), system: Mutex::new(System::new().ok()) }
    }

    fn look(&self) -> Option<Usage> {
        let mut system = self.system.lock().ok()?;
        let system = system.as_mut()?;
        let kind = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[self.pid]), false, kind);
        let process = system.process(self.pid)?;
        Some(Usage {
            cpu_seconds: process.accumulated_cpu_time() as f64 / 1000.0,
            resident_bytes: process.memory(),
        })
    }
}

/// Processor time of the process.
#[derive(Debug)]
pub struct Cpu {
    _observed: ObservableCounter<f64>,
}

impl Instrument for Cpu {
    const KIND: Kind = Kind::Counter;
    type Labels = ();

    fn register(meter: &Meter, entry: &Entry) -> Self {
        let observer = Observer::new();
        let observed = meter
            .f64_observable_counter(entry.name)
            .with_unit(entry.unit)
            .with_description(entry.sentence)
            .with_callback(move |seen| {
                if let Some(usage) = observer.look() {
                    seen.observe(usage.cpu_seconds, &[]);
                }
            })
            .build();
        Self { _observed: observed }
    }
}

/// Resident memory of the process.
#[derive(Debug)]
pub struct Memory {
    _observed: ObservableUpDownCounter<i64>,
}

impl Instrument for Memory {
    const KIND: Kind = Kind::Gauge;
    type Labels = ();

    fn register(meter: &Meter, entry: &Entry) -> Self {
        let observer = Observer::new();
        let observed = meter
            .i64_observable_up_down_counter(entry.name)
            .with_unit(entry.unit)
            .with_description(entry.sentence)
            .with_callback(move |seen| {
                if let Some(usage) = observer.look() {
                    seen.observe(i64::try_from(usage.resident_bytes).unwrap_or(i64::MAX), &[]);
                }
            })
            .build();
        Self { _observed: observed }
    }
}
