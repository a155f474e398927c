//! What a longhaul process says about itself: metrics, health, log.
//!
//! - [`metrics`] gives the instruments of the [`catalogue`]: OpenTelemetry instruments whose names,
//!   units and labels stand in one place. Labels are enumerations, so a series cannot be made of an
//!   address, an id or any other value without a bound. [`METRICS.md`] is generated from it.
//! - [`Admin`] answers `/live`, `/ready` and `/metrics` on a port of its own.
//! - [`start_log`] sets the log up, the same way in every program.
//!
//! Recording never fails and never waits: it is an addition under a shared lock, without an
//! allocation. Nothing is sent anywhere; whoever wants the values asks the admin port.
//!
//! [`METRICS.md`]: ../../../protocol/telemetry/METRICS.md

mod admin;
pub mod catalogue;
mod instrument;
mod label;
pub mod labels;
mod log;
mod page;
mod probes;
mod process;
mod provider;
mod slots;
mod watch;

pub use admin::{Admin, Error};
pub use catalogue::Metrics;
pub use instrument::{Counter, Durations, Entry, Gauge, Held, Kind, Level, Local, Remote, Seconds};
pub use label::{Label, Labels};
pub use log::{LogFormat, UnknownLogFormat, start_log};
pub use page::page;
pub use probes::{Probes, Pulse};
pub use provider::{exposition, metrics, start};
pub use slots::{Busy, Open, Slots};
pub use watch::Watch;
