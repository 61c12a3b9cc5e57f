//! Locations in source files.

use std::fmt;

/// A location in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as `file!()` names it.
    pub file: &'static str,
    /// The line, starting at 1.
    pub line: u32,
}

impl Location {
    /// The caller's caller, if the caller is `#[track_caller]`.
    #[track_caller]
    pub(super) fn caller() -> Self {
        let location = std::panic::Location::caller();
        Self { file: location.file(), line: location.line() }
    }
}

/// Prints `file:line`, which terminals and editors turn into a link.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
