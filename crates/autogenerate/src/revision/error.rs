//! What can be wrong with a folder of migrations.

use std::{io, path::PathBuf};

/// Why a folder of migrations cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// The file system refused.
    #[error("{} cannot be used", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// sqlx would pass over the file, or refuse it.
    #[error(
        "{0} is not named as sqlx wants it: <version>_<slug>.up.sql and .down.sql; rename it or move it away"
    )]
    Name(String),
    /// Two files for one thing.
    #[error("{0} and {1} have the same version; give the newer one a later version")]
    SameVersion(String, String),
    /// A way up without a way down.
    #[error("{0} has no .down.sql beside it; write one, if only with the line `-- irreversible: <reason>`")]
    NoDown(String),
    /// A way down without a way up.
    #[error("{0} has no .up.sql beside it; restore that, or delete this")]
    NoUp(String),
    /// `-- no-transaction` where sqlx does not see it.
    #[error(
        "{file}, line {line}: `-- no-transaction` works as the very first line alone; move it to the top of the file"
    )]
    NoTransaction {
        /// The file's name.
        file: String,
        /// Counted from 1.
        line: usize,
    },
    /// A file that does not fit the revision that it says it belongs to.
    #[error(
        "{file} says that it is file {index} of revision {revision}, but it does not follow the one before it there; restore the \
         names and the `-- revision:` lines of that revision"
    )]
    Misplaced {
        /// The file's name.
        file: String,
        /// The revision's version.
        revision: i64,
        /// Its place, counted from 1.
        index: usize,
    },
    /// A revision of several files that are not all there.
    #[error("revision {revision} has {has} of its {of} files; restore the others, or delete it whole")]
    Incomplete {
        /// The revision's version.
        revision: i64,
        /// How many files there are.
        has: usize,
        /// How many there should be.
        of: usize,
    },
    /// No revision begins so.
    #[error("there is no revision {0}; `history` lists them")]
    NotFound(String),
    /// Several revisions begin so.
    #[error("{given} is the beginning of several revisions: {}; give more digits", list(.candidates))]
    Ambiguous {
        /// What was asked for.
        given: String,
        /// The revisions.
        candidates: Vec<i64>,
    },
    /// The revision is not in a folder.
    #[error("revision {0} is part of the program, not a file")]
    Embedded(i64),
}

pub(crate) fn list(versions: &[i64]) -> String {
    versions.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}
