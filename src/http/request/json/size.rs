//! How large a JSON text is, whatever its spelling.

use memchr::memchr2_iter;

use super::scan::{Token, scan, unescape};

/// How large a JSON text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How deep it nests: 0 for a scalar, 1 for `[]`.
    pub depth: usize,
    /// Its bytes as compact JSON, with numbers written out: `1e300` becomes 301 digits.
    pub compact: usize,
}

/// Whether a text is certainly within a depth, and not longer as compact JSON: it has no more
/// brackets than levels, and nothing that looks like an exponent.
#[must_use]
pub fn is_plain(text: &str, depth: usize) -> bool {
    let text = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
    memchr2_iter(b'[', b'{', text).count() <= depth
        && !memchr2_iter(b'e', b'E', text).any(|at| is_digit(at.checked_sub(1)))
}

/// The bytes of a JSON text with its numbers written out, as PostgreSQL returns them; possibly
/// more, if its spelling is not compact.
#[must_use]
pub fn written_out(text: &str) -> usize {
    if is_plain(text, usize::MAX) { text.len() } else { measure(text).compact }
}

/// Measures a JSON text with valid syntax.
#[must_use]
pub fn measure(text: &str) -> Size {
    let mut depth = 0_usize;
    let mut size = Size { depth: 0, compact: 0 };
    scan(text, &mut |token| {
        let bytes = match token {
            Token::Open(_) => {
                depth += 1;
                size.depth = size.depth.max(depth);
                1
            }
            Token::Close => {
                depth -= 1;
                1
            }
            Token::Comma | Token::Colon => 1,
            Token::Literal(literal) => literal.len(),
            Token::String(string) => string_len(string),
            Token::Number(number) => number_len(number).unwrap_or(usize::MAX),
        };
        size.compact = size.compact.saturating_add(bytes);
    });
    size
}

/// The bytes of a string with only the necessary escapes, with its quotation marks.
fn string_len(string: &str) -> usize {
    let text = unescape(string);
    let len = |byte| match byte {
        b'"' | b'\\' | b'\x08' | b'\t' | b'\n' | b'\x0c' | b'\r' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(len).sum::<usize>() + 2
}

/// The bytes of a number that is written out without an exponent, as PostgreSQL prints it.
fn number_len(number: &str) -> Option<usize> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.trim_start_matches('-').bytes().chain(fraction.bytes());
    let zeros = digits.take_while(|digit| *digit == b'0').count();
    let length = |text: &str| i64::try_from(text.len()).ok();
    let is_zero = zeros == whole.trim_start_matches('-').len() + fraction.len();
    let point = length(whole.trim_start_matches('-'))?.checked_add(exponent)?;
    let before = if is_zero { 1 } else { point.checked_sub(i64::try_from(zeros).ok()?)?.max(1) };
    let after = length(fraction)?.checked_sub(exponent)?.max(0);
    let sign = i64::from(number.starts_with('-') && !is_zero);
    usize::try_from(sign + before + after + i64::from(after > 0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_measured() {
        assert_eq!(measure("1").depth, 0);
        assert_eq!(measure(r#"{"a": [["]"]], "b": [1]}"#).depth, 3);
    }

    #[test]
    fn a_plain_text_measures_what_it_looks_like() {
        for text in ["{}", r#"{"a": [1, {"b": -2.5}], "c": "1 e"}"#] {
            assert!(is_plain(text, 3), "{text}");
            let size = measure(text);
            assert!(size.depth <= 3 && size.compact <= text.len(), "{text}: {size:?}");
        }
        for text in ["[[[[]]]]", "[[], [], []]", "1e3", r#""1E""#] {
            assert!(!is_plain(text, 3), "{text}");
        }
    }

    #[test]
    fn the_value_is_measured_and_not_its_spelling() {
        let compact = serde_json::json!({ "a": [1, 2.5, true, null], "é\n\u{1}\"": "😀" }).to_string();
        assert_eq!(measure(&compact).compact, compact.len());
        let spelled =
            r#" { "\u0061" : [ 1 , 2.5 , true , null ] , "\u00e9\u000a\u0001\u0022" : "\ud83d\ude00" } "#;
        assert_eq!(measure(spelled).compact, compact.len());
    }

    #[test]
    fn a_number_counts_with_the_digits_that_postgres_prints() {
        for (number, printed) in [
            ("1e300", 301),
            ("-1.5e1", 3),
            ("1.50", 4),
            ("15e-1", 3),
            ("1e-3", 5),
            ("0.001e3", 1),
            ("0.0010e3", 3),
            ("-0.0", 3),
            ("0e300", 1),
        ] {
            assert_eq!(measure(number).compact, printed, "{number}");
        }
        assert_eq!(measure(r#""1e300""#).compact, 7);
        let huge = "1e9999999999999999999";
        assert_eq!(measure(&format!("[{huge},{huge}]")).compact, usize::MAX);
    }
}
