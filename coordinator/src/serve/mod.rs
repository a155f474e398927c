//! The coordinator as a server: `longhaul up` and `longhaul serve`.
//!
//! `up` has workers in its process, a data folder, and as a rule queue and store inside it: the
//! default for one machine. `serve` is one of several coordinators on a queue and a store that a
//! fleet shares; it keeps nothing on its machine. Killed anywhere and started again, or taken over
//! from by another coordinator, passes go on.
//!
//! Both stop in a fixed order within one grace time: the API takes no more changes, workers end
//! their slices at the next commit and give their leases back, the engine ends, the lead is given
//! back, queue and store are flushed and closed, the API closes, and the admin port closes last.

mod folder;
mod run;
mod running;
#[cfg(test)]
mod tests;
mod workers;

pub use folder::ApiFile;
pub use run::run;
pub use running::Running;
