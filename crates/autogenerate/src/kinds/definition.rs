//! Parses the definitions of indexes and constraints.

use crate::{
    render::tokens::{Token, tokens},
    schema::{Key, Name, quote_identifier},
};

/// A uniqueness rule: the terms that must differ between rows.
pub(super) struct Unique {
    pub(super) terms: Vec<String>,
    pub(super) condition: Option<String>,
    pub(super) nulls_distinct: bool,
}

impl Unique {
    pub(super) fn from_key(key: &Key) -> Self {
        let terms = key.columns.iter().map(|column| quote_identifier(column)).collect();
        Self { terms, condition: None, nulls_distinct: !key.index.contains("NULLS NOT DISTINCT") }
    }

    /// Parses the definition of an index, such as
    /// `btree (lower(name), id DESC) WHERE (deleted_at IS NULL)`.
    pub(super) fn from_index(definition: &str) -> Self {
        let parts = Parts::parse(definition);
        Self {
            terms: parts.elements.into_iter().map(|element| term(&element)).collect(),
            condition: parts.condition,
            nulls_distinct: !parts.rest.contains("NULLS NOT DISTINCT"),
        }
    }
}

/// The definition of an index or exclusion constraint: the elements in parentheses, what follows
/// them, and the condition.
pub(crate) struct Parts {
    pub(crate) elements: Vec<String>,
    pub(crate) rest: String,
    pub(crate) condition: Option<String>,
}

impl Parts {
    pub(crate) fn parse(definition: &str) -> Self {
        let mut parts = Self { elements: Vec::new(), rest: String::new(), condition: None };
        let (mut depth, mut group) = (0_usize, 0_usize);
        for token in tokens(definition) {
            match token {
                Token::Other("(") => depth += 1,
                Token::Other(")") => depth = depth.saturating_sub(1),
                _ => {}
            }
            let opens = token == Token::Other("(") && depth == 1;
            let closes = token == Token::Other(")") && depth == 0;
            if let Some(condition) = &mut parts.condition {
                condition.push_str(token.text());
            } else if depth == 0 && token == Token::Word("WHERE") {
                parts.condition = Some(String::new());
            } else if opens && group == 0 {
                group = 1;
                parts.elements.push(String::new());
            } else if closes && group == 1 {
                group = 2;
            } else if group == 1 && depth == 1 && token == Token::Other(",") {
                parts.elements.push(String::new());
            } else if group == 1
                && let Some(element) = parts.elements.last_mut()
            {
                element.push_str(token.text());
            } else if group == 2 {
                parts.rest.push_str(token.text());
            }
        }
        parts.condition = parts.condition.map(|condition| condition.trim().to_owned());
        parts.elements.iter_mut().for_each(|element| *element = element.trim().to_owned());
        parts
    }
}

/// The columns in the list that follows `start`, such as ` INCLUDE (`; none without such a list.
pub(crate) fn definition_columns(definition: &str, start: &str) -> Vec<String> {
    let Some((_, rest)) = definition.split_once(start) else { return Vec::new() };
    let parts = Parts::parse(&format!("({rest}"));
    parts.elements.iter().map(|name| Name::parse(name).name).collect()
}

/// The expression of an index element, without its collation, operator class and order.
pub(super) fn term(element: &str) -> String {
    let (mut depth, mut out) = (0_usize, String::new());
    for token in tokens(element) {
        match token {
            Token::Other("(") => depth += 1,
            Token::Other(")") => depth = depth.saturating_sub(1),
            Token::Space(_) if depth == 0 => break,
            _ => {}
        }
        out.push_str(token.text());
    }
    out
}

/// The expression of a check constraint, in parentheses.
pub(super) fn condition(definition: &str) -> String {
    let text = definition.strip_prefix("CHECK").unwrap_or(definition).trim();
    text.strip_suffix("NO INHERIT").unwrap_or(text).trim().to_owned()
}

/// Whether it calls a function that is not known to return one value for a whole statement.
pub(super) fn is_volatile(sql: &str) -> bool {
    let tokens = tokens(sql);
    let calls = tokens.windows(2).filter_map(|pair| match pair {
        [Token::Word(name), Token::Other("(")] => Some(*name),
        _ => None,
    });
    calls.into_iter().any(|name| STABLE.split(' ').all(|stable| stable != name))
}

const STABLE: &str = "\
    now transaction_timestamp statement_timestamp timezone date_trunc varying character numeric bit \
    timestamp time interval lower upper to_jsonb jsonb_build_object jsonb_build_array make_interval \
    current_setting";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terms_of_an_index_are_found_in_its_definition() {
        let unique = Unique::from_index(
            "btree (lower(name) text_pattern_ops, ((a -> 'x, y'::text)) DESC, id) INCLUDE (b) WHERE (c IS NULL)",
        );
        assert_eq!(unique.terms, ["lower(name)", "((a -> 'x, y'::text))", "id"]);
        assert_eq!(unique.condition.as_deref(), Some("(c IS NULL)"));
        assert!(unique.nulls_distinct);
        assert!(!Unique::from_index("btree (a) NULLS NOT DISTINCT").nulls_distinct);
        let parts = Parts::parse("USING gist (room WITH =, tstzrange(a, b) WITH &&) WHERE (c)");
        assert_eq!(parts.elements, ["room WITH =", "tstzrange(a, b) WITH &&"]);
    }
}
