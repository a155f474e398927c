//! `longhaul up`: server, engine, workers, queue and store in one process and one data folder.
//!
//! The default for one machine. Everything that must survive stands in the data folder; killed
//! anywhere and started again, passes go on. It stops in a fixed order within one grace time:
//! the API takes no more changes, workers end their slices at the next commit and give their
//! leases back, the engine ends, the queue closes, the store is flushed, and the API closes last.

mod folder;
mod run;
mod server;
#[cfg(test)]
mod tests;

pub use folder::ApiFile;
#[cfg(feature = "demo")]
pub(crate) use run::Signals;
pub use run::run;
pub use server::Running;
