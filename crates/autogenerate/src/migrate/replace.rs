//! Records a revision in place of the migrations that it replaces.

use std::collections::BTreeSet;

use sqlx::{Connection as _, PgConnection};

use super::{
    error::MigrationError,
    run::execute,
    table::{self, Row, Rows},
};
use crate::revision::{Migrations, Replaced, Revision};

/// A revision whose replaced migrations a database has applied.
#[derive(Debug)]
pub(super) struct Replacement<'a> {
    pub(super) revision: &'a Revision,
    /// The versions whose rows are deleted.
    pub(super) versions: Vec<i64>,
}

impl Replacement<'_> {
    /// The statements that record the revision, for one transaction.
    pub(super) fn statements(&self) -> Vec<String> {
        let inserts = self.revision.files.iter().map(table::insert);
        [table::delete(&self.versions)].into_iter().chain(inserts).collect()
    }

    fn apply(&self, rows: &mut Rows) {
        let removed: Vec<Row> = self.versions.iter().filter_map(|version| rows.remove(version)).collect();
        let installed_on = removed.iter().map(|row| row.installed_on).max().unwrap_or_default();
        for pair in &self.revision.files {
            let (description, checksum) = (pair.description.clone(), pair.up.checksum.to_vec());
            let row = Row { description, installed_on, success: true, checksum, execution_time: -1 };
            rows.insert(pair.version, row);
        }
    }
}

/// How much of what a revision replaces a database has.
#[derive(Debug)]
pub(super) enum Coverage {
    /// The revision replaces nothing, is recorded itself, or nothing that it replaces is.
    Settled,
    /// All of one set is applied. `edited` are the versions with another checksum.
    All { versions: Vec<i64>, edited: Vec<i64> },
    /// A part of the set that has the most is applied.
    Part { applied: Vec<i64>, missing: Vec<i64> },
}

pub(super) fn coverage(revision: &Revision, rows: &Rows) -> Coverage {
    let is_own = |version: i64, row: &Row| {
        revision.files.iter().any(|pair| pair.version == version && row.checksum == *pair.up.checksum)
    };
    let mut own = revision
        .files
        .iter()
        .map(|pair| rows.get(&pair.version).is_some_and(|row| is_own(pair.version, row)));
    if own.all(|is_recorded| is_recorded) {
        return Coverage::Settled;
    }
    let has =
        |replaced: &Replaced| rows.get(&replaced.version).is_some_and(|row| !is_own(replaced.version, row));
    let is_edited = |it: &&Replaced| rows.get(&it.version).is_some_and(|row| row.checksum != *it.checksum);
    let versions = |set: &[&Replaced]| set.iter().map(|it| it.version).collect::<Vec<i64>>();
    let mut best: Option<(usize, Coverage)> = None;
    for set in revision.replaces() {
        let (applied, missing): (Vec<&Replaced>, Vec<&Replaced>) = set.iter().partition(|it| has(it));
        // The revision itself, edited after it was applied, is no trace of what it replaces.
        let is_version = |it: &Replaced| revision.files.iter().any(|pair| pair.version == it.version);
        if applied.iter().all(|it| is_version(it) && is_edited(it)) {
            continue;
        }
        let edited: Vec<i64> =
            applied.iter().copied().filter(|it| is_edited(it)).map(|it| it.version).collect();
        // The set that explains the most rows, and of those the one with the fewest contradictions.
        let distance = missing.len() + edited.len();
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            let coverage = if missing.is_empty() {
                Coverage::All { versions: versions(&applied), edited }
            } else {
                Coverage::Part { applied: versions(&applied), missing: versions(&missing) }
            };
            best = Some((distance, coverage));
        }
    }
    best.map_or(Coverage::Settled, |(_, coverage)| coverage)
}

/// The revisions that can be recorded in place of what they replace.
pub(super) fn replacements<'a>(
    migrations: &'a Migrations,
    rows: &Rows,
) -> Result<Vec<Replacement<'a>>, MigrationError> {
    let mut found = Vec::new();
    for revision in migrations.revisions() {
        match coverage(revision, rows) {
            Coverage::Settled => {}
            Coverage::All { versions, edited } if edited.is_empty() => {
                let slot = revision.files.iter().flat_map(|pair| pair.up.open_slots()).next();
                if let Some(slot) = slot {
                    return Err(MigrationError::OpenSlot {
                        file: slot.file,
                        line: slot.line,
                        title: slot.title,
                    });
                }
                found.push(Replacement { revision, versions });
            }
            Coverage::All { edited, .. } => {
                return Err(MigrationError::ReplacedEdited { revision: revision.version, edited });
            }
            Coverage::Part { applied, missing } => {
                return Err(MigrationError::PartlyReplaced { revision: revision.version, applied, missing });
            }
        }
    }
    Ok(found)
}

/// Records the revisions in place of what they replace, and returns the rows after it.
pub(super) async fn replace(
    conn: &mut PgConnection,
    migrations: &Migrations,
    mut rows: Rows,
) -> Result<Rows, MigrationError> {
    for replacement in replacements(migrations, &rows)? {
        #[expect(clippy::disallowed_methods, reason = "a dedicated connection that never returns to a pool")]
        let mut transaction = conn.begin().await?;
        for statement in replacement.statements() {
            execute(&mut transaction, statement).await?;
        }
        #[expect(clippy::disallowed_methods, reason = "commits the transaction begun above")]
        transaction.commit().await?;
        let (revision, replaced) = (replacement.revision.version, &replacement.versions);
        tracing::info!(revision, ?replaced, "migration.replaced");
        replacement.apply(&mut rows);
    }
    Ok(rows)
}

/// The rows as they will be when the next upgrade has recorded what is replaced.
pub(super) fn as_replaced(migrations: &Migrations, mut rows: Rows) -> Rows {
    for revision in migrations.revisions() {
        if let Coverage::All { versions, edited } = coverage(revision, &rows)
            && edited.is_empty()
        {
            Replacement { revision, versions }.apply(&mut rows);
        }
    }
    rows
}

/// The recorded versions that are no files any more because a revision replaces them.
pub(super) fn replaced_versions(revision: &Revision, rows: &Rows) -> BTreeSet<i64> {
    let versions = revision.replaces().into_iter().flatten().map(|it| it.version);
    let own = |version: &i64| revision.files.iter().any(|pair| pair.version == *version);
    versions.filter(|version| rows.contains_key(version) && !own(version)).collect()
}
