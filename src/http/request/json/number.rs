//! Comparison of numbers by value, whatever their spelling.

use serde_json::Value;

/// Whether two values are equal, comparing numbers by value (RFC 6902 §4.6).
pub fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => decimal(a.as_str()) == decimal(b.as_str()),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_equal(a, b)))
        }
        _ => a == b,
    }
}

/// The sign of a number, its digits without zeros at either end, and the power of ten that scales
/// them.
fn decimal(text: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    let significant = digits.trim_end_matches('0');
    let zeros = digits.len() - significant.len();
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    let to_i64 = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let exponent = exponent.parse::<i64>().unwrap_or_default();
    (
        whole.starts_with('-'),
        significant.to_owned(),
        exponent.saturating_sub(to_i64(fraction.len())).saturating_add(to_i64(zeros)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equal_however_they_are_written() {
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        for (a, b) in [
            ("1", "1.0"),
            ("10", "1e1"),
            ("100", "1.00E+2"),
            ("0.05", "5e-2"),
            ("-0.0", "0"),
            ("[1, {\"a\": 20}]", "[1.0, {\"a\": 2e1}]"),
            ("123456789012345678901234567890", "12345678901234567890123456789e1"),
        ] {
            assert!(is_equal(&value(a), &value(b)), "{a} {b}");
        }
        for (a, b) in [
            ("1", "-1"),
            ("1", "10"),
            ("0.1", "0.10000000000000001"),
            ("1", "\"1\""),
            ("[1]", "[1, 1]"),
            ("{\"a\": 1}", "{\"b\": 1}"),
            ("0", "false"),
        ] {
            assert!(!is_equal(&value(a), &value(b)), "{a} {b}");
        }
    }
}
