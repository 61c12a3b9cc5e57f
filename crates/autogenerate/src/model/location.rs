//! Places in source files.

use std::fmt;

/// A place in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as `file!()` names it.
    pub file: &'static str,
    /// The line, counted from one.
    pub line: u32,
}

impl Place {
    /// Where the function that called this was called, if that is `#[track_caller]`.
    #[track_caller]
    pub(super) fn caller() -> Self {
        let location = std::panic::Location::caller();
        Self { file: location.file(), line: location.line() }
    }
}

/// `file:line`, which terminals and editors make a link of.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
