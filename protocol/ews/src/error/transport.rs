//! Failures below HTTP, put into sentences an operator can act on.

use std::error::Error as StdError;
use std::io;

use longhaul_core::code;

use super::{Class, Error, Executed, Kind, Verdict};

impl Error {
    /// A request that failed before an answer began.
    pub(crate) fn not_answered(error: reqwest::Error) -> Self {
        let host = error.url().and_then(|url| url.host_str()).unwrap_or("exchange").to_owned();
        // A connection that was never made cannot have carried anything.
        let executed =
            if error.is_connect() || error.is_builder() { Executed::No } else { Executed::Unknown };
        let error = error.without_url();
        let sentence = sentence(&host, &error);
        let verdict = Verdict { class: Class::Backoff, code: code::EWS_UNREACHABLE, executed };
        Self::new(Kind::Transport { sentence, source: Some(error) }, verdict)
    }

    /// An answer that stopped in the middle.
    pub(crate) fn cut(what: &str) -> Self {
        let verdict = Verdict {
            class: Class::Backoff,
            code: code::EWS_UNREACHABLE,
            executed: Executed::Unknown,
        };
        let sentence = format!("exchange's answer was lost on the way: {what}");
        Self::new(Kind::Transport { sentence, source: None }, verdict)
    }
}

fn sentence(host: &str, error: &reqwest::Error) -> String {
    if error.is_connect() {
        return format!("{host} cannot be reached: {}", no_connection(error));
    }
    if error.is_timeout() {
        return format!("{host} did not answer in time");
    }
    format!("the connection to {host} was lost before it answered")
}

fn no_connection(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            match error.kind() {
                io::ErrorKind::ConnectionRefused => {
                    return "the connection was refused; nothing listens there, or a firewall \
                            rejects it"
                        .to_owned();
                }
                io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                    return "there is no route to it; check network and proxy".to_owned();
                }
                _ => {}
            }
        }
        let text = error.to_string();
        if text.contains("dns error") {
            return "its name cannot be resolved; check the name and DNS".to_owned();
        }
        if text.contains("certificate") {
            return format!(
                "its TLS certificate is not accepted ({text}); where a proxy inspects TLS, add \
                 the proxy's certificate to the trusted ones"
            );
        }
        cause = error.source();
    }
    if error.is_timeout() {
        return "no connection could be made in time; check network, proxy and firewall".to_owned();
    }
    "no connection could be made; check network, proxy and TLS settings".to_owned()
}
