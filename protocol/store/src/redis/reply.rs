//! What the server's answers mean.

use std::sync::Arc;

use redis::{ErrorKind, FromRedisValue, RedisError, Value};

use crate::Error;

/// Why a request brought nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// No answer, or one that asks for another connection. It may have been carried out.
    Lost(RedisError),
    /// It was not carried out, and would not be at once.
    Refused(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    /// What `error` means for a request that was sent to `action`.
    pub(super) fn of(action: &'static str, error: RedisError) -> Self {
        let source = Box::new(error.clone());
        match server_code(&error).as_deref() {
            // Starting, no longer the primary, or held up by somebody's script.
            Some("LOADING" | "READONLY" | "MASTERDOWN" | "BUSY" | "TRYAGAIN" | "UNBLOCKED") => {
                Self::Lost(error)
            }
            Some("OOM" | "MISCONF" | "NOREPLICAS") => Self::Refused(Error::Full { source }),
            Some("NOAUTH" | "WRONGPASS" | "NOPERM") => Self::Refused(Error::Login { source }),
            Some("ERR") if is_right_missing(&error) => Self::Refused(Error::Login { source }),
            Some(_) => Self::Refused(Error::Backend { action, source }),
            None => match error.kind() {
                ErrorKind::AuthenticationFailed => Self::Refused(Error::Login { source }),
                ErrorKind::UnexpectedReturnType => Self::Refused(Error::Backend { action, source }),
                _ => Self::Lost(error),
            },
        }
    }
}

/// Whether a script met a command that the user may not use: version 7.0's words, and later ones'.
fn is_right_missing(error: &RedisError) -> bool {
    let text = error.to_string();
    text.contains("user executing the script can't") || text.contains("ACL failure in script")
}

/// The word the server's error begins with, if it is the server's.
pub(super) fn server_code(error: &RedisError) -> Option<String> {
    let errors = error.clone().into_server_errors()?;
    errors.first().map(|(_, error)| error.code().to_owned())
}

/// What a connection that did not come about is reported as.
pub(super) fn not_connected(error: RedisError) -> Error {
    match Failure::of("connect", error) {
        Failure::Refused(error @ Error::Login { .. }) => error,
        Failure::Refused(error) => Error::Unreachable { source: Box::new(error) },
        Failure::Lost(error) if is_tls(&error) => Error::Tls { source: Box::new(error) },
        Failure::Lost(error) => Error::Unreachable { source: Box::new(error) },
    }
}

/// Whether the cause is the encryption or a certificate.
fn is_tls(error: &RedisError) -> bool {
    // The library gives its shared pointer as the source.
    type Shared = Arc<dyn std::error::Error + Send + Sync>;
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<Shared>());
    cause.is_some_and(|cause| {
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>())
    })
}

/// Takes the parts of an answer one by one.
#[derive(Debug)]
pub(super) struct Answers(std::vec::IntoIter<Value>);

impl Answers {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// The next answer, as a `T`.
    pub(super) fn take<T: FromRedisValue>(&mut self) -> Result<T, Error> {
        read(self.0.next().unwrap_or(Value::Nil))
    }
}

/// An answer as a `T`.
pub(super) fn read<T: FromRedisValue>(value: Value) -> Result<T, Error> {
    redis::from_redis_value(value)
        .map_err(|error| Error::Backend { action: "read an answer", source: Box::new(error) })
}

/// A value of another shape than longhaul writes.
pub(super) fn corrupt(
    key: &impl ToString,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::Corrupt { key: key.to_string(), source: source.into() }
}
