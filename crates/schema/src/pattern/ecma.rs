//! Regular expressions of ECMA-262, with its flag `u`, in the syntax of the `regex` crates.

use std::{fmt::Write, iter::Peekable, str::Chars};

use regex_automata::util::syntax;

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsupported {
    LookAround,
    BackReference,
    /// Not in ECMA-262 with the flag `u`, or not worth its complexity.
    Syntax,
}

type Result<T> = std::result::Result<T, Unsupported>;

const DIGIT: &str = "0-9";
const WORD: &str = "A-Za-z0-9_";
const SPACE: &str = r"\t-\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";
const LINE_END: &str = r"\n\r\u{2028}\u{2029}";
const EVERYTHING: &str = r"\u{0}-\u{10ffff}";

/// What comes before `=` in `\p{Script=Greek}`.
const PROPERTIES: [&str; 6] = ["General_Category", "gc", "Script", "sc", "Script_Extensions", "scx"];

/// Translates what has another meaning there, and rejects what only the other syntax has.
pub(crate) fn translate(pattern: &str) -> Result<String> {
    let mut parser = Parser { chars: pattern.chars().peekable(), translated: String::new() };
    parser.translate()?;
    Ok(parser.translated)
}

struct Parser<'p> {
    chars: Peekable<Chars<'p>>,
    translated: String,
}

/// A part of a class.
enum Atom {
    Char(char),
    Set(String),
}

