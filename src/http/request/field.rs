//! Lists and parameters in header fields (RFC 9110 §5.6): a comma or semicolon inside a quoted
//! string separates nothing.
//!
//! Fields are bytes: a quoted string may contain bytes beyond ASCII (RFC 9110 §5.6.4).

/// The elements of a comma-separated list, trimmed.
pub fn elements(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    split(field, b',')
}

/// A value and its parameters, such as `text/html;q=0.5`. Quotation marks around the value of a
/// parameter are removed.
pub fn parameters(element: &[u8]) -> (&[u8], impl Iterator<Item = (&[u8], &[u8])>) {
    let mut pieces = split(element, b';');
    (pieces.next().unwrap_or_default(), pieces.filter_map(parameter))
}

/// A name and its value, such as `q=0.5`. Quotation marks around the value are removed.
pub fn parameter(piece: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = piece.iter().position(|byte| *byte == b'=')?;
    let value = piece[end + 1..].trim_ascii();
    let unquoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
    Some((piece[..end].trim_ascii(), unquoted.unwrap_or(value)))
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
        let (value, rest) = parameters(br#"application/json; a=";charset=latin1" ; Charset = UTF-8"#);
        assert_eq!(value, b"application/json");
        let expected: [(&[u8], &[u8]); 2] = [(b"a", b";charset=latin1"), (b"Charset", b"UTF-8")];
        assert_eq!(rest.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn bytes_beyond_ascii_are_part_of_their_element() {
        let all: Vec<_> = elements(b"a=\"\xe4, \xff\", \xe4").collect();
        assert_eq!(all, [&b"a=\"\xe4, \xff\""[..], b"\xe4"]);
        assert_eq!(parameter(all[0]), Some((&b"a"[..], &b"\xe4, \xff"[..])));
    }
}
