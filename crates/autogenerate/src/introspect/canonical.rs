//! Rewrites a printed expression to what PostgreSQL prints after parsing it.
//!
//! PostgreSQL's parser changes three things in an expression that it printed itself:
//!
//! - It flattens `(a AND b) AND c`, which `n BETWEEN 1 AND 5 AND …` is printed as, into one list.
//! - It casts the elements of an array instead of the array, which `v IN ('a', 'b')` does for a
//!   `varchar`.
//! - It takes the number in `(- 1)`, as which `-1::int` is printed, for a negative one.
//!
//! Without this, a table created from a reading would not read back the same.
//!
//! A string with a backslash gets an `E`, so that it means the same to a session in which
//! `standard_conforming_strings` is off.

use std::{borrow::Cow, mem, slice};

use crate::render::tokens::{Token, tokens};

/// A node of an expression.
#[derive(Debug)]
enum Node<'a> {
    /// Any other text.
    Text(Cow<'a, str>),
    /// A quoted string or identifier. One with doubled quotes is two nodes, which makes no
    /// difference.
    Quoted(&'a str),
    /// A group in `(` or `[`.
    Group(char, Vec<Node<'a>>),
}

/// Rewrites an expression, or a definition that contains some.
pub(super) fn canonicalize(sql: String) -> String {
    escape_backslashes(canonicalize_expressions(sql))
}

/// As [`canonicalize`], with strings as they are printed.
pub(super) fn canonicalize_expressions(sql: String) -> String {
    match parse(&sql, &mut 0, None) {
        Some(nodes) => render(&canonicalize_all(nodes)),
        None => sql,
    }
}

/// Rewrites `'\d'` to `E'\\d'`.
pub(super) fn escape_backslashes(sql: String) -> String {
    if !sql.contains('\\') {
        return sql;
    }
    let escape = |token: Token<'_>| match token {
        Token::Text(text) if text.starts_with('\'') && text.contains('\\') => {
            format!("E{}", text.replace('\\', "\\\\"))
        }
        token => token.text().to_owned(),
    };
    tokens(&sql).into_iter().map(escape).collect()
}

/// Parses up to the closing bracket or the end; `None` if brackets or quotes do not match.
fn parse<'a>(sql: &'a str, at: &mut usize, close: Option<u8>) -> Option<Vec<Node<'a>>> {
    let bytes = sql.as_bytes();
    let mut nodes = Vec::new();
    loop {
        let start = *at;
        while bytes.get(*at).is_some_and(|byte| !b"'\"()[]".contains(byte)) {
            *at += 1;
        }
        if start < *at {
            nodes.push(Node::Text(sql[start..*at].into()));
        }
        let Some(&byte) = bytes.get(*at) else { return close.is_none().then_some(nodes) };
        let start = *at;
        *at += 1;
        match byte {
            b'\'' | b'"' => {
                *at += bytes[*at..].iter().position(|other| *other == byte)? + 1;
                nodes.push(Node::Quoted(&sql[start..*at]));
            }
            b'(' => nodes.push(Node::Group('(', parse(sql, at, Some(b')'))?)),
            b'[' => nodes.push(Node::Group('[', parse(sql, at, Some(b']'))?)),
            _ => return (close == Some(byte)).then_some(nodes),
        }
    }
}

fn canonicalize_all(nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
    let mut is_call = false;
    let inner = |node| match node {
        Node::Group(open, nodes) => {
            let nodes = canonicalize_all(nodes);
            let constant = if mem::take(&mut is_call) { None } else { negative(open, &nodes) };
            constant.unwrap_or(Node::Group(open, nodes))
        }
        Node::Text(text) => {
            is_call = text.ends_with(|char: char| char.is_alphanumeric() || char == '_');
            Node::Text(text)
        }
        Node::Quoted(text) => {
            is_call = text.starts_with('"');
            node
        }
    };
    let mut nodes = nodes.into_iter().map(inner).collect();
    flatten(&mut nodes, " AND ");
    flatten(&mut nodes, " OR ");
    cast_elements(&mut nodes);
    nodes
}

/// The constant for which the parser takes `(- 1)`.
fn negative<'a>(open: char, nodes: &[Node<'_>]) -> Option<Node<'a>> {
    let [Node::Text(text)] = nodes else { return None };
    let number = text.strip_prefix("- ").filter(|_| open == '(')?;
    let is_number = number.starts_with(|char: char| char.is_ascii_digit())
        && number.chars().all(|char| char.is_ascii_digit() || char == '.');
    let number = Some(format!("-{number}")).filter(|_| is_number)?;
    let data_type = match number.parse::<i64>() {
        Ok(number) if i32::try_from(number).is_ok() => "integer",
        Ok(_) => "bigint",
        Err(_) => "numeric",
    };
    Some(Node::Text(format!("'{number}'::{data_type}").into()))
}

/// Rewrites `(a AND b) AND c` to `a AND b AND c`. Like the parser, it flattens only the first
/// operand.
fn flatten(nodes: &mut Vec<Node<'_>>, word: &str) {
    let [Node::Group('(', first), Node::Text(text), ..] = nodes.as_mut_slice() else { return };
    let is_list = |node: &Node<'_>| matches!(node, Node::Text(text) if text.contains(word));
    if text.starts_with(word) && first.iter().any(is_list) {
        let first = mem::take(first);
        nodes.splice(0..1, first);
    }
}

