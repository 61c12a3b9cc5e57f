//! The tokens of a JSON text with valid syntax, and what cannot be parsed in them.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::http::limits::MAX_DEPTH;

/// The prefix of names by which `serde_json` marks numbers and raw texts internally.
pub const RESERVED: &str = "$serde_json::private::";
/// What [`defuse`] puts in the place of a character. Unicode assigns it to none.
pub const SUBSTITUTE: char = '\u{FFFF}';

/// A part of a JSON text.
pub enum Token<'a> {
    /// `{` or `[`
    Open(u8),
    /// `}` or `]`
    Close,
    Comma,
    Colon,
    /// `true`, `false` or `null`
    Literal(&'a str),
    /// The text between the quotation marks.
    String(&'a str),
    Number(&'a str),
}

/// Visits the tokens of a text with valid syntax.
pub fn scan<'a>(text: &'a str, visit: &mut impl FnMut(Token<'a>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => visit(Token::Open(byte)),
            b'}' | b']' => visit(Token::Close),
            b',' => visit(Token::Comma),
            b':' => visit(Token::Colon),
            b't' | b'f' | b'n' => {
                while bytes.get(at).is_some_and(u8::is_ascii_lowercase) {
                    at += 1;
                }
                visit(Token::Literal(&text[start..at]));
            }
            b'"' => {
                // A backslash escapes the next byte, which may be a quotation mark.
                while let Some(step) = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
                    at += step;
                    if bytes[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
                visit(Token::String(&text[start + 1..at.min(text.len())]));
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
                while bytes.get(at).is_some_and(is_part) {
                    at += 1;
                }
                visit(Token::Number(&text[start..at]));
            }
            _ => {}
        }
    }
}

/// The characters of the text between quotation marks.
pub fn unescape(string: &str) -> Cow<'_, str> {
    if string.contains('\\') {
        let decoded = serde_json::from_str::<String>(&format!("\"{string}\""));
        decoded.map_or(Cow::Borrowed(string), Cow::Owned)
    } else {
        Cow::Borrowed(string)
    }
}

/// An escape that PostgreSQL's `jsonb` does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    Nul,
    /// One half of a pair, without the other.
    LoneSurrogate,
}

/// The rejected escapes of a text with valid syntax, and where they begin. Each has 6 bytes.
pub fn rejected_escapes(text: &str) -> impl Iterator<Item = (usize, Escape)> {
    let bytes = text.as_bytes();
    let unit_at = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr(b'\\', bytes.get(at..)?)?;
            let unit = unit_at(start);
            // A backslash escapes the next character, which may be a backslash.
            at = start + if unit.is_some() { 6 } else { 2 };
            match unit {
                Some(0) => return Some((start, Escape::Nul)),
                Some(0xD800..=0xDBFF) if matches!(unit_at(at), Some(0xDC00..=0xDFFF)) => at += 6,
                Some(0xD800..=0xDFFF) => return Some((start, Escape::LoneSurrogate)),
                _ => {}
            }
        }
    })
}

/// A text like this one in which everything can be parsed: lone surrogates and the first character
/// of reserved names are replaced by [`SUBSTITUTE`], and containers that are too deep by a number.
pub fn defuse(text: &str) -> String {
    let mut defused = String::with_capacity(text.len());
    let mut closers = Vec::new();
    let mut too_deep = 0_usize;
    scan(text, &mut |token| match token {
        Token::Open(_) if too_deep > 0 => too_deep += 1,
        Token::Close if too_deep > 0 => too_deep -= 1,
        _ if too_deep > 0 => {}
        Token::Open(_) if closers.len() == MAX_DEPTH => {
            too_deep = 1;
            defused.push('0');
        }
        Token::Open(byte) => {
            closers.push(if byte == b'{' { '}' } else { ']' });
            defused.push(byte.into());
        }
        Token::Close => defused.extend(closers.pop()),
        Token::Comma => defused.push(','),
        Token::Colon => defused.push(':'),
        Token::Literal(text) | Token::Number(text) => defused.push_str(text),
        Token::String(string) => {
            defused.push('"');
            if unescape(string).starts_with(RESERVED) {
                // Its first character may be escaped.
                defused.push(SUBSTITUTE);
                defused.push_str(&RESERVED[1..]);
            } else {
                push_without_surrogates(&mut defused, string);
            }
            defused.push('"');
        }
    });
    defused
}

/// A text like this one without the members that are null, except in arrays: the part of a merge
/// patch that is in every result (RFC 7396 §2).
pub fn without_nulls(text: &str) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut closers = Vec::new();
    let mut arrays = 0;
    let mut last_string = 0;
    scan(text, &mut |token| match token {
        Token::Open(byte) => {
            closers.push(if byte == b'{' { '}' } else { ']' });
            arrays += usize::from(byte == b'[');
            rest.push(byte.into());
        }
        Token::Close => {
            let closer = closers.pop();
            arrays -= usize::from(closer == Some(']'));
            if rest.ends_with(',') {
                rest.pop();
            }
            rest.extend(closer);
        }
        Token::Comma if rest.ends_with(['{', ',']) => {}
        Token::Comma => rest.push(','),
        Token::Colon => rest.push(':'),
        Token::Literal("null") if arrays == 0 && rest.ends_with(':') => rest.truncate(last_string),
        Token::Literal(text) | Token::Number(text) => rest.push_str(text),
        Token::String(string) => {
            last_string = rest.len();
            rest.extend(["\"", string, "\""]);
        }
    });
    rest
}

fn push_without_surrogates(text: &mut String, string: &str) {
    let mut rest = 0;
    for (at, _) in rejected_escapes(string).filter(|(_, escape)| *escape == Escape::LoneSurrogate) {
        text.push_str(&string[rest..at]);
        text.push(SUBSTITUTE);
        rest = at + 6;
    }
    text.push_str(&string[rest..]);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_defused_text_has_the_same_outline() {
        let text = r#" {"a\n": ["\ud800x", "\ud83d\ude00", "\\ud800", 1e9, null], "\u0024serde_json::private::Number": true} "#;
        let defused: Value = serde_json::from_str(&defuse(text)).unwrap();
        let name = format!("{SUBSTITUTE}serde_json::private::");
        let texts = [format!("{SUBSTITUTE}x"), "\u{1F600}".to_owned(), "\\ud800".to_owned()];
        let numbers = serde_json::from_str::<Value>("1e9").unwrap();
        assert_eq!(defused, json!({ "a\n": [texts[0], texts[1], texts[2], numbers, null], name: true }));
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(defuse(&nested(MAX_DEPTH)), nested(MAX_DEPTH));
        let (open, close) = ("[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert_eq!(defuse(&format!("{open}[[]],[],1{close}")), format!("{open}0,0,1{close}"));
    }

    #[test]
    fn a_text_without_nulls_is_what_a_merge_adds_to_nothing() {
        for text in [
            r#"{"a": null, "b": 1, "c": null}"#,
            r#"{"b": {"a": null}, "c": {"a": null, "null": "null", "d": {"e": null, "f": false}}, "g": {}}"#,
            r#"{"a": [null, {"b": null}, [], ",", "x"], "b": null, "c": [{}]}"#,
            r#"{ "a,{" : null , "a\"" : null }"#,
            "{}",
            r#"[{"a": null}]"#,
            "null",
        ] {
            let mut merged = json!(null);
            json_patch::merge(&mut merged, &serde_json::from_str(text).unwrap());
            assert_eq!(without_nulls(text), merged.to_string(), "{text}");
        }
    }
}
