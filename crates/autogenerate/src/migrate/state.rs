//! Compares a database's applied migrations with the known ones.

use std::{collections::BTreeSet, fmt, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{
    error::MigrationError,
    replace::as_replaced,
    table::{self, Agreement, Row, Rows, files, is_overtaken},
};
use crate::revision::{Migrations, Revision};

/// Which migrations a database has, file by file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Versions that are applied unedited, oldest first.
    pub applied: Vec<i64>,
    /// Migrations that are not applied, oldest first: version and description.
    pub pending: Vec<(i64, String)>,
    /// Applied versions that are newer than every known one, as left by a newer program.
    pub unknown: Vec<i64>,
    /// Other applied versions that are not known.
    pub missing: Vec<i64>,
    /// Versions whose files were edited after they were applied.
    pub edited: Vec<i64>,
    /// Versions under which another migration was applied, and its description: a revision took the
    /// place of others, in the folder or in the database.
    pub conflicting: Vec<(i64, String)>,
    /// Revisions whose way down was interrupted.
    pub reverting: Vec<i64>,
    /// Pending revisions that are older than an applied one, because another branch overtook them.
    pub overtaken: Vec<i64>,
}

impl State {
    /// Whether every known migration is applied unedited.
    #[must_use]
    pub fn is_head(&self) -> bool {
        self.pending.is_empty()
            && self.edited.is_empty()
            && self.conflicting.is_empty()
            && self.reverting.is_empty()
    }
}

/// Compares the applied migrations of a database with the known ones. Changes nothing.
///
/// # Errors
///
/// The database reports an error.
pub async fn state(conn: &mut PgConnection, migrations: &Migrations) -> Result<State, MigrationError> {
    let rows = as_replaced(migrations, table::load(conn).await?);
    Ok(compare(&rows, migrations))
}

pub(super) fn compare(rows: &Rows, migrations: &Migrations) -> State {
    let mut state = State::default();
    for (revision, pair) in files(migrations) {
        let Some(row) = rows.get(&pair.version) else {
            state.pending.push((pair.version, pair.description.clone()));
            continue;
        };
        match row.agreement(pair, revision) {
            Agreement::Same => state.applied.push(pair.version),
            Agreement::Edited => state.edited.push(pair.version),
            Agreement::Conflict => state.conflicting.push((pair.version, row.description.clone())),
        }
    }
    let known: BTreeSet<i64> = migrations.pairs().map(|pair| pair.version).collect();
    let newest = migrations.newest().unwrap_or(0);
    let unknown = rows.keys().copied().filter(|version| !known.contains(version));
    (state.missing, state.unknown) = unknown.partition(|version| *version < newest);
    let versions = |is: fn(&Revision, &Rows) -> bool| {
        migrations.revisions().iter().filter(|revision| is(revision, rows)).map(|it| it.version).collect()
    };
    (state.reverting, state.overtaken) = (versions(is_reverting), versions(is_overtaken));
    state
}

fn is_reverting(revision: &Revision, rows: &Rows) -> bool {
    revision.files.iter().filter_map(|pair| rows.get(&pair.version)).any(|row| !row.success)
}

/// A revision and its status in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The revision's version.
    pub revision: i64,
    /// What the revision is for.
    pub message: String,
    /// The versions of its files. Each unknown version is an entry by itself.
    pub files: Vec<i64>,
    /// The status of the revision.
    pub status: Status,
    /// When the most recent of its files was applied.
    pub applied_at: Option<DateTime<Utc>>,
    /// How long its files took to run, as far as known.
    pub duration: Option<Duration>,
}

/// Whether a revision is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Applied, unedited.
    Applied,
    /// Not applied.
    Pending,
    /// Not applied, although a newer revision is.
    Overtaken,
    /// Applied, but a file was edited afterwards.
    Edited,
    /// Another migration was applied under its version.
    Conflicting,
    /// Some of its files are applied; the next upgrade continues.
    PartlyApplied {
        /// The number of applied files.
        applied: usize,
    },
    /// Reverting was interrupted; the next downgrade continues.
    Reverting,
    /// Applied, not known, and newer than every known revision.
    Unknown,
    /// Applied, not known, and older than a known revision.
    Missing,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Overtaken => "overtaken",
            Self::Edited => "edited",
            Self::Conflicting => "conflict",
            Self::PartlyApplied { .. } => "partly",
            Self::Reverting => "reverting",
            Self::Unknown => "unknown",
            Self::Missing => "missing",
        })
    }
}

/// Returns every revision that is known or applied, oldest first.
///
/// # Errors
///
/// The database reports an error.
pub async fn history(conn: &mut PgConnection, migrations: &Migrations) -> Result<Vec<Entry>, MigrationError> {
    let rows = as_replaced(migrations, table::load(conn).await?);
    let mut entries: Vec<Entry> = migrations.revisions().iter().map(|one| entry(one, &rows)).collect();
    let state = compare(&rows, migrations);
    for (versions, status) in [(&state.unknown, Status::Unknown), (&state.missing, Status::Missing)] {
        let rows = versions.iter().filter_map(|version| Some((*version, rows.get(version)?)));
        entries.extend(rows.map(|(version, row)| Entry {
            revision: version,
            message: row.description.clone(),
            files: vec![version],
            status,
            applied_at: Some(row.installed_on),
            duration: duration(&[row]),
        }));
    }
    entries.sort_by_key(|entry| entry.revision);
    Ok(entries)
}

fn entry(revision: &Revision, rows: &Rows) -> Entry {
    let applied: Vec<&Row> = revision.files.iter().filter_map(|pair| rows.get(&pair.version)).collect();
    let agreements =
        revision.files.iter().filter_map(|pair| Some(rows.get(&pair.version)?.agreement(pair, revision)));
    let agreements: Vec<Agreement> = agreements.collect();
    let status = if is_reverting(revision, rows) {
        Status::Reverting
    } else if agreements.contains(&Agreement::Conflict) {
        Status::Conflicting
    } else if agreements.contains(&Agreement::Edited) {
        Status::Edited
    } else if applied.len() == revision.files.len() {
        Status::Applied
    } else if !applied.is_empty() {
        Status::PartlyApplied { applied: applied.len() }
    } else if is_overtaken(revision, rows) {
        Status::Overtaken
    } else {
        Status::Pending
    };
    Entry {
        revision: revision.version,
        message: revision.message.clone(),
        files: revision.files.iter().map(|pair| pair.version).collect(),
        status,
        applied_at: applied.iter().map(|row| row.installed_on).max(),
        duration: duration(&applied),
    }
}

fn duration(rows: &[&Row]) -> Option<Duration> {
    let known = rows.iter().filter_map(|row| u64::try_from(row.execution_time).ok());
    known.map(Duration::from_nanos).reduce(|sum, one| sum + one)
}
