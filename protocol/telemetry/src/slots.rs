//! The time of slots: busy, or idle for lack of a job.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry::metrics::{Meter, ObservableCounter};

use crate::instrument::{Held, Instrument, Kind};
use crate::labels::SlotState;
use crate::{Entry, Labels as _, metrics};

/// The slots of the running workers. Their time is added up whenever one of them changes and
/// whenever somebody asks, so that it is exact at every moment.
#[derive(Debug)]
pub struct Slots {
    times: Arc<Mutex<Times>>,
    _observed: ObservableCounter<f64>,
}

#[derive(Debug)]
struct Times {
    all: u32,
    busy: u32,
    since: Instant,
    busy_time: Duration,
    idle_time: Duration,
}

impl Times {
    /// Adds the time since the last change.
    fn settle(&mut self, now: Instant) {
        let span = now.saturating_duration_since(self.since);
        self.since = now;
        self.busy_time += span * self.busy;
        self.idle_time += span * self.all.saturating_sub(self.busy);
    }
}

impl Instrument for Slots {
    const KIND: Kind = Kind::Counter;
    type Labels = SlotState;

    fn register(meter: &Meter, entry: &Entry) -> Self {
        let times = Times {
            all: 0,
            busy: 0,
            since: Instant::now(),
            busy_time: Duration::ZERO,
            idle_time: Duration::ZERO,
        };
        let times = Arc::new(Mutex::new(times));
        let shared = Arc::clone(&times);
        let observed = meter
            .f64_observable_counter(entry.name)
            .with_unit(entry.unit)
            .with_description(entry.sentence)
            .with_callback(move |seen| {
                let (busy, idle) = read(&shared);
                seen.observe(busy.as_secs_f64(), SlotState::Busy.attributes().as_ref());
                seen.observe(idle.as_secs_f64(), SlotState::Idle.attributes().as_ref());
            })
            .build();
        Self { times, _observed: observed }
    }
}

fn read(times: &Mutex<Times>) -> (Duration, Duration) {
    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
    times.settle(Instant::now());
    (times.busy_time, times.idle_time)
}

impl Slots {
    /// A worker with so many slots takes jobs until the guard is dropped.
    #[must_use]
    pub fn open(&'static self, slots: u16) -> Open {
        self.change(|times| times.all += u32::from(slots));
        Open { of: self, slots, _total: metrics().slots_total.hold(slots.into(), ()) }
    }

    /// One slot has a job until the guard is dropped.
    #[must_use]
    pub fn busy(&'static self) -> Busy {
        self.change(|times| times.busy += 1);
        Busy { of: self, _busy: metrics().slots_busy.hold(1, ()) }
    }

    /// Slot time so far: busy, idle.
    #[must_use]
    pub fn times(&self) -> (Duration, Duration) {
        read(&self.times)
    }

    fn change(&self, change: impl FnOnce(&mut Times)) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.settle(Instant::now());
        change(&mut times);
    }
}

/// A worker that takes jobs.
#[derive(Debug)]
pub struct Open {
    of: &'static Slots,
    slots: u16,
    _total: Held<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.of.change(|times| times.all = times.all.saturating_sub(u32::from(self.slots)));
    }
}

/// A slot with a job.
#[derive(Debug)]
pub struct Busy {
    of: &'static Slots,
    _busy: Held<()>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.of.change(|times| times.busy = times.busy.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_busy_or_idle_by_what_the_slots_did() {
        let start = Instant::now();
        let mut times = Times {
            all: 4,
            busy: 1,
            since: start,
            busy_time: Duration::ZERO,
            idle_time: Duration::ZERO,
        };
        times.settle(start + Duration::from_secs(2));
        times.busy = 4;
        times.settle(start + Duration::from_secs(3));
        // A worker that is gone, with slices that end later: no slot of it is idle.
        times.all = 0;
        times.settle(start + Duration::from_secs(4));
        assert_eq!(times.busy_time, Duration::from_secs(2 + 4 + 4));
        assert_eq!(times.idle_time, Duration::from_secs(6));
    }
}
