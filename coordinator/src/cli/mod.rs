//! The command line: what an operator types, sees and scripts against.
//!
//! Data goes to standard output, everything else to standard error. Every error has a code, a
//! sentence and a next step, and every code one exit code ([`longhaul_core::Exit`]). Commands talk to the
//! server's API only; `up` and `demo` bring their own server.

mod args;
mod bars;
mod batch;
mod changes;
mod connect;
mod dry_run;
mod errors;
mod explain;
mod failure;
mod fleet;
mod jobs;
mod output;
mod pass;
mod project;
mod run;
mod start_time;
mod status;
#[cfg(test)]
mod tests;
mod verify;
mod watch;

pub use args::{Cli, Command, Format, Global};
pub use failure::{Failure, Report};
#[cfg(feature = "demo")]
pub(crate) use output::data;
pub(crate) use output::{json_line, remark};
#[cfg(feature = "demo")]
pub(crate) use pass::wait;
pub use run::main;
#[cfg(feature = "demo")]
pub(crate) use verify::{compare, conclude, render};
