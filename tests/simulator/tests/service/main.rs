//! The simulator as its clients see it, over HTTP.

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
