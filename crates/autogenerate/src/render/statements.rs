//! Splits SQL into statements, where PostgreSQL does.

use super::tokens::quoted;

/// A statement in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The statement, without the comments before it and the semicolon after it.
    pub sql: &'a str,
}

impl Piece<'_> {
    /// The first word, in upper case.
    pub(crate) fn verb(self) -> String {
        let end = self.sql.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.sql.len());
        self.sql[..end].to_uppercase()
    }
}

/// A statement on one line that fits into a message, without the comments before it.
pub(crate) fn shortened(sql: &str) -> String {
    const LONGEST: usize = 80;
    let lines = sql.lines().skip_while(|line| line.starts_with("--"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}

/// The statements of a text, in order.
pub(crate) fn statements(sql: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut scanner = Scanner::default();
    let (mut start, mut at) = (None, 0);
    let piece = |from: usize, to: usize| Piece {
        line: sql[..from].matches('\n').count() + 1,
        sql: sql[from..to].trim_end(),
    };
    while at < sql.len() {
        let (len, kind) = lexeme(&sql[at..]);
        match kind {
            Kind::Blank => {}
            Kind::Other if &sql[at..at + len] == ";" && scanner.is_outside() => {
                found.extend(start.take().map(|from| piece(from, at)));
            }
            _ => {
                start.get_or_insert(at);
                scanner.read(kind, &sql[at..at + len]);
            }
        }
        at += len;
    }
    found.extend(start.map(|from| piece(from, sql.len())));
    found
}

/// The lines, from 1, with a `…` that is code: outside comments and strings, also in the body of a
/// `DO`.
pub(crate) fn gaps(sql: &str) -> Vec<usize> {
    let (mut found, mut at, mut line, mut follows_do) = (Vec::new(), 0, 1, false);
    while at < sql.len() {
        let (len, kind) = lexeme(&sql[at..]);
        let text = &sql[at..at + len];
        if text == "…" {
            found.push(line);
        } else if follows_do && text.starts_with('$') {
            let tag = text[1..].find('$').map_or(len, |end| end + 2);
            let body = text.get(tag..len.saturating_sub(tag)).unwrap_or_default();
            found.extend(gaps(body).into_iter().map(|own| line + own - 1));
        }
        if kind != Kind::Blank {
            follows_do = text.eq_ignore_ascii_case("do");
        }
        line += text.matches('\n').count();
        at += len;
    }
    found
}

/// What a semicolon would be inside of.
#[derive(Debug, Default)]
struct Scanner {
    parentheses: usize,
    /// The depth of `BEGIN ATOMIC … END` and of `CASE … END` in it.
    blocks: usize,
    follows_begin: bool,
}

impl Scanner {
    fn is_outside(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn read(&mut self, kind: Kind, text: &str) {
        let word = if kind == Kind::Word { text.to_ascii_lowercase() } else { String::new() };
        match (text, &*word) {
            ("(", _) => self.parentheses += 1,
            (")", _) => self.parentheses = self.parentheses.saturating_sub(1),
            (_, "atomic") if self.follows_begin => self.blocks += 1,
            (_, "case") if self.blocks > 0 => self.blocks += 1,
            (_, "end") => self.blocks = self.blocks.saturating_sub(1),
            _ => {}
        }
        self.follows_begin = word == "begin";
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Whitespace or a comment.
    Blank,
    Word,
    /// Anything else, such as a string.
    Other,
}

/// The length and the kind of the lexeme at the start.
fn lexeme(text: &str) -> (usize, Kind) {
    let Some(first) = text.chars().next() else { return (0, Kind::Blank) };
    let span = |is_part: fn(char) -> bool| text.find(|c| !is_part(c)).unwrap_or(text.len());
    match first {
        _ if first.is_whitespace() => (span(char::is_whitespace), Kind::Blank),
        '-' if text.starts_with("--") => (text.find('\n').unwrap_or(text.len()), Kind::Blank),
        '/' if text.starts_with("/*") => (block_comment(text), Kind::Blank),
        '\'' | '"' => (quoted(text, first, false), Kind::Other),
        'e' | 'E' if text[1..].starts_with('\'') => (1 + quoted(&text[1..], '\'', true), Kind::Other),
        '$' => (dollar_quoted(text), Kind::Other),
        _ if is_word_start(first) => (span(|c| is_word_start(c) || c.is_numeric() || c == '$'), Kind::Word),
        _ => (first.len_utf8(), Kind::Other),
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a dollar-quoted string, or of the dollar sign alone.
fn dollar_quoted(text: &str) -> usize {
    let Some(end) = text[1..].find('$') else { return 1 };
    let tag = &text[..end + 2];
    let name = &tag[1..tag.len() - 1];
    let is_tag = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if !is_tag {
        return 1;
    }
    text[tag.len()..].find(tag).map_or(text.len(), |at| tag.len() + at + tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_semicolon_ends_a_statement_unless_it_is_inside_of_something() {
        let sql = "-- a; b\nSELECT ';', \";\", E'\\';', $1 /* ; /* ; */ ; */ ;;\n\n\
                   CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);\n\
                   CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;\n\
                   DO $body$ BEGIN PERFORM 'x;'; END; $body$; BEGIN; COMMIT -- ;\n";
        let found = statements(sql);
        let verbs: Vec<_> = found.iter().map(|it| (it.line, it.verb())).collect();
        let expected = [(2, "SELECT"), (4, "CREATE"), (5, "CREATE"), (6, "DO"), (6, "BEGIN"), (6, "COMMIT")];
        assert_eq!(verbs, expected.map(|(line, verb)| (line, verb.to_owned())));
        assert_eq!(found[3].sql, "DO $body$ BEGIN PERFORM 'x;'; END; $body$");
        assert!(statements("-- nothing;\n").is_empty());
    }
}
