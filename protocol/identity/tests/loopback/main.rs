//! Tokens from a scripted authority on the loopback interface.

mod certificate;
mod support;
mod token_source;
