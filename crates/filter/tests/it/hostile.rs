//! Texts that are not filters.

use proptest::{collection::vec, prelude::*, sample::select};

use crate::parse;

/// What filters are made of, and what they are not.
const PIECES: &[&str] = &[
    "name",
    "status",
    "version",
    "created_at",
    "attributes",
    "color",
    ".",
    "(",
    ")",
    ",",
    ":",
    "=",
    "!=",
    "!",
    "<",
    "<=",
    ">",
    ">=",
    "and",
    "or",
    "not",
    "in",
    "true",
    "false",
    "null",
    "\"draft\"",
    "\"a\"",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "1",
    "-1.5e3",
    "1e999999",
    "00",
    "2026-11-27T12:00:00Z",
    "2026-02-30T00:00:00Z",
    "é",
    "\u{0}",
    " ",
    "\n",
    "'",
    ";",
    "--",
    "$1",
];

/// A text is a filter that its canonical text equals, or its error is at a column of it.
fn check(text: &str) {
    match parse(text) {
        Ok(filter) => {
            let canonical = filter.to_string();
            let again = parse(&canonical).unwrap_or_else(|error| panic!("{text}\n{canonical}\n{error}"));
            assert_eq!(again, filter, "{text}\n{canonical}");
            assert!(!filter.sql().is_empty());
        }
        Err(error) => {
            assert!((1..=text.chars().count() + 1).contains(&error.column), "{text}: {error}");
            let message = error.to_string();
            let is_plain = message.len() <= 256 && message.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            assert!(is_plain, "{text}: {message}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_a_filter_or_an_error(bytes in vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn random_characters_are_a_filter_or_an_error(text in "\\PC{0,100}") {
        check(&text);
        check(&format!("name = \"{text}\""));
        check(&format!("attributes.\"{text}\" : {text}"));
    }

    #[test]
    fn random_tokens_are_a_filter_or_an_error(pieces in vec(select(PIECES), 0..40), spaced in any::<bool>()) {
        check(&pieces.join(if spaced { " " } else { "" }));
    }
}

#[test]
fn long_texts_are_a_filter_or_an_error() {
    for text in
        ["(", "not ", "attributes.", "a", "\"", "\\", "1", "name = \"a\" and ", "name in (\"a\", ", " ", "é"]
    {
        check(&text.repeat(70_000 / text.len()));
        check(&text.repeat(65_000 / text.len()));
        check(&format!("name = \"{}", text.repeat(65_000 / text.len())));
        check(&format!("version = 1{}", text.repeat(65_000 / text.len())));
    }
}
