//! Replaces names in definitions, so that they can be compared after a rename.

use super::tokens::{Token, tokens};
use crate::schema::{Name, quote_identifier, quote_literal};

/// Replaces the name of a column.
pub(crate) fn column(sql: &str, old: &str, new: &str) -> String {
    expression(sql, old, &quote_identifier(new))
}

/// Replaces a column by an expression.
pub(crate) fn expression(sql: &str, column: &str, new: &str) -> String {
    let old = quote_identifier(column);
    let tokens = tokens(sql);
    let mut out = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let is_name = matches!(token, Token::Word(text) | Token::Quoted(text) if *text == old);
        let is_type = previous(&tokens, at) == Some("::");
        let is_call = next(&tokens, at) == Some("(");
        out.push_str(if is_name && !is_type && !is_call { new } else { token.text() });
    }
    out
}

/// Replaces the name of a table wherever it is a word of its own.
pub(crate) fn relation(sql: &str, old: &Name, new: &Name) -> String {
    let (old, new) = (old.to_string(), new.to_string());
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '"' || c == '\'';
    let mut out = String::new();
    let mut rest = sql;
    while let Some(at) = rest.find(&old) {
        let (before, after) = (rest[..at].chars().next_back(), rest[at + old.len()..].chars().next());
        out.push_str(&rest[..at]);
        out.push_str(if before.is_some_and(is_part) || after.is_some_and(is_part) { &old } else { &new });
        rest = &rest[at + old.len()..];
    }
    out + rest
}

/// Replaces a name in a list; returns whether the list contained it.
pub(crate) fn names(names: &mut [String], old: &str, new: &str) -> bool {
    let mut found = false;
    for name in names.iter_mut().filter(|name| *name == old) {
        new.clone_into(name);
        found = true;
    }
    found
}

/// Splits a foreign key into its own columns, the referenced table and columns, and what follows.
pub(crate) fn foreign_key(definition: &str) -> Option<(String, String, String)> {
    let tokens = tokens(definition);
    let begin = tokens.iter().position(|token| *token == Token::Word("REFERENCES"))? + 2;
    let end = begin + tokens[begin..].iter().position(|token| *token == Token::Other(")"))? + 1;
    let text = |tokens: &[Token<'_>]| tokens.iter().map(|token| token.text()).collect::<String>();
    Some((text(&tokens[..begin]), text(&tokens[begin..end]), text(&tokens[end..])))
}

/// Whether no parenthesis closes one that was opened before the text.
pub(crate) fn is_balanced(sql: &str) -> bool {
    let mut depth = 0_i32;
    tokens(sql).into_iter().all(|token| {
        match token {
            Token::Other("(") => depth += 1,
            Token::Other(")") => depth -= 1,
            _ => {}
        }
        depth >= 0
    })
}

/// Replaces the name of a type in casts.
pub(crate) fn cast(sql: &str, old: &Name, new: &Name) -> String {
    let (old, new) = (old.to_string(), new.to_string());
    let tokens = tokens(sql);
    let mut out = String::new();
    let mut at = 0;
    while at < tokens.len() {
        out.push_str(tokens[at].text());
        at += 1;
        if tokens[at - 1].text() == "::" {
            let rest: String = tokens[at..].iter().map(|token| token.text()).collect();
            if let Some(count) = matched(&tokens[at..], &rest, &old) {
                out.push_str(&new);
                at += count;
            }
        }
    }
    out
}

/// The number of tokens that make up the name at the start of the text.
fn matched(tokens: &[Token<'_>], rest: &str, name: &str) -> Option<usize> {
    if !rest.starts_with(name) {
        return None;
    }
    let mut len = 0;
    for (at, token) in tokens.iter().enumerate() {
        len += token.text().len();
        if len >= name.len() {
            return (len == name.len()).then_some(at + 1);
        }
    }
    None
}

/// Replaces a value of an enum type where it is cast to that type.
pub(crate) fn value(sql: &str, enumerated: &Name, old: &str, new: &str) -> String {
    let (literal, renamed) = (quote_literal(old), quote_literal(new));
    let name = enumerated.to_string();
    let tokens = tokens(sql);
    let mut out = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let rest: String = tokens[at + 1..].iter().take(8).map(|token| token.text()).collect();
        let is_cast = rest.strip_prefix("::").is_some_and(|rest| rest.starts_with(&name));
        match token {
            Token::Text(text) if is_cast && *text == literal => out.push_str(&renamed),
            Token::Text(text) if is_cast && text.starts_with("'{") => out.push_str(&array(text, old, new)),
            token => out.push_str(token.text()),
        }
    }
    out
}

/// Replaces an element of an array literal.
fn array(text: &str, old: &str, new: &str) -> String {
    let Some(inner) = text.strip_prefix("'{").and_then(|text| text.strip_suffix("}'")) else {
        return text.to_owned();
    };
    let elements: Vec<_> =
        inner.split(',').map(|element| if element == old { new } else { element }).collect();
    format!("'{{{}}}'", elements.join(","))
}

/// Replaces the name of a sequence where it is cast to `regclass`.
pub(crate) fn sequence(sql: &str, old: &Name, new: &Name) -> String {
    let (old, new) = (quote_literal(&old.to_string()), quote_literal(&new.to_string()));
    sql.replace(&format!("{old}::regclass"), &format!("{new}::regclass"))
}

fn previous<'a>(tokens: &[Token<'a>], at: usize) -> Option<&'a str> {
    tokens[..at].iter().rev().find(|token| !matches!(token, Token::Space(_))).map(|token| token.text())
}

fn next<'a>(tokens: &[Token<'a>], at: usize) -> Option<&'a str> {
    tokens[at + 1..].iter().find(|token| !matches!(token, Token::Space(_))).map(|token| token.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_replaced_only_where_it_refers_to_the_object() {
        assert_eq!(
            column("CHECK ((text)::text = lower(text) OR 'text' = \"Text\")", "text", "body"),
            "CHECK ((body)::text = lower(body) OR 'text' = \"Text\")"
        );
        assert_eq!(
            column("CHECK ((lower > lower(a)))", "lower", "low er"),
            "CHECK ((\"low er\" > lower(a)))"
        );
        assert_eq!(
            cast("('a'::mood = ANY (ARRAY['b'::app.mood])", &Name::local("mood"), &Name::local("temper")),
            "('a'::temper = ANY (ARRAY['b'::app.mood])"
        );
        assert_eq!(
            value("'a'::mood <> 'a'::text AND x = '{a,b}'::mood[]", &Name::local("mood"), "a", "c"),
            "'c'::mood <> 'a'::text AND x = '{c,b}'::mood[]"
        );
        assert_eq!(
            sequence("nextval('a_id_seq'::regclass)", &Name::local("a_id_seq"), &Name::local("b_id_seq")),
            "nextval('b_id_seq'::regclass)"
        );
        assert_eq!(
            foreign_key("FOREIGN KEY (a) REFERENCES b(c) ON DELETE CASCADE"),
            Some(("FOREIGN KEY (a) REFERENCES ".into(), "b(c)".into(), " ON DELETE CASCADE".into()))
        );
    }
}
