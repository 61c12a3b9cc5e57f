//! Finds what the database or another reader would not accept in a JSON text with valid syntax.

use std::{borrow::Cow, collections::HashSet};

use memchr::memchr;

use super::{
    pointer::descend,
    scan::{Escape, RESERVED, Token, rejected_escapes, scan, unescape},
};
use crate::{
    error::Fault,
    http::limits::{MAX_DEPTH, MAX_FAULTS},
};

/// The greatest exponent of a zero: about that of a double.
const MAX_ZEROS: i16 = 308;
/// The most decimal places of PostgreSQL's `numeric`.
const MAX_PLACES: i64 = 16_383;
/// A container around the current token.
enum Frame<'a> {
    Array(usize),
    Object { key: Option<Cow<'a, str>>, seen: Names<'a> },
}

/// The names of an object's members so far.
#[derive(Default)]
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// Up to this many names, comparing is faster than hashing.
    const FEW: usize = 16;

    /// Adds a name; `false` if it is a duplicate.
    fn insert(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.len() < Self::FEW {
            let is_new = !self.few.contains(&name);
            if is_new {
                self.few.push(name);
            }
            return is_new;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.iter().cloned());
        }
        self.many.insert(name)
    }
}

/// Finds what the syntax allows but the database, or another reader, does not accept: U+0000, lone
/// surrogates, numbers beyond double precision or the decimal places of a `numeric`, duplicate
/// names, and nesting beyond [`MAX_DEPTH`] (RFC 7493 §2). It ignores what is in a container that is
/// too deep, and stops after [`MAX_FAULTS`] faults, so that a hostile body costs no more than
/// another.
pub fn inspect(text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut frames: Vec<Frame<'_>> = Vec::new();
    // The open containers below the deepest level.
    let mut too_deep = 0_usize;
    // Most texts contain no escape, and then no string has to be searched for one.
    let escapes = memchr(b'\\', text.as_bytes()).is_some();
    scan(text, &mut |token| match token {
        _ if faults.len() > MAX_FAULTS => {}
        Token::Open(_) if too_deep > 0 => too_deep += 1,
        Token::Close if too_deep > 0 => too_deep -= 1,
        _ if too_deep > 0 => {}
        Token::Open(_) if frames.len() == MAX_DEPTH => {
            too_deep = 1;
            let detail = format!("must not nest deeper than {MAX_DEPTH} levels");
            faults.push(Fault::at(pointer(&frames), "too_deep", detail));
        }
        Token::Open(b'[') => frames.push(Frame::Array(0)),
        Token::Open(_) => frames.push(Frame::Object { key: None, seen: Names::default() }),
        Token::Close => {
            frames.pop();
        }
        Token::Comma => match frames.last_mut() {
            Some(Frame::Array(index)) => *index += 1,
            Some(Frame::Object { key, .. }) => *key = None,
            None => {}
        },
        Token::String(string) => {
            if let Some(Frame::Object { key: key @ None, seen }) = frames.last_mut() {
                let name = if escapes { unescape(string) } else { Cow::Borrowed(string) };
                let is_reserved = name.starts_with(RESERVED);
                let first = seen.insert(name.clone());
                *key = Some(name);
                if !first {
                    faults.push(Fault::at(pointer(&frames), "duplicate_name", "must occur once"));
                }
                if is_reserved {
                    faults.push(Fault::at(pointer(&frames), "reserved_name", "must not be used as a name"));
                }
            }
            if escapes {
                let found = string_faults(string);
                faults.extend(found.map(|(code, detail)| Fault::at(pointer(&frames), code, detail)));
            }
        }
        Token::Number(number) if !is_double(number) => {
            let detail = "must be within double precision, with at most 16383 decimal places";
            faults.push(Fault::at(pointer(&frames), "out_of_range", detail));
        }
        Token::Colon | Token::Literal(_) | Token::Number(_) => {}
    });
    faults
}

