//! What the deletion of rows does to other tables.

use std::fmt;

use crate::schema::Name;

/// Rows of another table that are changed when rows are deleted, or that prevent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cascade {
    /// The table that references the deleted rows.
    pub table: Name,
    /// Its foreign key.
    pub constraint: String,
    /// The action of the foreign key, such as `CASCADE`.
    pub action: &'static str,
    /// A query that counts the rows that may be affected, to be run on the actual database.
    pub count: String,
    /// The number of those rows, if known. It depends on which rows are deleted, so fewer may be
    /// affected.
    pub rows: Option<u64>,
}

impl Cascade {
    /// Whether the rows prevent the deletion.
    pub(crate) fn blocks(&self) -> bool {
        matches!(self.action, "NO ACTION" | "RESTRICT")
    }
}

/// Formats the cascade as it appears in migration files.
impl fmt::Display for Cascade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, constraint, action, .. } = self;
        let rows = match self.rows {
            Some(1) => "up to 1 row".to_owned(),
            Some(rows) if rows > 0 => format!("up to {} rows", grouped(rows)),
            _ => "rows".to_owned(),
        };
        match *action {
            _ if self.blocks() => {
                write!(f, "referenced by {rows} of {table} ({constraint}): move them first")
            }
            "CASCADE" => write!(f, "also deletes {rows} of {table} (ON DELETE {action})"),
            _ => write!(f, "also changes {rows} of {table} (ON DELETE {action})"),
        }
    }
}

/// The number with commas.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
