//! Comments in migration files that the tools interpret.

use crate::{plan::Slot, render::statements::gaps};

/// The comment by which sqlx recognizes a file that runs outside a transaction.
pub(crate) const NO_TRANSACTION: &str = "-- no-transaction";
const REVISION: &str = "-- revision: ";
const SLOT: &str = "-- SLOT";
const SLOT_IN_FULL: &str = "-- SLOT (delete this line when the statement below is right): ";
const GAP: &str = "a … is left";
const GUARD: &str = "-- GUARD (this file stops if there are such rows):";
const IRREVERSIBLE: &str = "-- irreversible:";

/// The content of a down file whose up file only changes data.
pub(crate) const NOTHING_TO_REVERT: &str = "-- Nothing to revert: the way up only changes data.\n";
/// The content of a file that only exists because the other direction has more files.
pub(crate) const PADDING: &str = "-- Nothing to do here: ";

/// The words by which a generated file says where it comes from.
pub(crate) const GENERATED: &str = "Generated from the models";

/// The header of a file: the revision that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The version of the revision, which is the version of its first file.
    pub revision: i64,
    /// The file's position, from 1.
    pub index: usize,
    /// The number of files in the revision.
    pub of: usize,
    /// What the revision is for.
    pub message: String,
}

impl Header {
    /// Formats the header as a line of the file.
    pub(crate) fn line(&self) -> String {
        format!("{REVISION}{} ({} of {}): {}", self.revision, self.index, self.of, self.message)
    }

    /// Parses the header in the comment at the top of a file.
    pub(crate) fn parse(sql: &str) -> Option<Self> {
        leading_comment(sql).find_map(Self::parse_line)
    }

    fn parse_line(line: &str) -> Option<Self> {
        let (revision, rest) = line.strip_prefix(REVISION)?.split_once(" (")?;
        let (index, rest) = rest.split_once(" of ")?;
        let (of, message) = rest.split_once("): ")?;
        Some(Self {
            revision: revision.parse().ok()?,
            index: index.parse().ok().filter(|index| *index > 0)?,
            of: of.parse().ok()?,
            message: message.trim().to_owned(),
        })
    }

    /// Replaces the header of a file with this one.
    pub(crate) fn replace_in(&self, sql: &str) -> String {
        let Some(old) = leading_comment(sql).find(|line| Self::parse_line(line).is_some()) else {
            return sql.to_owned();
        };
        sql.replacen(old, &self.line(), 1)
    }
}

fn leading_comment(sql: &str) -> impl Iterator<Item = &str> {
    sql.lines().map(str::trim_end).take_while(|line| line.starts_with("--"))
}

/// Whether the header of a file says that it was generated from models. It may have been edited
/// since.
pub(crate) fn is_generated(sql: &str) -> bool {
    let origin = |line: &str| line.trim_start_matches('-').trim_start().starts_with(GENERATED);
    Header::parse(sql).is_some() && leading_comment(sql).any(origin)
}

/// Whether a file contains only comments.
pub(crate) fn is_empty(sql: &str) -> bool {
    sql.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with("--"))
}

/// Whether a file only exists because the other direction has more files.
pub(crate) fn is_padding(sql: &str) -> bool {
    is_empty(sql) && marked(sql, PADDING).next().is_some()
}

/// The line that opens a slot.
pub(crate) fn slot_line(title: &str) -> String {
    format!("{SLOT_IN_FULL}{}", one_line(title))
}

/// The lines above a guard: what it is for, and how to do without it.
pub(crate) fn guard_lines(slot: &Slot, how: &str) -> String {
    let template: String = slot.template.lines().flat_map(|line| ["--   ", line, "\n"]).collect();
    format!("{GUARD} {}. To migrate such rows instead, {how}:\n{template}", one_line(&slot.title))
}

/// The line that marks a way down as irreversible.
pub(crate) fn irreversible_line(reason: &str) -> String {
    format!("{IRREVERSIBLE} {}", one_line(reason))
}

