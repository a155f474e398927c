//! What the broker's refusals mean to an operator.

use std::io;
use std::sync::Arc;

use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};
use lapin::{Error as Amqp, ErrorKind};

use super::address::Address;
use crate::Error;
use crate::error::Cause;

/// Why no connection came about, once the stream stood.
pub(super) fn of_connection(address: &Address, error: Amqp) -> Error {
    let at = address.to_string();
    match error.kind() {
        ErrorKind::ProtocolError(refusal) => match refusal.kind() {
            AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => {
                Error::Login { at, user: address.user() }
            }
            AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED) => Error::VirtualHost {
                at,
                vhost: address.vhost(),
                user: address.user(),
                source: Box::new(error),
            },
            _ => Error::Unreachable { at, source: Box::new(error) },
        },
        // With TLS 1.3 a client learns only here that its certificate is not accepted, and often
        // by nothing but the end of the stream.
        ErrorKind::IOError(io) if is_tls(io) || address.is_tls() => {
            Error::Tls { at, source: Box::new(error) }
        }
        _ => Error::Unreachable { at, source: Box::new(error) },
    }
}

/// Why a declaration was refused.
pub(super) fn of_declaration(queue: &str, error: Amqp) -> Error {
    match soft(&error) {
        Some(AMQPSoftError::PRECONDITIONFAILED) => {
            Error::Conflict { queue: queue.to_owned(), source: Box::new(error) }
        }
        _ => of_call("declare its queues", error),
    }
}

/// Why a call was refused or failed.
pub(super) fn of_call(action: &'static str, error: Amqp) -> Error {
    match soft(&error) {
        Some(AMQPSoftError::ACCESSREFUSED) => Error::Forbidden { action, source: Box::new(error) },
        _ => Error::Backend { action, source: Box::new(error) },
    }
}

/// Whether another try on a new channel or connection may help.
pub(super) fn is_passing(error: &Error) -> bool {
    match error {
        Error::Backend { source, .. } => match source.downcast_ref::<Amqp>() {
            // A queue that is gone is declared again.
            Some(error) => soft(error).is_none_or(|kind| kind == AMQPSoftError::NOTFOUND),
            None => false,
        },
        _ => false,
    }
}

fn soft(error: &Amqp) -> Option<AMQPSoftError> {
    match error.kind() {
        ErrorKind::ProtocolError(refusal) => match refusal.kind() {
            AMQPErrorKind::Soft(kind) => Some(kind.clone()),
            AMQPErrorKind::Hard(_) => None,
        },
        _ => None,
    }
}

fn is_tls(error: &Arc<io::Error>) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
}

/// The handshake failed, or the stream did.
pub(super) fn of_handshake(address: &Address, error: io::Error) -> Error {
    let at = address.to_string();
    let tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
        || error.kind() == io::ErrorKind::InvalidData;
    let source: Cause = Box::new(error);
    if tls { Error::Tls { at, source } } else { Error::Unreachable { at, source } }
}
