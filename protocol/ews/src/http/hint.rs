//! What HTTP headers say of times: how long we are to wait, and what time it is there.

use std::time::Duration;

use longhaul_core::{Clock as _, SystemClock, Timestamp};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// `Retry-After` in either of its forms.
/// Source: RFC 9110, section 10.2.3.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    parse(value.trim(), SystemClock.now())
}

fn parse(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    Some(instant(value)?.since(now))
}

/// `Date`: when the server answered, on its clock, in whole seconds.
/// Source: RFC 9110, section 6.6.1.
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    instant(headers.get(DATE)?.to_str().ok()?)
}

fn instant(value: &str) -> Option<Timestamp> {
    let at = httpdate::parse_http_date(value).ok()?;
    let since_epoch = at.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp(0).after(since_epoch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read() {
        let now = Timestamp(784_111_777_000 - 90_000);
        assert_eq!(parse("30", now), Some(Duration::from_secs(30)));
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(90)));
        assert_eq!(parse("soon", now), None);
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait() {
        let now = Timestamp(2_000_000_000_000);
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::ZERO));
    }
}
