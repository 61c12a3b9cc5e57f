//! Lists and parameters in header fields (RFC 9110 §5.6): a comma or semicolon inside a quoted
//! string separates nothing.
//!
//! Fields are bytes: a quoted string may contain bytes beyond ASCII (RFC 9110 §5.6.4).

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The elements of a comma-separated list, trimmed.
pub fn elements(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    split(field, b',')
}

/// The elements of all fields with this name, trimmed. Empty ones are valid, and mean nothing
/// (RFC 9110 §5.6.1.2).
pub fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    let fields = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    fields.flat_map(elements).filter(|element| !element.is_empty())
}

/// A parameter of a value, such as `q=0.5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter<'a> {
    pub name: &'a [u8],
    /// Without the quotation marks around it and the escapes in it.
    pub value: Cow<'a, [u8]>,
    pub is_quoted: bool,
}

/// A value and its parameters, such as `text/html;q=0.5` (RFC 9110 §5.6.6); `None` if a parameter
/// is malformed.
pub fn parameters(element: &[u8]) -> Option<(&[u8], Vec<Parameter<'_>>)> {
    let mut pieces = pieces(element);
    let value = pieces.next().unwrap_or_default();
    // A parameter may be empty.
    let parameters = pieces.filter(|piece| !piece.is_empty()).map(parameter);
    Some((value, parameters.collect::<Option<_>>()?))
}

/// What semicolons separate, trimmed.
pub fn pieces(element: &[u8]) -> impl Iterator<Item = &[u8]> {
    split(element, b';')
}

/// Whether a text is a token (RFC 9110 §5.6.2).
pub fn is_token(text: &[u8]) -> bool {
    let is_token_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_token_byte)
}

fn parameter(piece: &[u8]) -> Option<Parameter<'_>> {
    let end = piece.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (&piece[..end], &piece[end + 1..]);
    let is_quoted = unquote(value).is_some();
    let is_valid = is_token(name) && (is_quoted || is_token(value));
    is_valid.then(|| Parameter { name, value: unescape(value), is_quoted })
}

/// The text in a quoted string, with its escapes; `None` if it is not one (RFC 9110 §5.6.4).
fn unquote(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut is_escaped = false;
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return None,
            _ => {}
        }
    }
    (!is_escaped).then_some(text)
}

/// The text of a quoted string without its escapes, or a text that is not quoted.
pub fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(quoted) = unquote(text) else { return Cow::Borrowed(text) };
    let mut is_escape = false;
    let is_meant = |byte: &&u8| {
        is_escape = **byte == b'\\' && !is_escape;
        !is_escape
    };
    quoted.iter().filter(is_meant).copied().collect::<Vec<_>>().into()
}

fn split(field: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(field);
    std::iter::from_fn(move || {
        let field = rest?;
        let (mut quoted, mut escaped) = (false, false);
        let end = field.iter().position(|&byte| {
            let ends = byte == separator && !quoted;
            if byte == b'"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && byte == b'\\' && !escaped;
            ends
        });
        rest = end.map(|end| &field[end + 1..]);
        Some(field[..end.unwrap_or(field.len())].trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_strings_are_not_split() {
        let all = |field: &'static str| {
            elements(field.as_bytes()).map(|element| str::from_utf8(element).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(all("a, b ,,c"), ["a", "b", "", "c"]);
        assert_eq!(all(r#"a="x, y", b"#), [r#"a="x, y""#, "b"]);
        assert_eq!(all(r#"a="\", b", c"#), [r#"a="\", b""#, "c"]);
        assert_eq!(all(r#"a="x, y"#), [r#"a="x, y"#], "without an end");
    }

    #[test]
    fn parameters_have_a_name_and_a_token_or_a_quoted_string() {
        let (value, rest) =
            parameters(br#"application/json; a=";charset=latin1" ;; Charset=UTF-8;"#).unwrap();
        assert_eq!(value, b"application/json");
        let quoted = Parameter { name: b"a", value: b";charset=latin1".into(), is_quoted: true };
        assert_eq!(rest, [quoted, Parameter { name: b"Charset", value: b"UTF-8".into(), is_quoted: false }]);
        for malformed in
            ["a;b", "a;b=", "a;=c", "a;b =c", "a;b= c", "a;b=c d", r#"a;b="c"#, r#"a;b="c"d"#, r#"a;b="\""#]
        {
            assert_eq!(parameters(malformed.as_bytes()), None, "{malformed}");
        }
    }

    #[test]
    fn escapes_are_removed_from_quoted_strings_only() {
        for (text, meant) in [
            (r#""exact""#, "exact"),
            (r#""e\xa\ct""#, "exact"),
            (r#""a\\\"b""#, r#"a\"b"#),
            (r"e\xact", r"e\xact"),
            (r#""a\""#, r#""a\""#),
            ("\"", "\""),
        ] {
            assert_eq!(&*unescape(text.as_bytes()), meant.as_bytes(), "{text}");
        }
    }

    #[test]
    fn bytes_beyond_ascii_are_part_of_their_element() {
        let all: Vec<_> = elements(b"a=\"\xe4, \xff\", \xe4").collect();
        assert_eq!(all, [&b"a=\"\xe4, \xff\""[..], b"\xe4"]);
        let quoted = Parameter { name: b"a", value: b"\xe4, \xff".into(), is_quoted: true };
        assert_eq!(parameter(all[0]), Some(quoted));
    }
}