impl Parser<'_> {
    fn translate(&mut self) -> Result<()> {
        let mut is_repeatable = false;
        while let Some(char) = self.chars.next() {
            is_repeatable = match char {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                '*' | '+' | '?' | '{' if is_repeatable => self.quantifier(char)?,
                '*' | '+' | '?' | '{' | '}' | ']' => return Err(Unsupported::Syntax),
                '.' => {
                    self.translated.extend(["[^", LINE_END, "]"]);
                    true
                }
                _ => {
                    self.translated.push(char);
                    !matches!(char, '^' | '$' | '|')
                }
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<char> {
        self.chars.next().ok_or(Unsupported::Syntax)
    }

    fn push(&mut self, atom: &Atom) {
        match atom {
            // Whatever it means there.
            Atom::Char(char) => write!(self.translated, r"\u{{{:x}}}", u32::from(*char)).unwrap_or_default(),
            Atom::Set(set) => self.translated.push_str(set),
        }
    }

    /// What follows a parenthesis.
    fn group(&mut self) -> Result<bool> {
        self.translated.push('(');
        if self.chars.next_if_eq(&'?').is_none() {
            return Ok(false);
        }
        match (self.chars.next(), self.chars.peek()) {
            (Some('=' | '!'), _) | (Some('<'), Some('=' | '!')) => return Err(Unsupported::LookAround),
            (Some(':'), _) => self.translated.push_str("?:"),
            (Some('<'), _) => {
                let name = self.until('>')?;
                if name.contains(|char: char| !char.is_alphanumeric() && char != '_') {
                    return Err(Unsupported::Syntax);
                }
                self.translated.extend(["?<", &name, ">"]);
            }
            _ => return Err(Unsupported::Syntax),
        }
        Ok(false)
    }

    fn quantifier(&mut self, char: char) -> Result<bool> {
        self.translated.push(char);
        if char == '{' {
            let range = self.until('}')?;
            let (least, most) = range.split_once(',').unwrap_or((&range, ""));
            if least.is_empty() || [least, most].concat().contains(|char: char| !char.is_ascii_digit()) {
                return Err(Unsupported::Syntax);
            }
            self.translated.extend([&range, "}"]);
        }
        self.translated.extend(self.chars.next_if_eq(&'?'));
        Ok(false)
    }

    /// The text before this character, which is consumed too.
    fn until(&mut self, end: char) -> Result<String> {
        let mut text = String::new();
        loop {
            match self.next()? {
                char if char == end => return Ok(text),
                char => text.push(char),
            }
        }
    }

    /// What follows a bracket.
    fn class(&mut self) -> Result<bool> {
        let is_negated = self.chars.next_if_eq(&'^').is_some();
        let is_empty = self.chars.next_if_eq(&']').is_some();
        self.translated.push_str(if is_negated == is_empty { "[" } else { "[^" });
        if is_empty {
            self.translated.push_str(EVERYTHING);
        }
        while !is_empty && let Some(first) = self.class_atom()? {
            self.push(&first);
            if self.chars.next_if_eq(&'-').is_none() {
                continue;
            }
            self.translated.push('-');
            match (first, self.class_atom()?) {
                (Atom::Char(first), Some(Atom::Char(last))) if first <= last => self.push(&Atom::Char(last)),
                (_, None) => break,
                _ => return Err(Unsupported::Syntax),
            }
        }
        self.translated.push(']');
        Ok(true)
    }

    /// `None` at the end of the class.
    fn class_atom(&mut self) -> Result<Option<Atom>> {
        Ok(match self.next()? {
            ']' => None,
            '\\' if self.chars.next_if_eq(&'b').is_some() => Some(Atom::Char('\u{8}')),
            '\\' if self.chars.next_if_eq(&'-').is_some() => Some(Atom::Char('-')),
            '\\' => Some(self.escaped()?),
            char => Some(Atom::Char(char)),
        })
    }

    /// What follows a backslash outside of classes.
    fn escape(&mut self) -> Result<bool> {
        if let Some(char) = self.chars.next_if(|char| matches!(char, 'b' | 'B')) {
            self.translated.extend([r"(?-u:\", char.encode_utf8(&mut [0; 4]), ")"]);
            return Ok(false);
        }
        let atom = self.escaped()?;
        self.push(&atom);
        Ok(true)
    }

    fn escaped(&mut self) -> Result<Atom> {
        Ok(Atom::Char(match self.next()? {
            'd' => return Ok(Atom::Set(format!("[{DIGIT}]"))),
            'D' => return Ok(Atom::Set(format!("[^{DIGIT}]"))),
            'w' => return Ok(Atom::Set(format!("[{WORD}]"))),
            'W' => return Ok(Atom::Set(format!("[^{WORD}]"))),
            's' => return Ok(Atom::Set(format!("[{SPACE}]"))),
            'S' => return Ok(Atom::Set(format!("[^{SPACE}]"))),
            letter @ ('p' | 'P') => return self.property(letter),
            '0' if !self.chars.peek().is_some_and(char::is_ascii_digit) => '\0',
            '0'..='9' | 'k' => return Err(Unsupported::BackReference),
            'c' => {
                let letter = self.chars.next_if(char::is_ascii_alphabetic).ok_or(Unsupported::Syntax)?;
                char::from(letter as u8 % 32)
            }
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'x' => char::from_u32(self.hex(2)?).ok_or(Unsupported::Syntax)?,
            'u' => self.unicode()?,
            char if r"^$\.*+?()[]{}|/".contains(char) => char,
            _ => return Err(Unsupported::Syntax),
        }))
    }

    fn hex(&mut self, digits: usize) -> Result<u32> {
        let digits = (0..digits).map(|_| self.next()?.to_digit(16).ok_or(Unsupported::Syntax));
        digits.into_iter().try_fold(0, |number, digit| Ok(number * 16 + digit?))
    }

    /// A code point, or its surrogates.
    fn unicode(&mut self) -> Result<char> {
        let code = if self.chars.next_if_eq(&'{').is_some() {
            let digits = self.until('}')?;
            let digits = Some(digits).filter(|digits| !digits.starts_with('+'));
            digits.and_then(|digits| u32::from_str_radix(&digits, 16).ok()).ok_or(Unsupported::Syntax)?
        } else {
            let first = self.hex(4)?;
            if matches!(first, 0xd800..0xdc00) && self.next()? == '\\' && self.next()? == 'u' {
                let second = self.hex(4)?.checked_sub(0xdc00).filter(|second| *second < 0x400);
                0x1_0000 + (first - 0xd800) * 0x400 + second.ok_or(Unsupported::Syntax)?
            } else {
                first
            }
        };
        // A lone surrogate is in no text.
        char::from_u32(code).ok_or(Unsupported::Syntax)
    }

    /// What follows `\p`. The other syntax also has scripts without `Script=`, and names in any
    /// case.
    fn property(&mut self, letter: char) -> Result<Atom> {
        self.chars.next_if_eq(&'{').ok_or(Unsupported::Syntax)?;
        let text = self.until('}')?;
        let is_supported = match text.split_once('=') {
            Some((property, value)) => PROPERTIES.contains(&property) && is_name(value),
            None => is_name(&text) && syntax::parse(&format!(r"\p{{Script={text}}}")).is_err(),
        };
        is_supported.then(|| Atom::Set(format!(r"\{letter}{{{text}}}"))).ok_or(Unsupported::Syntax)
    }
}

/// Whether it is written like `Uppercase_Letter`.
fn is_name(text: &str) -> bool {
    text.split('_').all(|word| {
        word.starts_with(|first: char| first.is_ascii_uppercase())
            && word.chars().all(|char| char.is_ascii_alphanumeric())
    })
}
