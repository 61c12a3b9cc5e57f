//! The errors of reading and writing a folder of migrations.

use std::{io, path::PathBuf};

/// Why a folder of migrations cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// The file system reported an error.
    #[error("cannot read or write {}", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// The folder does not exist.
    #[error(
        "there is no folder {}: are you in the project's folder? Otherwise name another one with --migrations, or create it \
         with `revision --autogenerate`, or with `baseline` for an existing database",
        std::path::absolute(.0).as_ref().unwrap_or(.0).display()
    )]
    NoFolder(PathBuf),
    /// The file name does not follow sqlx's scheme, so sqlx would skip or reject it.
    #[error(
        "{0} does not follow sqlx's naming scheme <version>_<slug>.up.sql or .down.sql; rename it or move it away"
    )]
    Name(String),
    /// Two files have the same version and direction.
    #[error("{0} and {1} have the same version; give the newer one a later version")]
    SameVersion(String, String),
    /// An `.up.sql` file has no `.down.sql`.
    #[error("{0} has no .down.sql; write one, if only with the line `-- irreversible: <reason>`")]
    NoDown(String),
    /// A `.down.sql` file has no `.up.sql`.
    #[error("{0} has no .up.sql; restore that file or delete this one")]
    NoUp(String),
    /// `-- no-transaction` is in a position where sqlx ignores it.
    #[error(
        "{file}, line {line}: `-- no-transaction` only works as the very first line; move it to the top of the file"
    )]
    NoTransaction {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A file does not fit the revision that its header names.
    #[error(
        "the header of {file} names it file {index} of revision {revision}, but it does not follow the file before it; restore \
         the file names and the `-- revision:` lines of that revision"
    )]
    Misplaced {
        /// The file's name.
        file: String,
        /// The revision's version.
        revision: i64,
        /// The position of the file in the revision, from 1.
        index: usize,
    },
    /// Some files of a revision are missing.
    #[error(
        "revision {revision} has {has} of its {of} files: those after {last} are missing; restore them, or delete all of its files"
    )]
    Incomplete {
        /// The revision's version.
        revision: i64,
        /// The number of files that exist.
        has: usize,
        /// The number of files that should exist.
        of: usize,
        /// The name of the last one that exists.
        last: String,
    },
    /// No revision has this version or prefix.
    #[error("there is no revision {0}; `history` lists them")]
    NotFound(String),
    /// The prefix matches several revisions.
    #[error("{given} matches several revisions: {}; give more digits", list(.candidates))]
    Ambiguous {
        /// The given prefix.
        given: String,
        /// The versions of the matching revisions.
        candidates: Vec<i64>,
    },
    /// The revision is not in a folder.
    #[error("revision {0} is embedded in the program, not a file")]
    Embedded(i64),
}

pub(crate) fn list(versions: &[i64]) -> String {
    versions.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}
