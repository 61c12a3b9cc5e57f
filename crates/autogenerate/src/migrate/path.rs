//! Plans which files to run, in which order, and what to record with each. Pure, so that running
//! and printing share it.

use std::iter;

use sqlx::SqlStr;

use super::{
    error::MigrationError,
    table::{self, Agreement, Row, Rows, files, is_overtaken},
    target::{Down, Up},
};
use crate::revision::{Migrations, Pair, Revision, RevisionError, Script, marks};

/// A file to run, and what to record with it.
#[derive(Debug)]
pub(super) struct Step {
    /// Whether the file is applied; otherwise it is reverted.
    pub up: bool,
    /// The version of the file.
    pub version: i64,
    /// The versions whose rows are inserted or deleted.
    pub versions: Vec<i64>,
    pub description: String,
    pub file: String,
    pub sql: SqlStr,
    pub no_transaction: bool,
    /// The statement that records the run.
    record: String,
    /// The revision to mark as being reverted: in the file's transaction, or before the file if it
    /// has none.
    pub mark: Option<i64>,
}

impl Step {
    fn new(pair: &Pair, script: &Script, up: bool) -> Self {
        Self {
            up,
            version: pair.version,
            versions: vec![pair.version],
            description: pair.description.clone(),
            file: script.name.clone(),
            sql: script.sql.clone(),
            no_transaction: script.no_transaction,
            record: String::new(),
            mark: None,
        }
    }

    /// The statements to run in the file's transaction, or after the file if it has none.
    pub fn records(&self) -> impl Iterator<Item = String> {
        let mark = self.mark.filter(|_| !self.no_transaction).map(table::mark);
        iter::once(self.record.clone()).chain(mark)
    }
}

/// The files to apply up to a target.
pub(super) fn plan_upgrade(
    migrations: &Migrations,
    rows: &Rows,
    target: &Up,
) -> Result<Vec<Step>, MigrationError> {
    for (revision, pair) in files(migrations) {
        let Some(row) = rows.get(&pair.version) else { continue };
        if !row.success {
            return Err(MigrationError::Reverting(pair.version));
        }
        reject_conflict(row, pair, revision)?;
        if row.agreement(pair, revision) == Agreement::Edited {
            return Err(MigrationError::Edited(pair.version));
        }
    }
    let pending = |revision: &Revision| revision.files.iter().any(|pair| !rows.contains_key(&pair.version));
    let all = migrations.revisions();
    let selected: Vec<&Revision> = match target {
        Up::Head => all.iter().filter(|revision| pending(revision)).collect(),
        Up::Revision(given) => {
            all[..=position(migrations, given, '+')?].iter().filter(|revision| pending(revision)).collect()
        }
        Up::Steps(asked) => {
            let selected: Vec<_> = all.iter().filter(|revision| pending(revision)).take(*asked).collect();
            check_count(*asked, selected.len(), "pending")?;
            selected
        }
    };
    let overtaken = selected.iter().filter(|revision| is_overtaken(revision, rows)).map(|it| it.version);
    let overtaken: Vec<i64> = overtaken.collect();
    // A person who names one means it.
    let named = match target {
        Up::Revision(given) => Some(all[position(migrations, given, '+')?].version),
        _ => None,
    };
    if !overtaken.is_empty() && named.is_none_or(|named| !overtaken.contains(&named)) {
        return Err(MigrationError::Overtaken(overtaken));
    }
    let pairs = selected.iter().flat_map(|revision| &revision.files);
    pairs.filter(|pair| !rows.contains_key(&pair.version)).map(apply_step).collect()
}

/// Returns an error if another migration was applied under the version of the file.
fn reject_conflict(row: &Row, pair: &Pair, revision: &Revision) -> Result<(), MigrationError> {
    if row.agreement(pair, revision) != Agreement::Conflict {
        return Ok(());
    }
    let (version, recorded) = (pair.version, row.description.clone());
    Err(MigrationError::Conflict { version, recorded, file: pair.up.name.clone() })
}

/// The index of a revision. A small number that is no revision was probably meant as steps.
fn position(migrations: &Migrations, given: &str, sign: char) -> Result<usize, MigrationError> {
    migrations.position(given).map_err(|error| match (&error, given.parse::<usize>()) {
        (RevisionError::NotFound(_), Ok(steps)) if steps <= migrations.revisions().len() => {
            MigrationError::Steps { steps, sign }
        }
        _ => error.into(),
    })
}

