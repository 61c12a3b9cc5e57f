//! Some lines of an import.

use crate::error::Fault;

/// The most lines of a portion.
pub const MAX_LINES: usize = 500;
/// The most bytes of a line.
pub const MAX_LINE: usize = 256 * 1024;
/// A portion of so many bytes is complete; with its last line it may have a MiB.
const ENOUGH: usize = 1024 * 1024 - MAX_LINE;

/// Some lines, each an object of JSON.
#[derive(Debug, Default)]
pub struct Portion {
    /// The texts of all lines.
    pub text: Vec<u8>,
    pub lines: Vec<Line>,
    /// What is wrong with the columns of all lines, so that nothing more is read.
    pub header: Vec<Fault>,
}

/// A line of a file.
#[derive(Debug)]
pub struct Line {
    /// 1 is the first.
    pub number: u64,
    /// Where its text ends, which begins where that of the line before ends.
    pub end: usize,
    /// What is wrong with it, instead of a text.
    pub fault: Option<Fault>,
}

impl Portion {
    /// Whether it takes no more lines.
    pub fn is_full(&self) -> bool {
        self.lines.len() >= MAX_LINES || self.start() >= ENOUGH || !self.header.is_empty()
    }

    /// Ends a line, whose text is what was added since the last one.
    pub fn end_line(&mut self, number: u64, fault: Option<Fault>) {
        self.lines.push(Line { number, end: self.text.len(), fault });
    }

    /// Where the text of the next line begins.
    pub fn start(&self) -> usize {
        self.lines.last().map_or(0, |line| line.end)
    }
}

/// The fault of a line that has too many bytes.
pub fn too_long() -> Fault {
    Fault::at("", "too_long", format!("must have at most {} KiB", MAX_LINE / 1024))
}
