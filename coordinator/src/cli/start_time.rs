//! Start times as people write them: always with a zone.

use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::Disambiguation;
use longhaul_core::Timestamp;

/// A time of the clock that does not exist on that day, or twice, is refused.
static PARSER: DateTimeParser = DateTimeParser::new().disambiguation(Disambiguation::Reject);

/// The instant that `text` names: with a zone (`2026-12-01T22:00[Europe/Berlin]`) or an offset
/// (`2026-12-01T22:00+01:00`, `…Z`).
///
/// # Errors
///
/// A sentence about what is wrong.
pub(crate) fn start_time(text: &str) -> Result<Timestamp, String> {
    if text.contains('[') {
        let zoned = PARSER.parse_zoned(text).map_err(|error| error.to_string())?;
        return Ok(Timestamp(zoned.timestamp().as_millisecond()));
    }
    let instant = PARSER.parse_timestamp(text).map_err(|_| {
        "not a time with a zone, such as `2026-12-01T22:00[Europe/Berlin]` or `…+01:00`".to_owned()
    })?;
    Ok(Timestamp(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        start_time(text).map(|instant| instant.to_string())
    }

    #[test]
    fn a_zone_is_kept_in_winter_and_in_summer() {
        let utc = |text: &str| Ok(text.to_owned());
        assert_eq!(read("2026-12-01T22:00[Europe/Berlin]"), utc("2026-12-01T21:00:00Z"));
        assert_eq!(read("2026-07-01 22:00[Europe/Berlin]"), utc("2026-07-01T20:00:00Z"));
        assert_eq!(read("2026-12-01T22:00+01:00"), utc("2026-12-01T21:00:00Z"));
        assert_eq!(read("2026-12-01T22:00Z"), utc("2026-12-01T22:00:00Z"));
    }

    #[test]
    fn a_time_without_a_zone_or_that_is_none_or_two_is_refused() {
        for text in [
            "2026-12-01T22:00",
            "tomorrow",
            "2026-12-01T22:00[Europe/Atlantis]",
            // The clock jumps from 2 to 3, and back from 3 to 2.
            "2026-03-29T02:30[Europe/Berlin]",
            "2026-10-25T02:30[Europe/Berlin]",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
