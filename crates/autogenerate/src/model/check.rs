//! Check constraints, of tables and domains.

use super::location::Location;

/// A check constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckModel {
    /// Its name; `None` for the one that PostgreSQL would choose.
    pub name: Option<&'static str>,
    /// The condition, without parentheses around it.
    pub expression: &'static str,
    /// The comment in the database.
    pub comment: Option<&'static str>,
    /// Where the model declares it.
    pub location: Location,
}
