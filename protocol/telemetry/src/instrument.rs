//! The kinds of instruments, each typed by its labels.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use opentelemetry::metrics::{self, Meter};

use crate::{Label, Labels};

/// Series that are shown as 0 before anything was recorded, per instrument, at most: an alert on
/// an increase must see the first one.
const BORN_AT_ZERO: usize = 40;

/// What an instrument counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// A distribution.
    Histogram,
}

/// One row of the catalogue.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its OpenTelemetry name.
    pub name: &'static str,
    /// Its unit in UCUM: `s`, `By`, or an annotation such as `{item}`.
    pub unit: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// Its labels with all their values.
    pub labels: Vec<(&'static str, Vec<&'static str>)>,
}

impl Entry {
    /// Series it can have, at most.
    #[must_use]
    pub fn series(&self) -> usize {
        self.labels.iter().map(|(_, values)| values.len()).product()
    }

    /// The name Prometheus knows it by. Source: OpenTelemetry specification, "Prometheus and
    /// OpenMetrics Compatibility".
    #[must_use]
    pub fn prometheus(&self) -> String {
        let mut name = self.name.replace('.', "_");
        match self.unit {
            "s" => name.push_str("_seconds"),
            "By" => name.push_str("_bytes"),
            _ => {}
        }
        if self.kind == Kind::Counter {
            name.push_str("_total");
        }
        name
    }
}

/// An instrument that the catalogue can list.
pub(crate) trait Instrument: Sized {
    const KIND: Kind;
    type Labels: Labels;

    fn register(meter: &Meter, entry: &Entry) -> Self;

    fn entry(name: &'static str, unit: &'static str, sentence: &'static str) -> Entry {
        Entry { name, unit, sentence, kind: Self::KIND, labels: Self::Labels::described() }
    }
}

macro_rules! instrument {
    ($(#[doc = $doc:literal])+ $name:ident: $kind:ident, $inner:ident<$number:ty>, $build:ident, $zero:expr) => {
        $(#[doc = $doc])+
        pub struct $name<L = ()> {
            inner: metrics::$inner<$number>,
            labels: PhantomData<fn(L)>,
        }

        impl<L: Labels> Instrument for $name<L> {
            const KIND: Kind = Kind::$kind;
            type Labels = L;

            fn register(meter: &Meter, entry: &Entry) -> Self {
                let inner = meter
                    .$build(entry.name)
                    .with_unit(entry.unit)
                    .with_description(entry.sentence)
                    .build();
                if entry.series() <= BORN_AT_ZERO {
                    let zero: fn(&metrics::$inner<$number>, &L::Attributes) = $zero;
                    L::all().into_iter().for_each(|labels| zero(&inner, &labels.attributes()));
                }
                Self { inner, labels: PhantomData }
            }
        }

        impl<L> fmt::Debug for $name<L> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

instrument! {
    /// Counts things.
    Counter: Counter, Counter<u64>, u64_counter, |counter, labels| counter.add(0, labels.as_ref())
}

instrument! {
    /// Adds up time.
    Seconds: Counter, Counter<f64>, f64_counter, |counter, labels| counter.add(0.0, labels.as_ref())
}

instrument! {
    /// What there is of something: every holder adds its part and takes it away again.
    Level: Gauge, UpDownCounter<i64>, i64_up_down_counter, |level, labels| level.add(0, labels.as_ref())
}

instrument! {
    /// What there is of something, as one observer last saw it; absent before it did.
    Gauge: Gauge, Gauge<u64>, u64_gauge, |_, _| ()
}

impl<L: Labels> Counter<L> {
    /// Counts `number` more.
    pub fn add(&self, number: u64, labels: L) {
        self.inner.add(number, labels.attributes().as_ref());
    }
}

impl<L: Labels> Seconds<L> {
    /// Adds a span of time.
    pub fn add(&self, time: Duration, labels: L) {
        self.inner.add(time.as_secs_f64(), labels.attributes().as_ref());
    }
}

impl<L: Labels> Level<L> {
    /// Adds `number` until the guard is dropped.
    #[must_use]
    pub fn hold(&'static self, number: u64, labels: L) -> Held<L> {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.inner.add(number, labels.attributes().as_ref());
        Held { level: self, number, labels }
    }
}

/// A part of a [`Level`]; it is taken away when this is dropped.
#[derive(Debug)]
pub struct Held<L: Labels + 'static> {
    level: &'static Level<L>,
    number: i64,
    labels: L,
}

impl<L: Labels> Drop for Held<L> {
    fn drop(&mut self) {
        self.level.inner.add(-self.number, self.labels.attributes().as_ref());
    }
}

impl<L: Labels> Gauge<L> {
    /// Says what there is now.
    pub fn set(&self, number: u64, labels: L) {
        self.inner.record(number, labels.attributes().as_ref());
    }
}

impl<L: Label> Gauge<L> {
    /// Says how many of `seen` have each value, 0 of those that are not there.
    pub fn tally(&self, seen: impl IntoIterator<Item = L>)
    where
        L: PartialEq,
    {
        let seen: Vec<L> = seen.into_iter().collect();
        for value in L::ALL {
            let count = seen.iter().filter(|one| *one == value).count();
            self.set(count as u64, *value);
        }
    }
}

/// Upper bounds of the buckets of a [`Durations`].
pub trait Scale: Send + Sync + 'static {
    /// Seconds.
    const BOUNDS: &'static [f64];
}

/// Calls within a data centre.
#[derive(Clone, Copy, Debug)]
pub struct Local;

impl Scale for Local {
    const BOUNDS: &'static [f64] =
        &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
}

/// Calls of the service and what is made of them.
#[derive(Clone, Copy, Debug)]
pub struct Remote;

impl Scale for Remote {
    const BOUNDS: &'static [f64] =
        &[0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];
}

/// A distribution of times.
pub struct Durations<S, L = ()> {
    inner: metrics::Histogram<f64>,
    labels: PhantomData<fn(S, L)>,
}

impl<S: Scale, L: Labels> Instrument for Durations<S, L> {
    const KIND: Kind = Kind::Histogram;
    type Labels = L;

    fn register(meter: &Meter, entry: &Entry) -> Self {
        let inner = meter
            .f64_histogram(entry.name)
            .with_unit(entry.unit)
            .with_description(entry.sentence)
            .with_boundaries(S::BOUNDS.to_vec())
            .build();
        Self { inner, labels: PhantomData }
    }
}

impl<S, L> fmt::Debug for Durations<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Durations")
    }
}

impl<S: Scale, L: Labels> Durations<S, L> {
    /// Notes one time.
    pub fn record(&self, time: Duration, labels: L) {
        self.inner.record(time.as_secs_f64(), labels.attributes().as_ref());
    }
}
