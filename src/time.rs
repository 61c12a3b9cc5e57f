//! Timestamps as text.

use chrono::{DateTime, Datelike, SecondsFormat, Timelike, Utc};

/// RFC 3339 in UTC with microseconds, which is the database's precision.
///
/// chrono writes the same through `fmt`, in five times as many instructions (callgrind); a page has
/// a hundred timestamps.
#[must_use]
pub fn rfc3339(time: DateTime<Utc>) -> String {
    let micros = time.nanosecond() / 1_000;
    let Some(year) = u32::try_from(time.year()).ok().filter(|year| *year < 10_000 && micros < 1_000_000)
    else {
        return time.to_rfc3339_opts(SecondsFormat::Micros, true);
    };
    let mut text = String::from("0000-00-00T00:00:00.000000Z").into_bytes();
    put(&mut text[0..4], year);
    put(&mut text[5..7], time.month());
    put(&mut text[8..10], time.day());
    put(&mut text[11..13], time.hour());
    put(&mut text[14..16], time.minute());
    put(&mut text[17..19], time.second());
    put(&mut text[20..26], micros);
    String::from_utf8(text).unwrap_or_else(|_| unreachable!("digits"))
}

fn put(digits: &mut [u8], mut number: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_that_of_chrono() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2026-11-22T12:34:56.000001Z",
            "2026-11-22T12:34:56.7890129Z",
            "0001-02-03T04:05:06.999999Z",
            "9999-12-31T23:59:59.999999999Z",
            "2016-12-31T23:59:60.5Z",
        ] {
            let time: DateTime<Utc> = text.parse().unwrap();
            assert_eq!(rfc3339(time), time.to_rfc3339_opts(SecondsFormat::Micros, true), "{text}");
        }
        for time in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert_eq!(rfc3339(time), time.to_rfc3339_opts(SecondsFormat::Micros, true));
        }
    }
}
