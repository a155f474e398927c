//! The client against servers on the loopback interface.

mod export;
mod http;
mod listing;
mod stream;
mod support;
mod tls;
mod upload;
mod writes;
