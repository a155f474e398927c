//! The coordinator: command line, server and the engine that runs passes.
//!
//! The program `longhaul` is [`cli::main`]. The command line talks to the server's [`api`] only;
//! [`up`] puts server, [`engine`], workers, queue and store into one process.

pub mod api;
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;
pub mod engine;
pub mod project;
pub mod settings;
pub mod up;
pub mod verify;
