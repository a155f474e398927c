//! The coordinator: command line, server and the engine that runs passes.
//!
//! The program `longhaul` is [`cli::main`]. The command line talks to the server's [`api`] only;
//! [`serve`] runs the server: alone with its workers, or as one of several of which one leads
//! ([`lead`]) and runs the [`engine`].

pub mod api;
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;
pub mod engine;
pub mod lead;
pub mod project;
pub mod serve;
pub mod settings;
pub mod verify;
