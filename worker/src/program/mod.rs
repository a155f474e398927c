//! The program around the worker: settings, log, admin port, signals, exit code.
//!
//! It holds no state: it joins a fleet when it starts, leaves it when it is told to stop, and may
//! be killed at any time. It stops in a fixed order within one grace time: it takes no more jobs,
//! its slices end at their next commit and give their leases back, what was published is confirmed,
//! it leaves the fleet, and the admin port closes last. A second signal ends it at once.

mod arguments;
mod failure;
mod run;

pub(crate) use run::main;
