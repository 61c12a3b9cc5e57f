//! Timestamps of RFC 3339. Texts in rows have a stricter grammar than literals: their offsets end
//! at ±15:59, as PostgreSQL's do, they have at most nine decimal places, and no leap second.
//! PostgreSQL stores six decimal places, and rounds texts to six.

use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat, SubsecRound, TimeDelta, Timelike, Utc};

/// A regular expression of PostgreSQL for texts that are timestamps. Casting them to `timestamptz`
/// never fails.
pub const PATTERN: &str = "^(\
    ([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(\
        (0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|\
        (0[469]|11)-(0[1-9]|[12][0-9]|30)|\
        02-(0[1-9]|1[0-9]|2[0-8]))|\
    ([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)\
    [Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?\
    ([Zz]|[+-](0[0-9]|1[0-5]):[0-5][0-9])$";

/// Earlier than any timestamp, and that PostgreSQL can represent.
pub(crate) const NEVER: DateTime<Utc> = DateTime::from_timestamp(-200_000_000_000, 0).expect("a time");

/// The instant of a text, to the nanosecond; `None` if it is not a timestamp of RFC 3339. A leap
/// second is the first second of the next minute, as in PostgreSQL.
#[must_use]
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    // chrono takes U+2212 for a minus, and ignores what follows nine decimal places.
    let time = DateTime::parse_from_rfc3339(text).ok().filter(|_| text.is_ascii())?;
    let nanos = TimeDelta::nanoseconds(time.nanosecond().into());
    let instant = DateTime::from_timestamp(time.timestamp(), 0)?.checked_add_signed(nanos)?;
    let digits = text.split_once('.').map_or("", |(_, rest)| rest);
    let mut more = digits.bytes().take_while(u8::is_ascii_digit).skip(9);
    // A nanosecond tells what is behind a microsecond, or behind the middle of two, from what is not.
    let is_behind = instant.nanosecond() % 500 == 0 && more.any(|digit| digit != b'0');
    Some(if is_behind { instant + TimeDelta::nanoseconds(1) } else { instant })
}

/// The instant to the microsecond, as PostgreSQL's `ParseFractionalSecond` rounds a text.
pub(crate) fn round(instant: DateTime<Utc>) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "it is from 0 to 1,000,000")]
    let micros = (f64::from(instant.nanosecond()) / 1e9 * 1e6).round_ties_even() as i64;
    instant.trunc_subsecs(0) + TimeDelta::microseconds(micros)
}

/// The last microsecond that is not later.
pub(crate) fn floor(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant.trunc_subsecs(6)
}

/// The first microsecond that is not earlier.
#[must_use]
pub fn ceiling(instant: DateTime<Utc>) -> DateTime<Utc> {
    let floor = floor(instant);
    if floor == instant { instant } else { floor + TimeDelta::microseconds(1) }
}

/// The one spelling of an instant, in UTC if its year has four digits there.
pub(crate) fn format(instant: &DateTime<Utc>) -> String {
    let seconds = match instant.year() {
        ..0 => 86_340,
        0..10_000 => 0,
        10_000.. => -86_340,
    };
    let offset = FixedOffset::east_opt(seconds).unwrap_or_else(|| unreachable!("less than a day"));
    let is_micros = floor(*instant) == *instant;
    let places = if is_micros { SecondsFormat::Micros } else { SecondsFormat::Nanos };
    instant.with_timezone(&offset).to_rfc3339_opts(places, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_one_spelling() {
        for (text, expected) in [
            ("2026-11-27T12:00:00Z", "2026-11-27T12:00:00.000000Z"),
            ("2026-11-27t12:00:00.5z", "2026-11-27T12:00:00.500000Z"),
            ("2026-11-27T12:00:00+15:59", "2026-11-26T20:01:00.000000Z"),
            ("2024-02-29T23:59:59.9999999Z", "2024-02-29T23:59:59.999999900Z"),
            ("0001-01-01T00:00:00-00:00", "0001-01-01T00:00:00.000000Z"),
            ("2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.500000Z"),
            ("2026-11-27T12:00:00+23:59", "2026-11-26T12:01:00.000000Z"),
            ("2026-11-27T12:00:00.1234560000000Z", "2026-11-27T12:00:00.123456Z"),
            ("2026-11-27T12:00:00.1234560000001Z", "2026-11-27T12:00:00.123456001Z"),
            ("2026-11-27T12:00:00.1234565000001Z", "2026-11-27T12:00:00.123456501Z"),
            ("2026-11-27T12:00:00.9999999999Z", "2026-11-27T12:00:00.999999999Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"),
            ("0000-01-01T00:00:00+01:00", "0000-01-01T22:59:00.000000+23:59"),
            ("9999-12-31T23:59:60Z", "9999-12-31T00:01:00.000000-23:59"),
        ] {
            let formatted = parse(text).map(|time| format(&time));
            assert_eq!(formatted.as_deref(), Some(expected), "{text}");
            assert_eq!(parse(expected), parse(text), "{text}");
        }
    }

    #[test]
    fn an_instant_between_two_microseconds_has_both_as_neighbours() {
        let neighbours = |text: &str| {
            let instant = parse(text).unwrap();
            [floor, round, ceiling].map(|to| to(instant).timestamp_subsec_micros())
        };
        for (text, expected) in [
            ("2026-11-27T12:00:00.000001Z", [1, 1, 1]),
            ("2026-11-27T12:00:00.0000011Z", [1, 1, 2]),
            ("2026-11-27T12:00:00.000001999Z", [1, 2, 2]),
            ("2026-11-27T12:00:00.999999999Z", [999_999, 0, 0]),
        ] {
            assert_eq!(neighbours(text), expected, "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_one_that_exists() {
        for text in [
            "2026-02-30T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-27T24:00:00Z",
            "2026-11-27T12:00:00+24:00",
            "2026-11-27T12:00:00\u{2212}01:00",
            "2026-11-27T12:00:00+0100",
            "2026-11-27T12:00:00",
            "2026-11-27",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
