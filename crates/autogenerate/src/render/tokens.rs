//! Splits SQL into tokens, in order to find names in it.

/// A token of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A keyword or an unquoted name.
    Word(&'a str),
    /// A quoted name, including its quotes.
    Quoted(&'a str),
    /// A string literal, including its quotes and the `E` prefix.
    Text(&'a str),
    /// Whitespace.
    Space(&'a str),
    /// Anything else: one character, or `::`.
    Other(&'a str),
}

impl<'a> Token<'a> {
    /// The text, unchanged.
    pub(crate) fn text(self) -> &'a str {
        match self {
            Self::Word(text)
            | Self::Quoted(text)
            | Self::Text(text)
            | Self::Space(text)
            | Self::Other(text) => text,
        }
    }
}

/// Splits SQL into tokens, which together are the whole text.
pub(crate) fn tokens<'a>(sql: &'a str) -> Vec<Token<'a>> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (len, kind): (usize, fn(&'a str) -> Token<'a>) = if first.is_whitespace() {
            (span(rest, char::is_whitespace), Token::Space)
        } else if first == '\'' {
            (string(rest, false), Token::Text)
        } else if first == '"' {
            (quoted(rest, '"', false), Token::Quoted)
        } else if rest.starts_with("E'") || rest.starts_with("e'") {
            (string(rest, true), Token::Text)
        } else if first.is_alphabetic() || first == '_' {
            (span(rest, |c| c.is_alphanumeric() || c == '_' || c == '$'), Token::Word)
        } else if first.is_ascii_digit() {
            (span(rest, |c| c.is_alphanumeric() || c == '.' || c == '_'), Token::Other)
        } else if rest.starts_with("::") {
            (2, Token::Other)
        } else {
            (first.len_utf8(), Token::Other)
        };
        let (token, after) = rest.split_at(len);
        tokens.push(kind(token));
        rest = after;
    }
    tokens
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn string(text: &str, escapes: bool) -> usize {
    let prefix = usize::from(escapes);
    prefix + quoted(&text[prefix..], '\'', escapes)
}

/// The length of the quoted text at the start. A quote that is doubled or escaped by a backslash
/// does not end it.
pub(super) fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote {
            match chars.peek() {
                Some((_, next)) if *next == quote => {
                    chars.next();
                }
                _ => return at + 1,
            }
        }
    }
    text.len()
}

/// Adds parentheses, unless the expression is already enclosed in them.
pub(crate) fn parenthesized(sql: &str) -> String {
    if is_enclosed(sql) { sql.to_owned() } else { format!("({sql})") }
}

/// Adds parentheses if the expression has an operator that is a word, so that more can follow it
/// after `DEFAULT`.
pub(crate) fn operand(sql: &str) -> String {
    let mut depth = 0_usize;
    let is_open = tokens(sql).into_iter().any(|token| {
        match token {
            Token::Other("(" | "[") => depth += 1,
            Token::Other(")" | "]") => depth = depth.saturating_sub(1),
            Token::Word(word) if depth == 0 => {
                return OPERATORS.contains(&word.to_ascii_lowercase().as_str());
            }
            _ => {}
        }
        false
    });
    if is_open { parenthesized(sql) } else { sql.to_owned() }
}

const OPERATORS: &[&str] = &[
    "and", "at", "between", "collate", "ilike", "in", "is", "isnull", "like", "not", "notnull", "or",
    "similar",
];

fn is_enclosed(sql: &str) -> bool {
    let tokens = tokens(sql);
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Other("(") => depth += 1,
            Token::Other(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at > 0 && at + 1 == tokens.len();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_add_up_to_the_text() {
        for sql in
            ["a.\"B\"\"c\" = E'it\\'s' || 'x''y'::text[]", "", "'open", "((a)::numeric * 2.5e10)", "ä <> 'ö'"]
        {
            assert_eq!(tokens(sql).into_iter().map(Token::text).collect::<String>(), sql);
        }
        assert_eq!(tokens("E'\\''")[0], Token::Text("E'\\''"));
    }

    #[test]
    fn parentheses_are_added_unless_one_pair_encloses_all() {
        assert_eq!(parenthesized("(a + b)"), "(a + b)");
        assert_eq!(parenthesized("(a) + (b)"), "((a) + (b))");
        assert_eq!(parenthesized("lower(a)"), "(lower(a))");
        assert_eq!(operand("now() AT TIME ZONE 'utc'"), "(now() AT TIME ZONE 'utc')");
        assert_eq!(operand("'a and b'::character varying"), "'a and b'::character varying");
    }
}