/// The JSON Pointer to the current token.
fn pointer(frames: &[Frame<'_>]) -> String {
    let mut pointer = String::new();
    for frame in frames {
        let fits = match frame {
            Frame::Array(index) => descend(&mut pointer, &index.to_string()),
            Frame::Object { key, .. } => descend(&mut pointer, key.as_deref().unwrap_or_default()),
        };
        if !fits {
            break;
        }
    }
    pointer
}

/// The faults of the text between quotation marks, each at most once.
fn string_faults(string: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (mut has_nul, mut has_lone_surrogate) = (false, false);
    for (_, escape) in rejected_escapes(string) {
        match escape {
            Escape::Nul => has_nul = true,
            Escape::LoneSurrogate => has_lone_surrogate = true,
        }
    }
    let nul = has_nul.then_some(("nul", "must not contain U+0000"));
    let half = ("lone_surrogate", "must not contain half a surrogate pair");
    nul.into_iter().chain(has_lone_surrogate.then_some(half))
}

/// Whether a number fits a `numeric` and an IEEE 754 double, without becoming infinite or zero.
fn is_double(number: &str) -> bool {
    // This many digits are within the range wherever the point is.
    if number.len() < 300 && !number.bytes().any(|byte| matches!(byte, b'e' | b'E')) {
        return true;
    }
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let fits = |exponent: i64| {
        i64::try_from(places).is_ok_and(|places| places.saturating_sub(exponent) <= MAX_PLACES)
    };
    if !exponent.parse().is_ok_and(fits) {
        return false;
    }
    let is_zero = !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    if is_zero {
        // PostgreSQL stores the decimal places of a zero.
        return exponent.parse::<i16>().is_ok_and(|exponent| (-MAX_ZEROS..=MAX_ZEROS).contains(&exponent));
    }
    number.parse::<f64>().is_ok_and(|value| value.is_finite() && value != 0.0)
}

#[cfg(test)]
mod tests {
    use super::{super::pointer::MAX_POINTER, *};

    fn codes(text: &str) -> Vec<(String, String)> {
        inspect(text)
            .into_iter()
            .map(|fault| match fault.location {
                crate::error::Location::Pointer(pointer) => (pointer, fault.code.into_owned()),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn what_jsonb_cannot_hold_is_found_where_it_is() {
        let cases = [
            (r#"{"a": "\u0000"}"#, "/a", "nul"),
            (r#"{"a": ["x", {"b/~": "\\\u0000"}]}"#, "/a/1/b~1~0", "nul"),
            (r#"{"\u0000": 1}"#, "/\u{0}", "nul"),
            (r#"{"a": "\ud800"}"#, "/a", "lone_surrogate"),
            (r#"{"a": "\udc00"}"#, "/a", "lone_surrogate"),
            (r#"{"a": "\ud800x\udc00"}"#, "/a", "lone_surrogate"),
            (r#"{"a": "\ud800\n"}"#, "/a", "lone_surrogate"),
            (r#"{"a": "\ud800\ud800\udc00"}"#, "/a", "lone_surrogate"),
            (r#"{"a": [1, 1e200000]}"#, "/a/1", "out_of_range"),
            (r#"{"a": -1e400}"#, "/a", "out_of_range"),
            (r#"{"a": 1e-20000}"#, "/a", "out_of_range"),
            (r#"{"a": 0e-20000}"#, "/a", "out_of_range"),
            (r#"{"a": {"b": 1, "\u0062": 2}}"#, "/a/b", "duplicate_name"),
            (r#"{"$serde_json::private::Number": "1"}"#, "/$serde_json::private::Number", "reserved_name"),
            (
                r#"{"\u0024serde_json::private::Number": "1"}"#,
                "/$serde_json::private::Number",
                "reserved_name",
            ),
        ];
        for (text, pointer, code) in cases {
            assert_eq!(codes(text), [(pointer.to_owned(), code.to_owned())], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_fault_passes() {
        for text in [
            r#"{"a": "\\u0000"}"#,
            r#"{"a": "\ud83d\ude00"}"#,
            r#"{"a": "\\\\ud800"}"#,
            r#"{"a": 0e300, "b": -0.0, "c": 123456789012345678901234567890}"#,
            r#"{"a": {"x": 1}, "b": {"x": 1}}"#,
            r#"[1e308, 2.2250738585072014e-308, "[[[["]"#,
        ] {
            assert_eq!(codes(text), [], "{text}");
        }
    }

    #[test]
    fn decimal_places_are_those_of_a_numeric() {
        for (places, exponent, fits) in
            [(16_383, "0", true), (16_384, "0", false), (16_300, "-83", true), (16_300, "-84", false)]
        {
            for digit in ["0", "5"] {
                let text = format!("[{digit}.{}e{exponent}]", "0".repeat(places));
                assert_eq!(codes(&text).is_empty(), fits, "{places} {exponent}");
            }
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(codes(&nested(MAX_DEPTH)), []);
        assert_eq!(codes(&nested(MAX_DEPTH + 1))[0].1, "too_deep");
        assert_eq!(codes(&nested(10_000)).len(), 1);
        let both = format!(r#"{{"a": {}, "b": "\u0000\ud800"}}"#, nested(MAX_DEPTH));
        let found: Vec<_> = codes(&both).into_iter().map(|(_, code)| code).collect();
        assert_eq!(found, ["too_deep", "nul", "lone_surrogate"]);
    }

    #[test]
    fn the_cost_of_faults_is_bounded() {
        let name = "k".repeat(MAX_POINTER);
        let faults = codes(&format!(r#"{{"a": {{"{name}": [{}1]}}}}"#, r#""\u0000","#.repeat(1_000)));
        assert_eq!(faults.len(), MAX_FAULTS + 1);
        assert!(faults.iter().all(|(place, _)| place == "/a"));
    }
}
