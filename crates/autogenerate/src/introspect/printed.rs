//! Texts that PostgreSQL prints in several ways, although they mean the same.

use crate::{
    render::{
        internal_type_name,
        tokens::{Token, tokens},
    },
    schema::Name,
};

/// Sorts the storage parameters in the definition of an index.
pub(super) fn with_sorted_options(definition: String) -> String {
    let tokens = tokens(&definition);
    let mut depth = 0_usize;
    let start = tokens.windows(3).position(|window| {
        match window[0] {
            Token::Other("(") => depth += 1,
            Token::Other(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(window, [Token::Word("WITH"), Token::Space(_), Token::Other("(")])
    });
    let Some(start) = start.map(|at| at + 3) else { return definition };
    let Some(count) = tokens[start..].iter().position(|token| *token == Token::Other(")")) else {
        return definition;
    };
    let text = |tokens: &[Token<'_>]| tokens.iter().map(|token| token.text()).collect::<String>();
    let options = text(&tokens[start..start + count]);
    let mut options: Vec<_> = options.split(", ").collect();
    options.sort_unstable();
    format!("{}{}{}", text(&tokens[..start]), options.join(", "), text(&tokens[start + count..]))
}

/// Removes the names of constants in the query of a view if they are those that PostgreSQL gives by
/// itself. In a branch of a union, it prints `NULL::integer` at first, but `NULL::integer AS int4`
/// after parsing that.
pub(super) fn without_given_names(query: &str) -> String {
    let tokens = tokens(query);
    let (mut text, mut at) = (String::new(), 0);
    while let Some(token) = tokens.get(at) {
        text.push_str(token.text());
        at += 1;
        let is_constant = matches!(token, Token::Text(_) | Token::Word("NULL"));
        if !is_constant || tokens.get(at) != Some(&Token::Other("::")) {
            continue;
        }
        let Some(count) = tokens[at..].iter().position(|token| *token == Token::Word("AS")) else { continue };
        let data_type: String = tokens[at + 1..at + count].iter().map(|token| token.text()).collect();
        let alias = tokens.get(at + count + 2).map(|token| Name::parse(token.text()).name);
        if alias.is_some() && alias == given_name(data_type.trim()) {
            text.push_str("::");
            text.push_str(data_type.trim());
            at += count + 3;
        }
    }
    text
}

/// The name that PostgreSQL gives to a constant of a type; `None` if it is not a type.
fn given_name(data_type: &str) -> Option<String> {
    let data_type = data_type.trim_end_matches("[]");
    let (before, rest) = data_type.split_once('(').unwrap_or((data_type, ""));
    let after = rest.split_once(')').map_or("", |(_, after)| after);
    let whole = format!("{before}{after}");
    let name = internal_type_name(&whole);
    (!name.contains(char::is_whitespace)).then(|| Name::parse(name).name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_storage_parameters_of_the_index_are_sorted() {
        let sorted = |definition: &str| with_sorted_options(definition.to_owned());
        assert_eq!(
            sorted("btree (f('a WITH (c, b)', (b))) WITH (fillfactor='70', deduplicate_items=off) WHERE (b)"),
            "btree (f('a WITH (c, b)', (b))) WITH (deduplicate_items=off, fillfactor='70') WHERE (b)"
        );
        assert_eq!(sorted("gist (b WITH &&, a WITH =)"), "gist (b WITH &&, a WITH =)");
    }

    #[test]
    fn only_names_that_are_given_anyway_are_removed() {
        for (printed, expected) in [
            (
                "SELECT NULL::integer AS int4,\n 'a'::text\n FROM a",
                "SELECT NULL::integer,\n 'a'::text\n FROM a",
            ),
            ("SELECT '-1'::integer AS int4", "SELECT '-1'::integer"),
            ("SELECT 'x'::s.mood AS mood, NULL::\"char\" AS \"char\"", "SELECT 'x'::s.mood, NULL::\"char\""),
            ("SELECT NULL::numeric(9,2)[] AS \"numeric\"", "SELECT NULL::numeric(9,2)[]"),
            ("SELECT NULL::integer AS x", "SELECT NULL::integer AS x"),
            ("SELECT a::integer AS int4", "SELECT a::integer AS int4"),
            ("SELECT NULL::integer\n FROM int4 AS int4", "SELECT NULL::integer\n FROM int4 AS int4"),
        ] {
            assert_eq!(without_given_names(printed), expected);
        }
    }
}
