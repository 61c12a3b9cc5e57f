//! From text to tokens.

use crate::error::{Error, excerpt};

/// The smallest part of a filter that has a meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub kind: TokenKind,
    /// The token as it is written; empty at the end.
    pub text: &'t str,
    /// Where it begins: 1 for the first code point of the filter.
    pub column: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A keyword, field or label.
    Word,
    /// What looks like a number or a timestamp.
    Bare,
    /// A quoted text, decoded.
    Quoted(String),
    /// An operator or punctuation mark.
    Symbol,
    /// A character that begins no token.
    Unknown,
    End,
}

/// Reads tokens one by one, and every character once.
#[derive(Debug)]
pub(crate) struct Lexer<'t> {
    rest: &'t str,
    /// Of the next character.
    column: usize,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { rest: text, column: 1 }
    }

    /// The next token.
    ///
    /// # Errors
    ///
    /// A quoted text that is not a JSON string, or that PostgreSQL cannot store.
    pub(crate) fn next(&mut self) -> Result<Token<'t>, Error> {
        self.skip_while(|char| matches!(char, ' ' | '\t' | '\n' | '\r'));
        let (start, column) = (self.rest, self.column);
        let kind = match self.bump() {
            None => TokenKind::End,
            Some('"') => TokenKind::Quoted(self.quoted()?),
            Some(char) if is_word_start(char) => {
                self.skip_while(is_word);
                TokenKind::Word
            }
            Some('0'..='9' | '-') => {
                self.skip_while(|char| char.is_ascii_alphanumeric() || "+-.:".contains(char));
                TokenKind::Bare
            }
            Some('(' | ')' | ',' | '.' | ':' | '=') => TokenKind::Symbol,
            Some('<' | '>') => {
                self.skip_if('=');
                TokenKind::Symbol
            }
            Some('!') if self.skip_if('=') => TokenKind::Symbol,
            Some(_) => TokenKind::Unknown,
        };
        Ok(Token { kind, text: &start[..start.len() - self.rest.len()], column })
    }

    /// The rest of a quoted text (RFC 8259 §7), decoded.
    fn quoted(&mut self) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            let column = self.column;
            match self.bump() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape(column)?),
                Some(char) if char >= ' ' => text.push(char),
                Some(char) => {
                    let problem =
                        format!("control character {} in a text", excerpt(char.encode_utf8(&mut [0; 4])));
                    return Err(Error::new(column, problem, "an escape such as `\\n` or `\\u0009`"));
                }
                None => return Err(Error::new(column, "unexpected end in a text", "`\"`")),
            }
        }
    }

    /// The character of an escape whose backslash is at a column.
    fn escape(&mut self, column: usize) -> Result<char, Error> {
        let char = match self.bump() {
            Some(char @ ('"' | '\\' | '/')) => Some(char),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => self.code_unit().and_then(|unit| match unit {
                0xD800..0xDC00 if self.skip_if('\\') && self.skip_if('u') => {
                    let low = self.code_unit().filter(|low| (0xDC00..0xE000).contains(low))?;
                    char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
                }
                _ => char::from_u32(unit),
            }),
            _ => None,
        };
        match char {
            Some('\0') => Err(Error::new(column, "U+0000, which no value contains,", "another character")),
            Some(char) => Ok(char),
            None => Err(Error::new(
                column,
                "invalid escape",
                "`\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, or `\\u` with 4 hexadecimal digits, surrogates in pairs",
            )),
        }
    }

    /// Four hexadecimal digits.
    fn code_unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| Some(unit << 4 | self.bump()?.to_digit(16)?))
    }

    fn bump(&mut self) -> Option<char> {
        let char = self.rest.chars().next()?;
        self.rest = &self.rest[char.len_utf8()..];
        self.column += 1;
        Some(char)
    }

    fn skip_if(&mut self, char: char) -> bool {
        let skips = self.rest.starts_with(char);
        if skips {
            self.bump();
        }
        skips
    }

    fn skip_while(&mut self, is_part: impl Fn(char) -> bool) {
        while self.rest.starts_with(&is_part) {
            self.bump();
        }
    }
}

/// Whether a label needs no quotes.
pub(crate) fn is_plain_label(label: &str) -> bool {
    label.starts_with(is_word_start) && label.chars().all(is_word)
}

fn is_word_start(char: char) -> bool {
    char.is_ascii_alphabetic() || char == '_'
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// So a filter has no more tokens than characters, and the parser takes no more steps.
        #[test]
        fn every_token_is_after_the_one_before(text in "[a-z0-9\"\\\\ .:<=>!()é-]{0,80}") {
            let mut lexer = Lexer::new(&text);
            let mut next = 1;
            while let Ok(token) = lexer.next() {
                assert!(token.column >= next);
                next = token.column + token.text.chars().count();
                if token.kind == TokenKind::End {
                    assert_eq!(next, text.chars().count() + 1);
                    break;
                }
                assert!(!token.text.is_empty());
            }
        }
    }
}
