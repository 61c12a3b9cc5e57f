//! Timestamps: those of RFC 3339 that PostgreSQL can store, in the years 0001 to 9999.
//!
//! Offsets end at ±15:59, as PostgreSQL's do. There are no leap seconds: `:60` is no timestamp.
//! There are at most nine decimal places. PostgreSQL stores six of them, and rounds texts to six.

use chrono::{DateTime, Datelike, SecondsFormat, SubsecRound, TimeDelta, Timelike, Utc};

/// A regular expression of PostgreSQL for the texts that [`parse`] accepts, except that the instant
/// may be in another year than its text. Casting them to `timestamptz` never fails.
pub(crate) const PATTERN: &str = "^(\
    ([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(\
        (0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|\
        (0[469]|11)-(0[1-9]|[12][0-9]|30)|\
        02-(0[1-9]|1[0-9]|2[0-8]))|\
    ([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)\
    [Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?\
    ([Zz]|[+-](0[0-9]|1[0-5]):[0-5][0-9])$";

const MAX_PLACES: usize = 9;
const MAX_OFFSET: i32 = 16 * 60 * 60;

/// Earlier than any timestamp, and that PostgreSQL can represent.
pub(crate) const NEVER: DateTime<Utc> = DateTime::from_timestamp(-200_000_000_000, 0).expect("a time");

/// The instant, to the nanosecond.
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    let places =
        text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let is_valid = time.year() > 0
        && time.nanosecond() < 1_000_000_000
        && places <= MAX_PLACES
        && time.offset().local_minus_utc().abs() < MAX_OFFSET;
    let instant = time.to_utc();
    let is_in_range = |instant: DateTime<Utc>| (1..=9999).contains(&instant.year());
    (is_valid && is_in_range(instant) && is_in_range(round(instant))).then_some(instant)
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
pub(crate) fn ceiling(instant: DateTime<Utc>) -> DateTime<Utc> {
    let floor = floor(instant);
    if floor == instant { instant } else { floor + TimeDelta::microseconds(1) }
}

/// The one spelling of an instant.
pub(crate) fn format(instant: &DateTime<Utc>) -> String {
    let is_micros = floor(*instant) == *instant;
    instant.to_rfc3339_opts(if is_micros { SecondsFormat::Micros } else { SecondsFormat::Nanos }, true)
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
        ] {
            assert_eq!(parse(text).map(|time| format(&time)).as_deref(), Some(expected), "{text}");
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
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59.9999999Z",
            "2016-12-31T23:59:60Z",
            "2026-11-27T24:00:00Z",
            "2026-11-27T12:00:00+16:00",
            "2026-11-27T12:00:00+0100",
            "2026-11-27T12:00:00.1234567890Z",
            "2026-11-27T12:00:00",
            "2026-11-27",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
