//! Where the broker is, and who we are there.

use lapin::uri::{AMQPScheme, AMQPUri};
use url::{Host, Url};

use crate::Error;

/// Seconds between heartbeats unless the URL says otherwise. A connection that gives no sign for
/// twice as long is given up, so a broker behind a dead route is noticed within a minute.
const HEARTBEAT: u16 = 20;

/// A parsed URL. It holds the password, so it prints nothing but host and port.
#[derive(Clone)]
pub(super) struct Address(AMQPUri);

impl Address {
    /// Reads `amqp://` and `amqps://` URLs.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`], with no cause: the parsers' errors repeat the URL.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let bad = || Error::Settings { what: "queue.url", source: None };
        let parsed = Url::parse(url).map_err(|_| bad())?;
        if !matches!(parsed.scheme(), "amqp" | "amqps") || parsed.host_str().is_none() {
            return Err(bad());
        }
        let mut uri: AMQPUri = url.parse().map_err(|_| bad())?;
        // The parser of AMQP URLs takes every address in brackets for the local host.
        if let Some(Host::Ipv6(address)) = parsed.host() {
            uri.authority.host = address.to_string();
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        Ok(Self(uri))
    }

    pub(super) fn uri(&self) -> AMQPUri {
        self.0.clone()
    }

    pub(super) fn host(&self) -> &str {
        &self.0.authority.host
    }

    pub(super) const fn port(&self) -> u16 {
        self.0.authority.port
    }

    pub(super) const fn is_tls(&self) -> bool {
        matches!(self.0.scheme, AMQPScheme::AMQPS)
    }

    pub(super) fn user(&self) -> String {
        self.0.authority.userinfo.username.clone()
    }

    pub(super) fn vhost(&self) -> String {
        self.0.vhost.clone()
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host(), self.port())
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_and_its_password_not_shown() {
        let address =
            Address::parse("amqps://us%40er:hunter%2F2@mq.test:1234/jobs").expect("a URL");
        assert_eq!((address.host(), address.port(), address.is_tls()), ("mq.test", 1234, true));
        assert_eq!((address.user(), address.vhost()), ("us@er".to_owned(), "jobs".to_owned()));
        assert_eq!(address.uri().authority.userinfo.password, "hunter/2");
        assert_eq!(format!("{address} {address:?}"), "mq.test:1234 Address(mq.test:1234)");
    }

    #[test]
    fn an_address_in_brackets_is_not_taken_for_the_local_host() {
        let address = Address::parse("amqp://[2001:db8::1]").expect("a URL");
        assert_eq!((address.host(), address.port()), ("2001:db8::1", 5672));
        assert_eq!(address.vhost(), "/");
    }

    #[test]
    fn what_is_no_url_of_a_broker_is_refused_without_being_repeated() {
        for url in ["mq.test", "http://hunter2@mq.test", "amqp:hunter2", "amqp://:hunter2@:5672"] {
            let error = Address::parse(url).expect_err(url);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
