//! Lists and parameters in header fields (RFC 9110 §5.6): a comma or semicolon inside a quoted
//! string separates nothing.

/// The elements of a comma-separated list, trimmed.
pub fn elements(field: &str) -> impl Iterator<Item = &str> {
    split(field, b',')
}

/// A value and its parameters, such as `text/html;q=0.5`. Quotation marks around the value of a
/// parameter are removed.
pub fn parameters(element: &str) -> (&str, impl Iterator<Item = (&str, &str)>) {
    let mut pieces = split(element, b';');
    let value = pieces.next().unwrap_or_default();
    let parameters = pieces.filter_map(|piece| piece.split_once('=')).map(|(name, value)| {
        let value = value.trim();
        let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        (name.trim(), unquoted.unwrap_or(value))
    });
    (value, parameters)
}

fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        let end = text.bytes().position(|byte| {
            let ends = byte == separator && !quoted;
            if byte == b'"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && byte == b'\\' && !escaped;
            ends
        });
        rest = end.map(|end| &text[end + 1..]);
        Some(text[..end.unwrap_or(text.len())].trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_strings_are_not_split() {
        let all = |field| elements(field).collect::<Vec<_>>();
        assert_eq!(all("a, b ,,c"), ["a", "b", "", "c"]);
        assert_eq!(all(r#"a="x, y", b"#), [r#"a="x, y""#, "b"]);
        assert_eq!(all(r#"a="\", b", c"#), [r#"a="\", b""#, "c"]);
        assert_eq!(all(r#"a="x, y"#), [r#"a="x, y"#], "without an end");
        let (value, rest) = parameters(r#"application/json; a=";charset=latin1" ; Charset = UTF-8"#);
        assert_eq!(value, "application/json");
        assert_eq!(rest.collect::<Vec<_>>(), [("a", ";charset=latin1"), ("Charset", "UTF-8")]);
    }
}
