//! Values with units, as people write them.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytesize::ByteSize;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp as Instant};
use longhaul_core::{Bytes, Timestamp};

/// A size: `64MiB`, `1.5GiB`, `500 MB`.
///
/// # Errors
///
/// A fragment that says what is expected.
pub fn size(text: &str) -> Result<Bytes, String> {
    let size: Result<ByteSize, _> = text.parse();
    size.map(|size| Bytes(size.as_u64())).map_err(|_| "not a size such as `64MiB`".to_owned())
}

/// A duration: `30s`, `2m`, `1h 30m`.
///
/// # Errors
///
/// A fragment that says what is expected.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "not a duration such as `30s`".to_owned();
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    duration.try_into().map_err(|_| wrong())
}

/// A duration between two bounds, both allowed.
///
/// # Errors
///
/// A fragment that says what is expected.
pub fn within(text: &str, bounds: RangeInclusive<Duration>) -> Result<Duration, String> {
    let found = duration(text)?;
    if bounds.contains(&found) {
        return Ok(found);
    }
    let text = |bound: &Duration| {
        SignedDuration::try_from(*bound)
            .map_or_else(|_| format!("{bound:?}"), |it| format!("{it:#}"))
    };
    Err(format!("not between `{}` and `{}`", text(bounds.start()), text(bounds.end())))
}

/// An address to listen on: `127.0.0.1:7300`, `[::1]:7300`, `localhost:0`.
///
/// # Errors
///
/// A fragment that says what is expected.
pub fn address(text: &str) -> Result<String, String> {
    let parts = text.rsplit_once(':').filter(|(host, port)| {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host_fits = match bare {
            Some(bare) => bare.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && !host.contains([':', '/', ' ', '@']),
        };
        host_fits && port.parse::<u16>().is_ok()
    });
    match parts {
        Some(_) => Ok(text.to_owned()),
        None => Err("not a host and a port such as `127.0.0.1:7300`".to_owned()),
    }
}

/// A cut-off: so many days before `now` (`90d`), a date (midnight UTC), or an instant.
///
/// # Errors
///
/// A fragment that says what is expected; also for a cut-off that is not in the past.
pub fn cutoff(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let wrong = || {
        "not a cut-off: `90d` for 90 days ago, a date such as `2026-01-31`, or an instant such as \
         `2026-01-31T12:00:00Z`"
            .to_owned()
    };
    let millis = if let Some(days) = text.strip_suffix('d') {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let days: u32 = days.parse().map_err(|_| wrong())?;
        now.0 - i64::from(days) * DAY
    } else if let Ok(date) = text.parse::<Date>()
        && text.len() == "2026-01-31".len()
    {
        let midnight = date.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
        midnight.timestamp().as_millisecond()
    } else {
        text.parse::<Instant>().map_err(|_| wrong())?.as_millisecond()
    };
    if millis >= now.0 {
        return Err("the cut-off does not lie in the past".to_owned());
    }
    Ok(Timestamp(millis))
}
