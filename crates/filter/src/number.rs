//! Numbers by value.

use serde_json::Number;

/// The most digits of PostgreSQL's `numeric` before and after the decimal point.
pub(crate) const MAX_WHOLE: i64 = 131_072;
pub(crate) const MAX_PLACES: i64 = 16_383;

/// Numbers with more digits before the decimal point, or zeros after it, have an exponent.
const MAX_PLAIN: i64 = 20;

/// A JSON number in its one spelling, such as `100` for `1e2` and `1.00E+2`; `None` if a `numeric`
/// cannot store it.
pub(crate) fn normalize(number: &Number) -> Option<Number> {
    let (sign, unsigned) = match number.as_str().strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", number.as_str()),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some(Number::from(0));
    }
    let length = |text: &str| i64::try_from(text.len()).ok();
    let count = length(significant)?;
    let scale = (length(digits)? - count).checked_sub(length(fraction)?)?;
    let exponent = exponent.parse::<i64>().ok()?.checked_add(scale)?;
    // The number of digits before the decimal point, if positive.
    let point = exponent.checked_add(count)?;
    if point > MAX_WHOLE || exponent < -MAX_PLACES {
        return None;
    }
    let text = if exponent >= 0 && point <= MAX_PLAIN {
        format!("{sign}{significant}{:0<1$}", "", usize::try_from(exponent).ok()?)
    } else if exponent < 0 && point > -MAX_PLAIN {
        let places = usize::try_from(-exponent).ok()?;
        let padded = format!("{significant:0>0$}", places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        format!("{sign}{whole}.{fraction}")
    } else {
        format!("{sign}{significant}e{exponent}")
    };
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(text: &str) -> Option<String> {
        let number = serde_json::from_str(text).unwrap();
        normalize(&number).map(|number| number.to_string())
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (spellings, expected) in [
            (&["0", "-0", "0.000", "0e9999999999999999999", "-0E-7"][..], "0"),
            (&["100", "1e2", "1.00E+2", "10000e-2"], "100"),
            (&["-12.5", "-125e-1", "-0.125e2", "-12.50"], "-12.5"),
            (&["9223372036854775807", "9.223372036854775807e18"], "9223372036854775807"),
            (&["-0.05", "-5e-2"], "-0.05"),
            (&["0.000000000000000000001", "1e-21"], "1e-21"),
        ] {
            for spelling in spellings {
                assert_eq!(normalized(spelling).as_deref(), Some(expected), "{spelling}");
            }
        }
        assert_eq!(normalized("1e400"), normalized(&format!("1{:0<400}", "")));
    }

    #[test]
    fn a_number_is_one_that_numeric_can_store() {
        for text in ["1e131071", "-1e-16383", "12e-16383"] {
            assert!(normalized(text).is_some(), "{text}");
        }
        for text in [
            "1e131072",
            "10e131071",
            "1e-16384",
            "1.2e-16383",
            "1e99999999999999999999",
            "1e-9223372036854775808",
        ] {
            assert_eq!(normalized(text), None, "{text}");
        }
        assert_eq!(normalized(&format!("1.{:0<20000}", "")).as_deref(), Some("1"));
    }
}