/// The open slots: line, from 1, and title. A `…` that is left without its `SLOT` line is one, too.
pub(crate) fn slots(sql: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut found: Vec<_> = marked(sql, SLOT)
        .map(|(line, rest)| (line, rest.split_once("): ").map_or(rest, |(_, title)| title).trim()))
        .collect();
    if found.is_empty() && Header::parse(sql).is_some() {
        found.extend(gaps(sql).into_iter().map(|line| (line, GAP)));
    }
    found.into_iter()
}

/// The first line that marks the file as irreversible, from 1, and its reason.
pub(crate) fn irreversible(sql: &str) -> Option<(usize, &str)> {
    marked(sql, IRREVERSIBLE).next().map(|(line, reason)| (line, reason.trim()))
}

/// The line, from 1, of a `-- no-transaction` that has no effect.
pub(crate) fn misplaced_no_transaction(sql: &str) -> Option<usize> {
    if sql.starts_with(NO_TRANSACTION) {
        return None;
    }
    marked(sql, NO_TRANSACTION).next().map(|(line, _)| line)
}

fn marked<'a>(sql: &'a str, mark: &'static str) -> impl Iterator<Item = (usize, &'a str)> {
    sql.lines()
        .enumerate()
        .filter_map(move |(at, line)| line.trim_start().strip_prefix(mark).map(|rest| (at + 1, rest)))
}

/// Joins a text into one line, because a comment ends with its line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A statement in a file that has to be completed by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSlot {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What the statement has to do.
    pub title: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_round_trips() {
        let header = Header { revision: 7, index: 2, of: 3, message: "add (1 of 2): sku".to_owned() };
        let sql = format!("{NO_TRANSACTION}\n{}\n-- more\n\nSELECT 1;\n", header.line());
        assert_eq!(Header::parse(&sql), Some(header.clone()));
        let moved = Header { revision: 9, ..header };
        assert_eq!(Header::parse(&moved.replace_in(&sql)), Some(moved));
        assert_eq!(Header::parse("SELECT 1;\n-- revision: 7 (1 of 1): not a header"), None);
    }

    #[test]
    fn marks_are_found_with_their_line_numbers() {
        let sql = "-- a\n  -- SLOT (delete this line when it is right): populate items.sku (2 rows)\nUPDATE …;\n-- irreversible: lost\n";
        assert_eq!(slots(sql).collect::<Vec<_>>(), [(2, "populate items.sku (2 rows)")]);
        assert_eq!(slots(&slot_line("a\nb")).collect::<Vec<_>>(), [(1, "a b")]);
        let header = Header { revision: 7, index: 1, of: 1, message: "m".to_owned() }.line();
        for (rest, lines) in [
            ("\n-- … '\nUPDATE a SET b = …;", &[3][..]),
            ("\nDO $$\nBEGIN -- …\n UPDATE a SET b = '…', c = …;\nEND $$;\nSELECT …;", &[4, 6]),
            ("\nUPDATE a SET b = '…', c = $$…$$, \"…\" = 1; /* … */", &[]),
        ] {
            let sql = format!("{header}{rest}");
            assert_eq!(
                slots(&sql).collect::<Vec<_>>(),
                lines.iter().map(|line| (*line, GAP)).collect::<Vec<_>>()
            );
            assert_eq!(slots(rest).next(), None, "a file of another tool");
        }
        assert_eq!(irreversible(sql), Some((4, "lost")));
        assert_eq!(misplaced_no_transaction("-- a\n-- no-transaction\n"), Some(2));
        assert_eq!(misplaced_no_transaction("-- no-transaction\n"), None);
        assert!(is_empty("-- a\n\n  -- b") && !is_empty("-- a\nSELECT 1"));
        assert!(!is_padding(NOTHING_TO_REVERT) && is_padding(&format!("-- a\n\n{PADDING}more files")));
    }
}
