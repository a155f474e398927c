//! Starts the real programs for the end-to-end tests, and stops what it started.
//!
//! The programs are looked for beside the test's own executable; `tests/run` builds them first.

mod digests;
mod fleet;
mod output;
mod process;
mod programs;
mod project;
mod prometheus;
mod server;
mod simulator;

pub use digests::{Content, assert_equal_sides, digest};
pub use fleet::{Coordinator, Fleet};
pub use output::{Finished, longhaul};
pub use process::Process;
pub use programs::{program, wait_until};
pub use project::ProjectFile;
pub use prometheus::{Prometheus, check_metrics};
pub use server::{Server, Settings};
pub use simulator::{Mailboxes, Simulator, Tenant};
