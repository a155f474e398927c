//! States that are looked at when somebody asks.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::metrics::{Meter, ObservableGauge};

use crate::instrument::{Instrument, Kind};
use crate::{Entry, Label};

/// Tells the present state; none once there is nothing to tell of any more.
type Look<L> = Box<dyn Fn() -> Option<L> + Send + Sync>;

/// One of several states: the series of the present one is 1, the others are 0.
pub struct Watch<L> {
    look: Arc<Mutex<Option<Look<L>>>>,
    _observed: ObservableGauge<u64>,
}

impl<L> fmt::Debug for Watch<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl<L: Label + PartialEq> Instrument for Watch<L> {
    const KIND: Kind = Kind::Gauge;
    type Labels = L;

    fn register(meter: &Meter, entry: &Entry) -> Self {
        let look: Arc<Mutex<Option<Look<L>>>> = Arc::default();
        let shared = Arc::clone(&look);
        let observed = meter
            .u64_observable_gauge(entry.name)
            .with_unit(entry.unit)
            .with_description(entry.sentence)
            .with_callback(move |seen| {
                let look = shared.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(present) = look.as_ref().and_then(|look| look()) else {
                    return;
                };
                for state in L::ALL {
                    let value = u64::from(*state == present);
                    seen.observe(value, crate::Labels::attributes(*state).as_ref());
                }
            })
            .build();
        Self { look, _observed: observed }
    }
}

impl<L: Label> Watch<L> {
    /// From now on `look` tells the state; it must not wait. The last one who says so is asked.
    pub fn by(&self, look: impl Fn() -> Option<L> + Send + Sync + 'static) {
        *self.look.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(look));
    }
}
