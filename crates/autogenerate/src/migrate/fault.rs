//! What [`repair`](fn@super::repair) finds.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::revision::list;

/// What contradicts the migrations in the table of applied ones, or was left by an interruption.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A file was edited after it was applied.
    Edited {
        /// The version.
        version: i64,
        /// The file.
        file: String,
        /// When it was applied.
        applied_at: DateTime<Utc>,
    },
    /// Another migration was applied under the version of a file.
    Conflict {
        /// The version.
        version: i64,
        /// sqlx's description of the applied one.
        recorded: String,
        /// The file.
        file: String,
        /// When it was applied.
        applied_at: DateTime<Utc>,
    },
    /// An applied migration has no file, but a file of the same content or description has another
    /// version.
    Renumbered {
        /// The recorded version.
        from: i64,
        /// The version of the file.
        version: i64,
        /// The file.
        file: String,
        /// When it was applied.
        applied_at: DateTime<Utc>,
    },
    /// An applied migration has no file.
    Missing {
        /// The version.
        version: i64,
        /// sqlx's description of the file.
        description: String,
        /// When it was applied.
        applied_at: DateTime<Utc>,
    },
    /// A revision replaces migrations that are applied.
    Replaced {
        /// The version of the revision.
        revision: i64,
        /// The replaced versions.
        versions: Vec<i64>,
        /// Those of them whose checksum differs.
        edited: Vec<i64>,
    },
    /// A revision replaces migrations that are only partly applied.
    PartlyReplaced {
        /// The version of the revision.
        revision: i64,
        /// The replaced versions that are not applied.
        missing: Vec<i64>,
    },
    /// Reverting a revision was interrupted.
    Reverting {
        /// The version of the revision.
        revision: i64,
        /// The number of its files that are still recorded.
        applied: usize,
        /// The number of its files.
        of: usize,
    },
    /// Applying a revision was interrupted.
    PartlyApplied {
        /// The version of the revision.
        revision: i64,
        /// The number of applied files.
        applied: usize,
        /// The number of its files.
        of: usize,
    },
    /// Building an index was interrupted.
    InvalidIndex {
        /// The index.
        index: String,
        /// The pending file that builds it.
        file: Option<String>,
    },
}

impl Fault {
    /// Whether [`repair`](fn@super::repair) can correct it.
    #[must_use]
    pub fn is_curable(&self) -> bool {
        match self {
            Self::Edited { .. }
            | Self::Conflict { .. }
            | Self::Renumbered { .. }
            | Self::Missing { .. }
            | Self::Replaced { .. } => true,
            Self::Reverting { applied, of, .. } => applied == of,
            Self::PartlyReplaced { .. } | Self::PartlyApplied { .. } | Self::InvalidIndex { .. } => false,
        }
    }

    /// Whether correcting it is only right if the database has the schema of the migrations.
    #[must_use]
    pub fn needs_proof(&self) -> bool {
        self.is_curable() && !matches!(self, Self::Replaced { edited, .. } if edited.is_empty())
    }
}

/// Says what was found and how to go on.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |time: &DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        match self {
            Self::Edited { file, applied_at, .. } => {
                write!(f, "{file} was edited after it was applied at {}", at(applied_at))
            }
            Self::Conflict { version, recorded, file, applied_at } => {
                write!(
                    f,
                    "{file} is another migration than {version} ({recorded}), applied at {}",
                    at(applied_at)
                )
            }
            Self::Renumbered { from, file, applied_at, .. } => {
                write!(f, "{file} was applied as version {from} at {}", at(applied_at))
            }
            Self::Missing { version, description, applied_at } => {
                write!(
                    f,
                    "migration {version} ({description}), applied at {}, has no file here",
                    at(applied_at)
                )
            }
            Self::Replaced { revision, versions, edited } => {
                write!(f, "revision {revision} replaces {}, which are applied", list(versions))?;
                if !edited.is_empty() {
                    write!(f, " from other files ({})", list(edited))?;
                }
                Ok(())
            }
            Self::PartlyReplaced { revision, missing } => write!(
                f,
                "revision {revision} replaces migrations of which {} are not applied: upgrade with a program or a \
                 checkout that still has their files",
                list(missing)
            ),
            Self::Reverting { revision, applied, of } => {
                write!(
                    f,
                    "reverting revision {revision} was interrupted: {applied} of its {of} files stay applied; "
                )?;
                f.write_str("downgrade to the revision before it to finish")
            }
            Self::PartlyApplied { revision, applied, of } => {
                write!(
                    f,
                    "revision {revision} is partly applied ({applied} of {of} files); upgrade to finish"
                )
            }
            Self::InvalidIndex { index, file } => f.write_str(&invalid_index(index, file.as_deref())),
        }
    }
}

fn invalid_index(index: &str, file: Option<&str>) -> String {
    match file {
        Some(file) => {
            format!("building index {index} was interrupted; upgrade drops it and runs {file} again")
        }
        None => format!(
            "index {index} is invalid, and no pending migration builds it: REINDEX INDEX CONCURRENTLY {index}, or drop it"
        ),
    }
}
