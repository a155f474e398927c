//! The simulator as its clients see it, over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod control;
mod faults;
mod folders;
mod items;
mod program;
mod schema;
mod strictness;
mod support;
mod throttling;
mod tls;
mod tokens;
mod transfer;
