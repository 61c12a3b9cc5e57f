//! Regular expressions of ECMA-262 in the syntax of the `regex` crates.

use std::{iter::Peekable, str::Chars};

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsupported {
    LookAround,
    BackReference,
    /// Not in ECMA-262 with the flag `u`, or not worth its complexity.
    Syntax,
}

const DIGIT: &str = "0-9";
const WORD: &str = "A-Za-z0-9_";
const SPACE: &str = r"\t-\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";
const LINE_END: &str = r"\n\r\u{2028}\u{2029}";

/// Translates what has another meaning there, and rejects what only the other syntax has.
pub(crate) fn translate(pattern: &str) -> Result<String, Unsupported> {
    let mut chars = pattern.chars().peekable();
    let mut translated = String::with_capacity(pattern.len());
    let mut in_class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => escape(&mut chars, in_class, &mut translated)?,
            '[' if !in_class => {
                in_class = true;
                translated.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    translated.push('^');
                }
                if chars.peek() == Some(&']') {
                    return Err(Unsupported::Syntax);
                }
            }
            ']' if in_class => {
                in_class = false;
                translated.push(']');
            }
            '-' if in_class && chars.peek() == Some(&'-') => return Err(Unsupported::Syntax),
            // A range ends in one character: before a class, the hyphen stands for itself.
            '-' if in_class && is_class(chars.clone()) => translated.push_str(r"\-"),
            '[' | '&' | '~' if in_class => translated.extend(['\\', char]),
            '(' if !in_class => group(&mut chars, &mut translated)?,
            '.' if !in_class => translated.extend(["[^", LINE_END, "]"]),
            _ => translated.push(char),
        }
    }
    Ok(translated)
}

fn is_class(mut ahead: Peekable<Chars<'_>>) -> bool {
    ahead.next() == Some('\\') && matches!(ahead.next(), Some('d' | 'D' | 's' | 'S' | 'w' | 'W'))
}

/// What follows a parenthesis.
fn group(chars: &mut Peekable<Chars<'_>>, translated: &mut String) -> Result<(), Unsupported> {
    translated.push('(');
    if chars.next_if_eq(&'?').is_none() {
        return Ok(());
    }
    match (chars.next(), chars.peek()) {
        (Some('=' | '!'), _) | (Some('<'), Some('=' | '!')) => Err(Unsupported::LookAround),
        (Some(':'), _) => {
            translated.push_str("?:");
            Ok(())
        }
        (Some('<'), _) => {
            translated.push_str("?<");
            Ok(())
        }
        _ => Err(Unsupported::Syntax),
    }
}

/// What follows a backslash.
fn escape(
    chars: &mut Peekable<Chars<'_>>,
    in_class: bool,
    translated: &mut String,
) -> Result<(), Unsupported> {
    let char = chars.next().ok_or(Unsupported::Syntax)?;
    match char {
        'd' => translated.extend(["[", DIGIT, "]"]),
        'D' => translated.extend(["[^", DIGIT, "]"]),
        'w' => translated.extend(["[", WORD, "]"]),
        'W' => translated.extend(["[^", WORD, "]"]),
        's' => translated.extend(["[", SPACE, "]"]),
        'S' => translated.extend(["[^", SPACE, "]"]),
        'b' if in_class => translated.push_str(r"\x08"),
        'b' => translated.push_str(r"(?-u:\b)"),
        'B' if !in_class => translated.push_str(r"(?-u:\B)"),
        '0' if !chars.peek().is_some_and(char::is_ascii_digit) => translated.push_str(r"\x00"),
        '0'..='9' | 'k' => return Err(Unsupported::BackReference),
        'c' => {
            let letter = chars.next_if(char::is_ascii_alphabetic).ok_or(Unsupported::Syntax)?;
            translated.extend(char::from_u32(u32::from(letter) % 32));
        }
        'f' | 'n' | 'p' | 'P' | 'r' | 't' | 'u' | 'v' | 'x' => translated.extend(['\\', char]),
        // Word boundaries in the other syntax.
        '<' | '>' => return Err(Unsupported::Syntax),
        _ if char.is_ascii_punctuation() => translated.extend(['\\', char]),
        _ => return Err(Unsupported::Syntax),
    }
    Ok(())
}
