//! Unmanaged objects that block a change.

use std::fmt;

/// An object that has to be dropped before a change, and cannot be recreated after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependant {
    /// The object as PostgreSQL describes it, such as `view newest_items`.
    pub dependant: String,
    /// Why it cannot be recreated.
    pub reason: &'static str,
}

impl fmt::Display for Dependant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stands in the way: {}", self.dependant, self.reason)
    }
}
