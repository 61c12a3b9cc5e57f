//! What a person should know before a statement is run.

use std::fmt;

/// What can go wrong, or takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hazard {
    /// Data are gone afterwards.
    DeletesData,
    /// Every row is written anew.
    RewritesTable,
    /// Nobody can write meanwhile, for as long as the table is large.
    BlocksWrites,
    /// Nobody can read meanwhile, for as long as the table is large.
    BlocksReads,
    /// Rows that are there may not be what is asked for.
    MayFailOnData,
    /// An index is built, which takes as long as the table is large.
    BuildsIndex,
}

/// As files and terminals name it.
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