/// Rewrites `(ARRAY[a, b])::text[]` to `ARRAY[(a)::text, (b)::text]`.
fn cast_elements(nodes: &mut Vec<Node<'_>>) {
    for at in 0.. {
        let Some(node) = nodes.get(at) else { return };
        let Some((elements, (data_type, length))) = elements(node).zip(element_type(&nodes[at + 1..])) else {
            continue;
        };
        let elements: Vec<_> = elements.iter().map(|element| format!("({element})::{data_type}")).collect();
        let cast = format!("ARRAY[{}]", elements.join(", "));
        nodes.splice(at..=at + length, [Node::Text(cast.into())]);
    }
}

/// The elements of `(ARRAY[…])`; `None` if they are arrays themselves.
fn elements(node: &Node<'_>) -> Option<Vec<String>> {
    let Node::Group('(', array) = node else { return None };
    let [Node::Text(word), Node::Group('[', nodes)] = array.as_slice() else { return None };
    let mut elements = vec![String::new()];
    for node in nodes {
        let printed = render(slice::from_ref(node));
        let separator = if matches!(node, Node::Text(_)) { ", " } else { "\0" };
        for (index, part) in printed.split(separator).enumerate() {
            if index > 0 {
                elements.push(String::new());
            }
            elements.last_mut()?.push_str(part);
        }
    }
    let plain = elements.iter().all(|element| !element.is_empty() && !element.starts_with("ARRAY["));
    (word == "ARRAY" && plain).then_some(elements)
}

/// The `T` of the `::T[]` that the nodes begin with, and how many nodes that takes.
fn element_type(nodes: &[Node<'_>]) -> Option<(String, usize)> {
    let mut data_type = String::new();
    for (index, node) in nodes.iter().enumerate() {
        match node {
            Node::Group('[', inside) if index > 0 && inside.is_empty() => {
                return Some((data_type, index + 1));
            }
            Node::Text(text) => {
                let text = if index == 0 { text.strip_prefix("::")? } else { text };
                if !text.chars().all(|c| c.is_alphanumeric() || "_. ".contains(c)) {
                    return None;
                }
                data_type.push_str(text);
            }
            Node::Quoted(text) if index > 0 && text.starts_with('"') => data_type.push_str(text),
            Node::Group('(', _) if index > 0 => data_type.push_str(&render(slice::from_ref(node))),
            _ => return None,
        }
    }
    None
}

fn render(nodes: &[Node<'_>]) -> String {
    let print = |node: &Node<'_>| match node {
        Node::Text(text) => text.to_string(),
        Node::Quoted(text) => (*text).to_owned(),
        Node::Group('(', nodes) => format!("({})", render(nodes)),
        Node::Group(_, nodes) => format!("[{}]", render(nodes)),
    };
    nodes.iter().map(print).collect()
}

#[cfg(test)]
mod tests {
    use super::canonicalize;

    #[test]
    fn an_expression_is_printed_as_the_parser_would_change_it() {
        for (printed, canonical) in [
            ("(((a AND b) AND c) AND (d AND e))", "(a AND b AND c AND (d AND e))"),
            ("(n > (- 1))", "(n > '-1'::integer)"),
            (
                "((- 3000000000), (- 1.5), (- n), (- '1'::text))",
                "('-3000000000'::bigint, '-1.5'::numeric, (- n), (- '1'::text))",
            ),
            ("f((- 1)) OR f(- 1)", "f('-1'::integer) OR f(- 1)"),
            ("((a OR b) OR (NOT c))", "(a OR b OR (NOT c))"),
            ("((a AND b) OR c)", "((a AND b) OR c)"),
            ("CHECK ((((n >= 1) AND (n <= 5)) AND ok))", "CHECK (((n >= 1) AND (n <= 5) AND ok))"),
            (
                "((v)::text = ANY ((ARRAY['a, b'::character varying, 'it''s'::character varying])::text[]))",
                "((v)::text = ANY (ARRAY[('a, b'::character varying)::text, ('it''s'::character varying)::text]))",
            ),
            ("(ARRAY[1, f(2, 3)])::numeric(5,2)[]", "ARRAY[(1)::numeric(5,2), (f(2, 3))::numeric(5,2)]"),
            ("(ARRAY[a])::\"my type\"[] || x", "ARRAY[(a)::\"my type\"] || x"),
        ] {
            assert_eq!(canonicalize(printed.to_owned()), canonical);
            assert_eq!(canonicalize(canonical.to_owned()), canonical);
        }
    }

    #[test]
    fn a_string_with_a_backslash_means_the_same_in_every_session() {
        for (printed, canonical) in [
            (r"CHECK ((a ~ '^\d+$'::text))", r"CHECK ((a ~ E'^\\d+$'::text))"),
            (r#"('it''s \'::text || "a\b")"#, r#"(E'it''s \\'::text || "a\b")"#),
            (r"(ARRAY['\'::text])[1]", r"(ARRAY[E'\\'::text])[1]"),
        ] {
            assert_eq!(canonicalize(printed.to_owned()), canonical);
            assert_eq!(canonicalize(canonical.to_owned()), canonical);
        }
    }

    #[test]
    fn other_expressions_are_unchanged() {
        for printed in [
            "",
            "('(a AND b) AND c'::text || E'\\\\')",
            "(\"(a AND b) AND\" AND c)",
            "((a)::boolean AND b)",
            "(ARRAY[a])[1]",
            "(ARRAY[ARRAY[a]])::text[]",
            "ARRAY[]::text[]",
            "((ARRAY[a])::text",
            "'open",
            "a)",
            "\u{e4}(\u{fc}\u{20ac})['\u{df}']",
        ] {
            assert_eq!(canonicalize(printed.to_owned()), printed);
        }
    }
}
