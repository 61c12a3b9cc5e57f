//! Parses as much of a model's SQL as choosing names needs: which columns an expression names, and
//! what PostgreSQL would call it.
//!
//! A guess that differs from PostgreSQL's only leads to a name that PostgreSQL would not have
//! chosen.

use crate::{render::internal_type_name, schema::quote_identifier};

/// A token of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// A key word, a name or a number.
    Word(&'a str),
    /// A name in double quotes, without them.
    Quoted(&'a str),
    /// A string literal.
    Text,
    /// `::`.
    Cast,
    /// Any other character.
    Sign(char),
}

/// A token with its start and end in the text.
type Piece<'a> = (Token<'a>, usize, usize);

/// Splits a text into tokens. It accepts any text, even if it is not valid SQL.
fn tokenize(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = match first {
            '\'' => (Some(Token::Text), quoted_length(rest, '\'')),
            '"' => {
                let length = quoted_length(rest, '"');
                (Some(Token::Quoted(rest[1..length].trim_end_matches('"'))), length)
            }
            ':' if rest.starts_with("::") => (Some(Token::Cast), 2),
            _ if first.is_whitespace() => (None, first.len_utf8()),
            _ if is_word(first) => {
                let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                (Some(Token::Word(&rest[..length])), length)
            }
            _ => (Some(Token::Sign(first)), first.len_utf8()),
        };
        pieces.extend(token.map(|token| (token, at, at + length)));
        at += length;
    }
    pieces
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// The length of the quoted token that the text begins with; a doubled quote does not close it.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == quote && characters.next_if(|&(_, next)| next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

/// The given columns that an expression names, each once.
pub(super) fn columns_in<'c>(expression: &str, columns: &[&'c str]) -> Vec<&'c str> {
    let pieces = tokenize(expression);
    let mut found = Vec::new();
    for (i, &(token, ..)) in pieces.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| pieces.get(i)).map(|piece| piece.0);
        let after = pieces.get(i + 1).map(|piece| piece.0);
        if before == Some(Token::Cast) || matches!(after, Some(Token::Sign('(' | '.') | Token::Text)) {
            continue;
        }
        found.extend(
            columns
                .iter()
                .copied()
                .find(|column| is_column(token, column))
                .filter(|column| !found.contains(column)),
        );
    }
    found
}

/// Whether the token names the column.
fn is_column(token: Token, column: &str) -> bool {
    match token {
        Token::Word(word) => word.to_lowercase() == column && quote_identifier(column) == column,
        Token::Quoted(name) => name == column,
        _ => false,
    }
}

/// An element of an index or an exclusion constraint: a column or an expression, and its options.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// The element as SQL.
    pub(super) sql: String,
    /// The column name that PostgreSQL gives it.
    pub(super) name: String,
}

/// Parses `created_at DESC`, `lower(name)` or `(a || b) gin_trgm_ops`. A column is quoted if
/// needed.
pub(super) fn parse_element(text: &str, columns: &[&str]) -> Element {
    let text = text.trim();
    let pieces = tokenize(text);
    let head = leading_operand(&pieces);
    let end = head.last().map_or(0, |piece| piece.2);
    let column = match head {
        [(token, ..)] => columns.iter().copied().find(|column| {
            is_column(*token, column)
                || matches!(token, Token::Word(word) if word == column || word.to_lowercase() == *column)
        }),
        _ => None,
    };
    match column {
        Some(column) => {
            Element { sql: format!("{}{}", quote_identifier(column), &text[end..]), name: column.to_owned() }
        }
        None => {
            Element { sql: text.to_owned(), name: figure_name(head).0.unwrap_or_else(|| "expr".to_owned()) }
        }
    }
}

/// The tokens of the column or expression that comes first: a name, a call, or something in
/// parentheses.
fn leading_operand<'p, 'a>(pieces: &'p [Piece<'a>]) -> &'p [Piece<'a>] {
    let opening = pieces.iter().position(|&(token, ..)| token == Token::Sign('('));
    let called = match opening {
        Some(0) => true,
        Some(i) => is_name(&pieces[..i]),
        None => false,
    };
    match opening {
        Some(i) if called => &pieces[..=closing_parenthesis(pieces, i)],
        _ => &pieces[..pieces.len().min(1)],
    }
}

/// Whether the tokens are a name, possibly qualified.
fn is_name(pieces: &[Piece]) -> bool {
    pieces.iter().enumerate().all(|(i, (token, ..))| match token {
        Token::Word(_) | Token::Quoted(_) => i % 2 == 0,
        Token::Sign('.') => i % 2 == 1,
        _ => false,
    })
}

