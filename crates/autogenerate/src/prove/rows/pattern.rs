//! Generates texts that match a regular expression or a `LIKE` pattern, for columns that require
//! it.

use std::{iter::Peekable, str::Chars};

/// How many texts are generated for a regular expression.
const VARIANTS: usize = 12;

/// Texts that may match `pattern`; empty if it does not look like a pattern. PostgreSQL decides
/// whether they do.
pub(super) fn matching(pattern: &str) -> Vec<String> {
    let mut found = Vec::new();
    if pattern.contains(['^', '$', '[', '(', '+', '*', '\\', '.']) {
        let make = |variant| Maker { rest: pattern.chars().peekable(), variant }.alternatives(0);
        found.extend((0..VARIANTS).map(make));
    }
    if pattern.contains(['%', '_']) {
        found.extend(["", "a", "b", "cd", "é"].map(|text| pattern.replace('%', text).replace('_', "a")));
    }
    found.dedup();
    found
}

/// Parses a regular expression and generates a text that matches it.
struct Maker<'a> {
    rest: Peekable<Chars<'a>>,
    /// Which of the texts to generate.
    variant: usize,
}

impl Maker<'_> {
    /// Parses up to a `)`, and generates one of the alternatives that `|` separates.
    fn alternatives(&mut self, depth: usize) -> String {
        let mut done = Vec::new();
        let mut text = String::new();
        while let Some(c) = self.rest.next() {
            match c {
                ')' if depth > 0 => break,
                '|' => done.push(std::mem::take(&mut text)),
                '^' | '$' => {}
                _ => {
                    let atom = self.atom(c, depth);
                    text.push_str(&atom.repeat(self.repeats()));
                }
            }
        }
        done.push(text);
        let chosen = self.variant % done.len();
        done.swap_remove(chosen)
    }

    fn atom(&mut self, c: char, depth: usize) -> String {
        match c {
            // Assertions such as a lookahead, which match no text, are not supported.
            '(' if depth < 20 => {
                if self.rest.next_if_eq(&'?').is_some() {
                    self.rest.next();
                }
                self.alternatives(depth + 1)
            }
            '[' => self.class().to_string(),
            '.' => self.letter().to_string(),
            '\\' => match self.rest.next() {
                Some('d') => self.digit().to_string(),
                Some('w') => self.letter().to_string(),
                Some('s') => " ".to_owned(),
                Some('A' | 'Z' | 'm' | 'M' | 'y') | None => String::new(),
                Some(escaped) => escaped.to_string(),
            },
            _ => c.to_string(),
        }
    }

    /// A character of a bracket expression, whose `[` is consumed.
    fn class(&mut self) -> char {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut members: Vec<char> = Vec::new();
        while let Some(c) = self.rest.next() {
            match c {
                ']' if !members.is_empty() => break,
                '[' if self.rest.next_if_eq(&':').is_some() => {
                    let name: String = self.rest.by_ref().take_while(|c| *c != ':').collect();
                    self.rest.next();
                    members.push(match name.as_str() {
                        "digit" | "xdigit" => self.digit(),
                        "upper" => self.letter().to_ascii_uppercase(),
                        "space" | "blank" => ' ',
                        "punct" => '.',
                        _ => self.letter(),
                    });
                }
                '\\' => members.push(match self.rest.next() {
                    Some('d') => self.digit(),
                    Some('s') => ' ',
                    Some(c) if c != 'w' => c,
                    _ => self.letter(),
                }),
                '-' if !members.is_empty() && self.rest.peek().is_some_and(|c| *c != ']') => {
                    let from = members.last().copied().unwrap_or('a');
                    let to = self.rest.next().unwrap_or(from);
                    members.extend((from..=to).skip(1).take(100));
                }
                _ => members.push(c),
            }
        }
        if negated {
            members = ('a'..='z').chain(['1', '-', ' ']).filter(|c| !members.contains(c)).collect();
        }
        members.get(self.variant % members.len().max(1)).copied().unwrap_or('~')
    }

    fn digit(&self) -> char {
        char::from_digit(u32::try_from(self.variant).unwrap_or_default() % 10, 10).unwrap_or('0')
    }

    fn letter(&self) -> char {
        ('a'..='z').nth(self.variant).unwrap_or('z')
    }

    /// How often to repeat the preceding atom: as rarely as allowed, but once if possible.
    fn repeats(&mut self) -> usize {
        let count = match self.rest.peek() {
            Some('+' | '*' | '?') => {
                self.rest.next();
                1
            }
            Some('{') => {
                self.rest.next();
                let bounds: String = self.rest.by_ref().take_while(|c| *c != '}').collect();
                let mut bounds = bounds.split(',').map(|bound| bound.parse().unwrap_or(usize::MAX));
                let (low, high) = (bounds.next().unwrap_or(1), bounds.next().unwrap_or(usize::MAX));
                low.max(1.min(high)).min(1_000)
            }
            _ => return 1,
        };
        self.rest.next_if_eq(&'?');
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_generated_from_a_pattern() {
        for (pattern, text) in [
            ("^[A-Z]{3}-[0-9]{2,}$", "CCC-22"),
            (r"^\d+(\.\d{2})?$", "0.00"),
            ("^(draft|live)_[[:alpha:]]+$", "live_b"),
            ("^[^@]+@[^@]+\\.[a-z]{2,6}$", "a@a.aa"),
            ("^[]a]?.*$", "]a"),
            ("([", "~"),
        ] {
            assert!(matching(pattern).contains(&text.to_owned()), "{pattern}: {:?}", matching(pattern));
        }
        assert!(matching("plain").is_empty());
        assert_eq!(matching("a%b")[..2], ["ab", "aab"]);
    }
}
