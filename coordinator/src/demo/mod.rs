//! `longhaul demo`: a whole migration on one machine, between two simulated tenants.
//!
//! Everything but Exchange is real: project file, HTTP API, engine, workers, queue, store, EWS
//! messages and item streams. It ends with the verification of every item, and with exit code 0
//! only if that is clean. It leaves nothing behind unless asked to.

mod options;
mod run;
mod stage;

pub use options::Options;
pub use run::run;
