//! Durations, within the limits that apply to all of them.

use std::time::Duration;

/// The longest duration. PostgreSQL stores time-outs as 32-bit milliseconds: less than 25 days.
const LONGEST: Duration = Duration::from_hours(24 * 24);
/// The shortest time-out. PostgreSQL rounds a shorter one to zero, which disables it.
#[cfg(feature = "service")]
const SHORTEST: Duration = Duration::from_millis(1);

/// Parses a duration such as `10m`, which may be zero.
///
/// # Errors
///
/// It is malformed or longer than 24 days.
pub fn parse_wait(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if duration <= LONGEST { Ok(duration) } else { Err("must be at most 24d".into()) }
}

/// Parses a duration such as `500ms`, which is not zero.
///
/// # Errors
///
/// It is malformed, shorter than a millisecond or longer than 24 days.
#[cfg(feature = "service")]
pub fn parse_timeout(text: &str) -> Result<Duration, String> {
    let duration = parse_wait(text)?;
    if duration >= SHORTEST { Ok(duration) } else { Err("must be at least 1ms".into()) }
}

#[cfg(all(test, feature = "service"))]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_that_postgresql_would_round_or_reject_is_rejected() {
        for text in
            ["0s", "0ms", "999us", "500us", "1ns", "30d", "25days", "2147483648ms", "1000000y", "-1s", "5"]
        {
            assert!(parse_timeout(text).is_err(), "{text}");
        }
        for (text, milliseconds) in [("1ms", 1), ("1500us", 1), ("2s", 2000), ("24d", 2_073_600_000)] {
            assert_eq!(parse_timeout(text).unwrap().as_millis(), milliseconds, "{text}");
        }
        assert_eq!(parse_wait("0s"), Ok(Duration::ZERO));
    }
}
