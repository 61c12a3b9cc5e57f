//! Moments as text.

use chrono::{DateTime, Datelike, SecondsFormat, Timelike, Utc};

/// RFC 3339 in UTC with exactly six digits behind the second: what the database keeps.
///
/// chrono writes the same through `fmt`, in five times as many instructions; a page has a hundred of these.
#[must_use]
pub fn rfc3339(moment: DateTime<Utc>) -> String {
    let micros = moment.nanosecond() / 1_000;
    let Some(year) = u32::try_from(moment.year()).ok().filter(|year| *year < 10_000 && micros < 1_000_000)
    else {
        return moment.to_rfc3339_opts(SecondsFormat::Micros, true);
    };
    let mut text = String::from("0000-00-00T00:00:00.000000Z").into_bytes();
    put(&mut text[0..4], year);
    put(&mut text[5..7], moment.month());
    put(&mut text[8..10], moment.day());
    put(&mut text[11..13], moment.hour());
    put(&mut text[14..16], moment.minute());
    put(&mut text[17..19], moment.second());
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
    fn a_moment_is_written_as_chrono_writes_it() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2026-11-22T12:34:56.000001Z",
            "2026-11-22T12:34:56.7890129Z",
            "0001-02-03T04:05:06.999999Z",
            "9999-12-31T23:59:59.999999999Z",
            "2016-12-31T23:59:60.5Z",
        ] {
            let moment: DateTime<Utc> = text.parse().unwrap();
            assert_eq!(rfc3339(moment), moment.to_rfc3339_opts(SecondsFormat::Micros, true), "{text}");
        }
        for moment in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert_eq!(rfc3339(moment), moment.to_rfc3339_opts(SecondsFormat::Micros, true));
        }
    }
}
