//! Numbers and timestamps as they are defined, not as they are implemented.

use bigdecimal::BigDecimal;
use chrono::{NaiveDate, TimeDelta};
use serde_json::Number;

pub fn decimal(number: &Number) -> BigDecimal {
    number.as_str().parse().expect("a number")
}

/// The microseconds since the year 1 of a text that is a timestamp, as PostgreSQL rounds it.
pub fn instant(text: &str) -> Option<i64> {
    let (seconds, fraction) = parse(text)?;
    #[expect(clippy::cast_possible_truncation, reason = "it is at most 1,000,000")]
    let micros = (format!("0.{fraction}").parse::<f64>().ok()? * 1e6).round_ties_even() as i64;
    Some(seconds * 1_000_000 + micros)
}

/// The nanoseconds since the year 1 of a text that is a timestamp.
pub fn exact_instant(text: &str) -> Option<i128> {
    let (seconds, fraction) = parse(text)?;
    Some(i128::from(seconds) * 1_000_000_000 + format!("{fraction:0<9}").parse::<i128>().ok()?)
}

/// The seconds since the year 1, and the digits behind them.
fn parse(text: &str) -> Option<(i64, &str)> {
    let (date, time) = text.split_once(['T', 't'])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| year > 0)?;
    let (time, offset) = time.split_at(time.find(['Z', 'z', '+', '-'])?);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let time = date.and_hms_opt(hour, minute, second)?;
    let is_fraction = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let offset = match offset.split_at(1) {
        ("Z" | "z", "") => 0,
        (sign @ ("+" | "-"), offset) => {
            let [hours, minutes] = numbers(offset, ':', [2, 2])?;
            let offset = i64::from(hours * 60 + minutes);
            if hours > 15 || minutes > 59 {
                return None;
            }
            if sign == "-" { -offset } else { offset }
        }
        _ => return None,
    };
    let start = NaiveDate::from_ymd_opt(1, 1, 1)?.and_hms_opt(0, 0, 0)?;
    is_fraction.then(|| ((time - start - TimeDelta::minutes(offset)).num_seconds(), fraction))
}

/// Numbers with these counts of digits.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let parts: [&str; N] = parts.try_into().ok()?;
    let mut numbers = [0; N];
    for ((number, part), digits) in numbers.iter_mut().zip(parts).zip(digits) {
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    Some(numbers)
}
