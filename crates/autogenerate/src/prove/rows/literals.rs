//! The literals of an expression: a column most likely accepts what a check compares it with.

use crate::render::tokens::{Token, tokens};

/// The literals of one or more expressions, each once, in order of appearance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Literals {
    pub(super) texts: Vec<String>,
    pub(super) numbers: Vec<String>,
}

impl Literals {
    /// Adds the literals of an expression that PostgreSQL printed.
    pub(super) fn collect(&mut self, expression: &str) {
        for token in tokens(expression) {
            match token {
                Token::Text(text) => add(&mut self.texts, unquote(text)),
                Token::Other(number) if number.starts_with(|c: char| c.is_ascii_digit()) => {
                    add(&mut self.numbers, number.to_owned());
                }
                _ => {}
            }
        }
    }
}

fn add(list: &mut Vec<String>, literal: String) {
    if !list.contains(&literal) {
        list.push(literal);
    }
}

fn unquote(literal: &str) -> String {
    let escapes = literal.starts_with(['E', 'e']);
    let inner = literal.trim_start_matches(['E', 'e']).trim_start_matches('\'');
    let inner = inner.strip_suffix('\'').unwrap_or(inner).replace("''", "'");
    if escapes { inner.replace("\\\\", "\\") } else { inner }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_collected_from_a_check() {
        let mut literals = Literals::default();
        literals.collect("((state = ANY (ARRAY['draft'::text, 'it''s'::text])) AND (n >= 1) AND (n <= 9.5))");
        literals.collect(r"(code ~ E'^\\d+$'::text)");
        assert_eq!(literals.texts, ["draft", "it's", r"^\d+$"]);
        assert_eq!(literals.numbers, ["1", "9.5"]);
    }
}
