//! Literals of an expression: what a check compares a column with is most likely what the column may hold.

use crate::render::tokens::{Token, tokens};

/// The literals of one or more expressions, each once, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Literals {
    pub(super) texts: Vec<String>,
    pub(super) numbers: Vec<String>,
}

impl Literals {
    /// Adds those of an expression as PostgreSQL prints it.
    pub(super) fn read(&mut self, expression: &str) {
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
    fn literals_are_read_off_a_check() {
        let mut literals = Literals::default();
        literals.read("((state = ANY (ARRAY['draft'::text, 'it''s'::text])) AND (n >= 1) AND (n <= 9.5))");
        literals.read(r"(code ~ E'^\\d+$'::text)");
        assert_eq!(literals.texts, ["draft", "it's", r"^\d+$"]);
        assert_eq!(literals.numbers, ["1", "9.5"]);
    }
}