fn apply_step(pair: &Pair) -> Result<Step, MigrationError> {
    reject_open_slot(&pair.up)?;
    Ok(Step { record: table::insert(pair), ..Step::new(pair, &pair.up, true) })
}

/// The files to revert down to a target.
pub(super) fn plan_downgrade(
    migrations: &Migrations,
    rows: &Rows,
    target: &Down,
) -> Result<Vec<Step>, MigrationError> {
    let all = migrations.revisions();
    let applied = |revision: &Revision| revision.files.iter().any(|pair| rows.contains_key(&pair.version));
    let newest_first: Vec<&Revision> = all.iter().rev().filter(|revision| applied(revision)).collect();
    let selected: &[&Revision] = match target {
        Down::Base => &newest_first,
        Down::Steps(asked) => {
            check_count(*asked, newest_first.len(), "applied")?;
            &newest_first[..*asked]
        }
        Down::Revision(given) => {
            let stays = &all[position(migrations, given, '-')?];
            let at = newest_first.iter().position(|revision| revision.version == stays.version);
            &newest_first[..at.ok_or(MigrationError::NotApplied(stays.version))?]
        }
    };
    if let Some(oldest) = selected.last() {
        reject_unknown(migrations, rows, oldest.version)?;
    }
    let mut steps = Vec::new();
    for revision in selected {
        steps.extend(revert_steps(revision, rows)?);
    }
    Ok(steps)
}

/// Returns an error if migrations from `oldest` on are unknown here: they may depend on what would
/// be reverted.
fn reject_unknown(migrations: &Migrations, rows: &Rows, oldest: i64) -> Result<(), MigrationError> {
    let known = |version: i64| migrations.pairs().any(|pair| pair.version == version);
    let unknown: Vec<i64> =
        rows.range(oldest..).map(|(version, _)| *version).filter(|v| !known(*v)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(MigrationError::Unknown(unknown)) }
}

fn revert_steps(revision: &Revision, rows: &Rows) -> Result<Vec<Step>, MigrationError> {
    let first = revision.version;
    let applied: Vec<&Pair> =
        revision.files.iter().rev().filter(|pair| rows.contains_key(&pair.version)).collect();
    let continues = rows.get(&first).is_some_and(|row| !row.success);
    let is_mirrored = revision.is_mirrored();
    if applied.len() < revision.files.len() && !continues && !is_mirrored {
        return Err(MigrationError::PartlyApplied {
            revision: first,
            applied: applied.len(),
            of: revision.files.len(),
        });
    }
    let mut steps: Vec<Step> = Vec::new();
    // If the files are not mirrored, an empty one is recorded together with the next one, so that
    // an interruption between them does not look like progress.
    let mut recorded = Vec::new();
    for pair in applied {
        if let Some(row) = rows.get(&pair.version) {
            reject_conflict(row, pair, revision)?;
        }
        let script = pair.down.as_ref().ok_or(MigrationError::NoDown(pair.version))?;
        reject_open_slot(script)?;
        if let Some((line, reason)) = marks::irreversible(script.sql.as_str()) {
            let (file, reason) = (script.name.clone(), reason.to_owned());
            return Err(MigrationError::Irreversible { file, line, reason });
        }
        recorded.push(pair.version);
        if !is_mirrored && pair.version != first && marks::is_empty(script.sql.as_str()) {
            continue;
        }
        let versions = std::mem::take(&mut recorded);
        let record = table::delete(&versions);
        steps.push(Step { versions, record, ..Step::new(pair, script, false) });
    }
    if let [step, _, ..] = &mut *steps
        && !continues
        && !is_mirrored
    {
        step.mark = Some(first);
    }
    Ok(steps)
}

fn check_count(asked: usize, there: usize, what: &'static str) -> Result<(), MigrationError> {
    if asked > there { Err(MigrationError::TooFar { asked, there, what }) } else { Ok(()) }
}

fn reject_open_slot(script: &Script) -> Result<(), MigrationError> {
    match script.open_slots().into_iter().next() {
        Some(slot) => Err(MigrationError::OpenSlot { file: slot.file, line: slot.line, title: slot.title }),
        None => Ok(()),
    }
}
