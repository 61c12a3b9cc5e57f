//! Splits a script into statements.

/// The statements of a script, each with the byte at which it begins. Comments before a statement
/// are not part of it.
pub(crate) fn statements(script: &str) -> Vec<(usize, &str)> {
    let mut scanner = Scanner { script, at: 0, parentheses: 0, blocks: 0, word: "" };
    let (mut found, mut begin) = (Vec::new(), None);
    while let Some(c) = scanner.script[scanner.at..].chars().next() {
        let at = scanner.at;
        match scanner.next(c) {
            Piece::Blank => {}
            Piece::End => found.extend(begin.take().map(|begin| (begin, script[begin..at].trim_end()))),
            Piece::Code => _ = begin.get_or_insert(at),
        }
    }
    found.extend(begin.map(|begin| (begin, script[begin..].trim_end())));
    found
}

/// A piece of a script.
enum Piece {
    /// Whitespace or a comment.
    Blank,
    /// The semicolon after a statement.
    End,
    /// A part of a statement.
    Code,
}

struct Scanner<'a> {
    script: &'a str,
    at: usize,
    parentheses: usize,
    /// The depth of `BEGIN ATOMIC … END`, in which semicolons do not end the statement.
    blocks: usize,
    /// The word before.
    word: &'a str,
}

impl<'a> Scanner<'a> {
    /// Moves past the next piece, which begins with `c`.
    fn next(&mut self, c: char) -> Piece {
        let rest = &self.script[self.at..];
        if c.is_whitespace() || rest.starts_with("--") || rest.starts_with("/*") {
            self.at += blank(rest);
            return Piece::Blank;
        }
        if c.is_alphabetic() || c == '_' {
            self.word(rest);
            return Piece::Code;
        }
        self.at += match c {
            '\'' => quoted(rest, '\'', self.word.eq_ignore_ascii_case("e")),
            '"' => quoted(rest, '"', false),
            '$' => dollar_quoted(rest),
            c => c.len_utf8(),
        };
        self.word = "";
        match c {
            '(' => self.parentheses += 1,
            ')' => self.parentheses = self.parentheses.saturating_sub(1),
            ';' if self.parentheses + self.blocks == 0 => return Piece::End,
            _ => {}
        }
        Piece::Code
    }

    fn word(&mut self, rest: &'a str) {
        let word = &rest[..span(rest, |c| c.is_alphanumeric() || c == '_' || c == '$')];
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        if is("atomic") && self.word.eq_ignore_ascii_case("begin") || self.blocks > 0 && is("case") {
            self.blocks += 1;
        } else if is("end") {
            self.blocks = self.blocks.saturating_sub(1);
        }
        self.word = word;
        self.at += word.len();
    }
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The length of the whitespace or comment at the start. Block comments nest.
fn blank(text: &str) -> usize {
    if text.starts_with("--") {
        return span(text, |c| c != '\n');
    }
    if !text.starts_with("/*") {
        return span(text, char::is_whitespace);
    }
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the quoted text at the start. A doubled quote reads as two texts, which is the same
/// here.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// The length of the dollar-quoted text at the start, or of the dollar sign.
fn dollar_quoted(text: &str) -> usize {
    let tag = 1 + span(&text[1..], |c| c.is_alphanumeric() || c == '_');
    if text[1..].starts_with(|c: char| c.is_ascii_digit()) || !text[tag..].starts_with('$') {
        return 1;
    }
    let (tag, body) = text.split_at(tag + 1);
    body.find(tag).map_or(text.len(), |end| tag.len() + end + tag.len())
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn a_semicolon_in_a_text_a_comment_or_a_body_ends_no_statement() {
        let script = "-- a; b\nSELECT 'x;''y', E'\\';', \"z;\" /* ; /* ; */ ; */ FROM t;\n\n-- c\n\
                      DO $g$ BEGIN PERFORM 1; END $g$;\nSELECT $1;CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b);\n\
                      CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;\nSELECT 3 -- last\n";
        let found = statements(script);
        let begins: Vec<_> = found.iter().map(|(_, sql)| sql.split(' ').next().unwrap()).collect();
        assert_eq!(begins, ["SELECT", "DO", "SELECT", "CREATE", "CREATE", "SELECT"]);
        assert!(found.iter().all(|(at, sql)| script[*at..].starts_with(sql)));
        assert_eq!(statements("-- nothing\n;;"), []);
    }
}
