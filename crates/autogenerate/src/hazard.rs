//! Risks and costs of a statement.

use std::{collections::BTreeSet, fmt};

/// A risk or cost of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hazard {
    /// Data is deleted.
    DeletesData,
    /// Every row is rewritten.
    RewritesTable,
    /// Writes are blocked for a time that grows with the table.
    BlocksWrites,
    /// Reads are blocked for a time that grows with the table.
    BlocksReads,
    /// Existing rows may violate what the statement requires, so that it fails.
    MayFailOnData,
    /// An index is built, which takes longer for larger tables.
    BuildsIndex,
}

/// Formats the hazard as it appears in migration files and on the terminal.
impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DeletesData => "deletes-data",
            Self::RewritesTable => "rewrites-table",
            Self::BlocksWrites => "blocks-writes",
            Self::BlocksReads => "blocks-reads",
            Self::MayFailOnData => "may-fail-on-data",
            Self::BuildsIndex => "builds-index",
        })
    }
}

/// Formats hazards as a list, such as `blocks-writes, builds-index`.
pub(crate) fn join(hazards: &BTreeSet<Hazard>) -> String {
    hazards.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
