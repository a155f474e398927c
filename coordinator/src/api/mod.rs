//! The HTTP API: everything the command line can do, and nothing else.
//!
//! Every route but health and the OpenAPI document asks for the bearer token. An error is a
//! problem document (RFC 9457) with a stable code, one sentence and the next step. Requests are
//! bounded in size. The types that travel are those of the engine and of [`views`]; the command
//! line's [`Client`] uses the same ones.

mod auth;
mod client;
mod extract;
mod jobs;
mod pass_on;
mod passes;
mod problem;
mod projects;
mod reports;
mod router;
mod server;
#[cfg(test)]
mod tests;
pub mod views;

pub use client::Client;
pub use problem::Problem;
pub use router::{Api, openapi};
pub use server::{Listener, bind};
