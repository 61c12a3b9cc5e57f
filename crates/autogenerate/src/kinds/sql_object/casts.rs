//! Casts that PostgreSQL adds when it prints an expression.

use crate::render::tokens::{Token, tokens};

/// The tokens without casts, which PostgreSQL adds according to the types of columns at the time
/// when an object is created: `(name)::text` is `name`.
pub(super) fn without_casts(sql: &str) -> Vec<&str> {
    const IN_TYPES: [&str; 8] = ["varying", "precision", "with", "without", "time", "zone", "[", "]"];
    let is_text = |token: &Token<'_>| !matches!(token, Token::Space(_));
    let mut texts = tokens(sql).into_iter().filter(is_text).map(Token::text).peekable();
    let (mut kept, mut opened) = (Vec::new(), Vec::new());
    // The group that the last token closes.
    let mut closed = None;
    while let Some(text) = texts.next() {
        if text == "::" {
            texts.next();
            while texts.next_if(|next| IN_TYPES.contains(next)).is_some() {}
            if texts.next_if_eq(&"(").is_some() {
                while texts.next().is_some_and(|length| length != ")") {}
            }
            if let Some(start) = closed.take() {
                kept.pop();
                kept.remove(start);
            }
            continue;
        }
        if text == "(" {
            opened.push(kept.len());
        }
        closed = if text == ")" { opened.pop() } else { None };
        kept.push(text);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_do_not_matter_and_grouping_does() {
        for (one, two, is_same) in [
            ("(name <> ''::text)", "((name)::text <> ''::text)", true),
            ("shown((t.name)::text)", "shown(t.name)", true),
            ("(a)::character varying(10) = b", "a = (b)::timestamp with time zone[]", true),
            ("((a OR b) AND c)", "(a OR (b AND c))", false),
            ("a OR b", "a OR 'b'", false),
        ] {
            assert_eq!(without_casts(one) == without_casts(two), is_same, "{one} {two}");
        }
    }
}
