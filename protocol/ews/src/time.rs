//! Instants as EWS writes them: `2026-11-22T08:00:00Z`.

use longhaul_core::Timestamp;

/// Reads an instant; `None` if the text is none. Without a zone it is UTC, as the service does
/// when no time zone was asked for.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(instant.as_millisecond()));
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let instant = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(instant.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_with_and_without_a_zone() {
        let instant = Some(Timestamp(1_700_000_000_000));
        assert_eq!(read("2023-11-14T22:13:20Z"), instant);
        assert_eq!(read("2023-11-14T23:13:20+01:00"), instant);
        assert_eq!(read("2023-11-14T22:13:20.000"), instant);
        assert_eq!(read("yesterday"), None);
    }
}