/// The index of the parenthesis that closes the one at `opening`.
fn closing_parenthesis(pieces: &[Piece], opening: usize) -> usize {
    let mut depth = 0;
    for (i, (token, ..)) in pieces.iter().enumerate().skip(opening) {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    pieces.len() - 1
}

/// The name that PostgreSQL's `FigureColname` gives an expression, and whether it is a strong
/// match.
fn figure_name(pieces: &[Piece]) -> (Option<String>, bool) {
    let Some(&(first, ..)) = pieces.first() else { return (None, false) };
    if first == Token::Sign('(') && pieces.len() > 1 && closing_parenthesis(pieces, 0) == pieces.len() - 1 {
        return figure_name(&pieces[1..pieces.len() - 1]);
    }
    if let [base @ .., (Token::Word(collate), ..), (Token::Word(_) | Token::Quoted(_), ..)] = pieces
        && collate.eq_ignore_ascii_case("collate")
    {
        return figure_name(base);
    }
    let cast = pieces.iter().rposition(|&(token, ..)| token == Token::Cast);
    if let Some(cast) = cast
        && is_operand(&pieces[..cast])
    {
        return match figure_name(&pieces[..cast]) {
            strong @ (_, true) => strong,
            _ => (type_name(&pieces[cast + 1..]), false),
        };
    }
    if !is_operand(pieces) {
        return (None, false);
    }
    let open = pieces.iter().position(|&(token, ..)| token == Token::Sign('(')).unwrap_or(pieces.len());
    let name = open.checked_sub(1).and_then(|i| match pieces[i].0 {
        Token::Word(word) if !word.starts_with(|c: char| c.is_ascii_digit()) => Some(word.to_lowercase()),
        Token::Quoted(name) => Some(name.to_owned()),
        _ => None,
    });
    let strong = name.is_some();
    (name, strong)
}

/// Whether a cast can follow the tokens: a name, a literal, a call, something in parentheses, or a
/// cast of those.
fn is_operand(pieces: &[Piece]) -> bool {
    let cast = pieces.iter().position(|&(token, ..)| token == Token::Cast).unwrap_or(pieces.len());
    let pieces = &pieces[..cast];
    let open = pieces.iter().position(|&(token, ..)| token == Token::Sign('('));
    match (open, pieces) {
        (_, [(Token::Text, ..)]) => true,
        (Some(open), _) => is_name(&pieces[..open]) && closing_parenthesis(pieces, open) == pieces.len() - 1,
        (None, pieces) => !pieces.is_empty() && is_name(pieces),
    }
}

/// PostgreSQL's internal name of a type.
fn type_name(pieces: &[Piece]) -> Option<String> {
    let words: Vec<String> = pieces
        .iter()
        .map_while(|(token, ..)| match token {
            Token::Word(word) => Some(word.to_lowercase()),
            Token::Quoted(name) => Some((*name).to_owned()),
            _ => None,
        })
        .collect();
    let name = words.join(" ");
    (!name.is_empty()).then(|| internal_type_name(&name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [&str; 5] = ["name", "status", "createdAt", "order", "due"];

    #[test]
    fn the_columns_that_an_expression_names_are_found() {
        for (expression, expected) in [
            ("char_length(name) BETWEEN 1 AND 200", &["name"][..]),
            ("status IN ('name', 'due')", &["status"]),
            ("name <> status AND name <> ''", &["name", "status"]),
            ("\"createdAt\" < due", &["createdAt", "due"]),
            ("items.NAME <> 'it''s due'", &["name"]),
            ("\"order\" > 1 ORDER BY 1", &["order"]),
            ("due::name IS NOT NULL AND status(1)", &["due"]),
            ("true", &[]),
        ] {
            assert_eq!(columns_in(expression, &COLUMNS), expected, "{expression}");
        }
    }

    #[test]
    fn an_index_element_gets_the_name_that_postgresql_gives_it() {
        for (text, sql, name) in [
            ("name", "name", "name"),
            ("NAME desc nulls last", "name desc nulls last", "name"),
            ("createdAt DESC", "\"createdAt\" DESC", "createdAt"),
            ("order", "\"order\"", "order"),
            ("\"order\" text_ops", "\"order\" text_ops", "order"),
            ("lower(name) text_pattern_ops", "lower(name) text_pattern_ops", "lower"),
            ("pg_catalog.lower(name)", "pg_catalog.lower(name)", "lower"),
            ("(name || ' ' || status) DESC", "(name || ' ' || status) DESC", "expr"),
            ("(due::date)", "(due::date)", "due"),
            ("(('1' || status)::int)", "(('1' || status)::int)", "int4"),
            ("(name COLLATE \"C\")", "(name COLLATE \"C\")", "name"),
            ("(lower(name)::varchar(10))", "(lower(name)::varchar(10))", "lower"),
            ("(name || status::text)", "(name || status::text)", "expr"),
        ] {
            let expected = Element { sql: sql.to_owned(), name: name.to_owned() };
            assert_eq!(parse_element(text, &COLUMNS), expected, "{text}");
        }
    }

    #[test]
    fn invalid_sql_does_not_panic() {
        for text in ["", "(", "'", "\"", "a.", "((", "::", "ä(", "\"\"", "''"] {
            columns_in(text, &COLUMNS);
            parse_element(text, &COLUMNS);
        }
    }
}
