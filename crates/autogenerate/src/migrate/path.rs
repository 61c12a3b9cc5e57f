//! Which files have to be run, in which order, and what is booked with each: pure, and the same whether they are run or printed.

use std::iter;

use sqlx::SqlStr;

use super::{
    error::MigrationError,
    table::{self, Rows},
    target::{Down, Up},
};
use crate::revision::{Migrations, Pair, Revision, Script, marks};

/// One file, and what is booked with it.
#[derive(Debug)]
pub(super) struct Step {
    /// Whether it is a way up.
    pub up: bool,
    /// The version of the file.
    pub version: i64,
    /// The versions whose rows come or go.
    pub versions: Vec<i64>,
    pub description: String,
    pub file: String,
    pub sql: SqlStr,
    pub no_transaction: bool,
    /// Books that the file is run.
    book: String,
    /// The revision to mark as being reverted: with the file, or before it if it has no transaction.
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
            book: String::new(),
            mark: None,
        }
    }

    /// What is booked with the file, or after it if it has no transaction.
    pub fn bookings(&self) -> impl Iterator<Item = String> {
        let mark = self.mark.filter(|_| !self.no_transaction).map(table::mark);
        iter::once(self.book.clone()).chain(mark)
    }
}

/// The files that lead up to a target.
pub(super) fn up(migrations: &Migrations, rows: &Rows, target: &Up) -> Result<Vec<Step>, MigrationError> {
    for pair in migrations.pairs() {
        match rows.get(&pair.version) {
            Some(row) if !row.success => return Err(MigrationError::Reverting(pair.version)),
            Some(row) if row.checksum != *pair.up.checksum => {
                return Err(MigrationError::Edited(pair.version));
            }
            _ => {}
        }
    }
    let pending = |revision: &Revision| revision.files.iter().any(|pair| !rows.contains_key(&pair.version));
    let all = migrations.revisions();
    let concerned: Vec<&Revision> = match target {
        Up::Head => all.iter().filter(|revision| pending(revision)).collect(),
        Up::Revision(given) => {
            all[..=migrations.position(given)?].iter().filter(|revision| pending(revision)).collect()
        }
        Up::Steps(asked) => {
            let concerned: Vec<_> = all.iter().filter(|revision| pending(revision)).take(*asked).collect();
            enough(*asked, concerned.len(), "pending")?;
            concerned
        }
    };
    let pairs = concerned.iter().flat_map(|revision| &revision.files);
    pairs.filter(|pair| !rows.contains_key(&pair.version)).map(apply).collect()
}

fn apply(pair: &Pair) -> Result<Step, MigrationError> {
    no_open_slot(&pair.up)?;
    Ok(Step { book: table::insert(pair), ..Step::new(pair, &pair.up, true) })
}

/// The files that lead down to a target.
pub(super) fn down(migrations: &Migrations, rows: &Rows, target: &Down) -> Result<Vec<Step>, MigrationError> {
    let all = migrations.revisions();
    let applied = |revision: &Revision| revision.files.iter().any(|pair| rows.contains_key(&pair.version));
    let newest_first: Vec<&Revision> = all.iter().rev().filter(|revision| applied(revision)).collect();
    let concerned: &[&Revision] = match target {
        Down::Base => &newest_first,
        Down::Steps(asked) => {
            enough(*asked, newest_first.len(), "applied")?;
            &newest_first[..*asked]
        }
        Down::Revision(given) => {
            let stays = &all[migrations.position(given)?];
            let at = newest_first.iter().position(|revision| revision.version == stays.version);
            &newest_first[..at.ok_or(MigrationError::NotApplied(stays.version))?]
        }
    };
    if let Some(oldest) = concerned.last() {
        refuse_unknown(migrations, rows, oldest.version)?;
    }
    let mut steps = Vec::new();
    for revision in concerned {
        steps.extend(revert(revision, rows)?);
    }
    Ok(steps)
}

/// What is not here may need what would be reverted.
fn refuse_unknown(migrations: &Migrations, rows: &Rows, oldest: i64) -> Result<(), MigrationError> {
    let known = |version: i64| migrations.pairs().any(|pair| pair.version == version);
    let unknown: Vec<i64> =
        rows.range(oldest..).map(|(version, _)| *version).filter(|v| !known(*v)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(MigrationError::Unknown(unknown)) }
}

fn revert(revision: &Revision, rows: &Rows) -> Result<Vec<Step>, MigrationError> {
    let first = revision.version;
    let applied: Vec<&Pair> =
        revision.files.iter().rev().filter(|pair| rows.contains_key(&pair.version)).collect();
    let goes_on = rows.get(&first).is_some_and(|row| !row.success);
    if applied.len() < revision.files.len() && !goes_on && !revision.is_mirrored() {
        return Err(MigrationError::Partly {
            revision: first,
            applied: applied.len(),
            of: revision.files.len(),
        });
    }
    let mut steps: Vec<Step> = Vec::new();
    // A file in which nothing is done is booked with the next one, so that no state in between is taken for more than it is.
    let mut booked = Vec::new();
    for pair in applied {
        let script = pair.down.as_ref().ok_or(MigrationError::NoDown(pair.version))?;
        no_open_slot(script)?;
        if let Some((line, reason)) = marks::irreversible(script.sql.as_str()) {
            let (file, reason) = (script.name.clone(), reason.to_owned());
            return Err(MigrationError::Irreversible { file, line, reason });
        }
        booked.push(pair.version);
        if pair.version != first && marks::is_empty(script.sql.as_str()) {
            continue;
        }
        let versions = std::mem::take(&mut booked);
        let book = table::delete(&versions);
        steps.push(Step { versions, book, ..Step::new(pair, script, false) });
    }
    if let [step, _, ..] = &mut *steps
        && !goes_on
    {
        step.mark = Some(first);
    }
    Ok(steps)
}

fn enough(asked: usize, there: usize, what: &'static str) -> Result<(), MigrationError> {
    if asked > there { Err(MigrationError::TooFar { asked, there, what }) } else { Ok(()) }
}

fn no_open_slot(script: &Script) -> Result<(), MigrationError> {
    match script.open_slots().into_iter().next() {
        Some(slot) => Err(MigrationError::OpenSlot { file: slot.file, line: slot.line, title: slot.title }),
        None => Ok(()),
    }
}
