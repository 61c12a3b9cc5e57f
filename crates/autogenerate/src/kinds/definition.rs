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

/// Whether a condition is NULL, which a check accepts, if all its columns are: it has only
/// operators and functions that are NULL for a NULL argument, as far as known.
pub(super) fn is_null_for_nulls(sql: &str) -> bool {
    let tokens = tokens(sql).into_iter().filter(|token| !matches!(token, Token::Space(_)));
    let tokens: Vec<_> = tokens.collect();
    let is = |at: Option<usize>, text: &str| {
        at.and_then(|at| tokens.get(at)).is_some_and(|token| *token == Token::Other(text))
    };
    tokens.iter().enumerate().all(|(at, token)| match token {
        // The size of a type.
        Token::Word(_) if is(at.checked_sub(1), "::") => true,
        Token::Word(name) | Token::Quoted(name) if is(Some(at + 1), "(") => {
            let name = name.trim_matches('"');
            !is(at.checked_sub(1), ".") && STRICT.split(' ').any(|strict| strict == name)
        }
        Token::Word(word) => !["IS", "CASE", "FALSE"].iter().any(|other| word.eq_ignore_ascii_case(other)),
        // No value is in an empty array, not even NULL.
        Token::Text(text) => *text != "'{}'",
        _ => true,
    })
}

/// Functions, and key words before a parenthesis, that are NULL for a NULL argument.
const STRICT: &str = "\
    AND OR NOT ANY ALL EXTRACT SUBSTRING POSITION TRIM varying abs array_length ascii btrim cardinality ceil ceiling \
    char_length character_length date_part date_trunc floor initcap isempty isfinite jsonb_array_length jsonb_typeof \
    json_typeof left length lower lower_inc ltrim md5 mod octet_length position power regexp_replace replace reverse \
    right round rtrim sign sqrt starts_with strpos substr substring timezone to_char translate trunc upper upper_inc";

const STABLE: &str = "\
    now transaction_timestamp statement_timestamp timezone date_trunc varying character numeric bit \
    timestamp time interval lower upper to_jsonb jsonb_build_object jsonb_build_array make_interval \
    current_setting";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_null_for_nulls_unless_something_in_it_may_not_be() {
        for sql in [
            "((place > 0))",
            "((char_length((name)::text) >= 1) AND (char_length((name)::character varying(9)) <= 200))",
            "((kind = ANY (ARRAY['a'::text, 'b'::text])) OR (lower(kind) ~ 'IS NULL'::text))",
            "((NOT (\"left\"(name, 1) = ' '::text)))",
        ] {
            assert!(is_null_for_nulls(sql), "{sql}");
        }
        for sql in [
            "((a IS NOT NULL))",
            "((num_nonnulls(a, b) = 1))",
            "((COALESCE(a, 0) > 0))",
            "((a = ANY ('{}'::text[])))",
            "(((a > 0) AND false))",
            "((shop.lower(a) = 'x'::text))",
            "(CASE a WHEN 1 THEN true ELSE false END)",
        ] {
            assert!(!is_null_for_nulls(sql), "{sql}");
        }
    }

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
