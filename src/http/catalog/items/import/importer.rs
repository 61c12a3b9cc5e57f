//! Writes the items of an import, a portion at a time.

use std::{
    collections::{HashMap, HashSet},
    mem,
    time::{Duration, Instant},
    vec::IntoIter,
};

use curio_schema::MAX_STEPS;
use futures_util::future::join;
use tokio::io::AsyncBufRead;
use uuid::Uuid;

use super::{
    lines::Lines,
    portion::Portion,
    report::{Failure, Report},
    rows::{Row, parse, split_at_repeated_ids},
    schemas::{ItemImportQuery, OnConflict, OnError},
};
use crate::{
    access::Action,
    error::{Error, Fault},
    http::{
        catalog::items::batch::validation::BatchSchemas,
        request::{access::Access, valid::at_length},
    },
    postgres::{
        catalog::{
            models::ItemContent,
            operations::item::{self, Occupant},
        },
        runs::Runs,
        time_limit::in_time,
        transaction::Transaction,
    },
    schema_cache::SchemaCache,
};

/// An import in a transaction.
pub struct Importer<'a> {
    schemas: &'a SchemaCache,
    access: Access,
    rules: ItemImportQuery,
    report: Report,
    /// The longest time that the database may take for a step.
    patience: Duration,
    /// How often the progress is logged.
    log_every: Duration,
    /// Statements are undone one by one, to find out which rows the database rejects.
    is_careful: bool,
}

impl<'a> Importer<'a> {
    pub fn new(
        schemas: &'a SchemaCache,
        access: Access,
        rules: ItemImportQuery,
        patience: Duration,
        log_every: Duration,
    ) -> Self {
        let skips = rules.on_error == OnError::Skip;
        Self { schemas, access, rules, report: Report::new(skips), patience, log_every, is_careful: skips }
    }

    /// Imports all lines. If something is wrong, and nothing is to be stored then, it goes on for
    /// more faults.
    ///
    /// # Errors
    ///
    /// The lines cannot be read, or the database fails.
    pub async fn run<R: AsyncBufRead + Unpin>(
        mut self,
        tx: &mut Transaction,
        lines: &mut Lines<R>,
        mut show: impl FnMut(&Report),
    ) -> Result<Report, Failure> {
        if !self.is_careful {
            in_time(self.patience, tx.save()).await?;
        }
        let mut logged = Instant::now();
        let mut next = lines.next().await?;
        while let Some(mut portion) = next {
            self.report.fail_all(mem::take(&mut portion.header));
            // The next portion is read while the database writes this one.
            let (written, read) = join(self.write(tx, portion), lines.next()).await;
            written?;
            self.report.end_portion();
            if self.report.is_final() {
                break;
            }
            next = read?;
            show(&self.report);
            if logged.elapsed() >= self.log_every {
                logged = Instant::now();
                let Report { received, created, replaced, failed, .. } = self.report;
                tracing::info!(received, created, replaced, failed, "items.importing");
            }
        }
        if self.report.is_rejected() {
            (self.report.created, self.report.replaced) = (0, 0);
        }
        Ok(self.report)
    }

    async fn write(&mut self, tx: &mut Transaction, portion: Portion) -> Result<(), Error> {
        self.report.received += portion.lines.len() as u64;
        let (rows, failed) = at_length(|| parse(&portion)).await;
        drop(portion);
        for (line, faults) in failed {
            self.report.fail(line, faults);
        }
        for mut rows in split_at_repeated_ids(rows) {
            let mut runs = Runs::default();
            while !rows.is_empty() {
                runs.begin()?;
                rows = self.decide(tx, rows).await?;
                rows = in_time(self.patience, self.in_scope(tx, rows)).await?;
                // Even if nothing will be stored: later lines are judged by what earlier ones did.
                rows = in_time(self.patience, self.store(tx, rows)).await?;
            }
        }
        Ok(())
    }

    /// The rows that can be written, in id order, valid by the schemas of their collections.
    async fn decide(&mut self, tx: &mut Transaction, rows: Vec<Row>) -> Result<Vec<Row>, Error> {
        let own_ids: Vec<Uuid> = rows.iter().filter(|row| row.has_own_id).map(|row| row.id).collect();
        let occupants = in_time(self.patience, self.occupants(tx, &own_ids)).await?;
        let mut possible = Vec::with_capacity(rows.len());
        for mut row in rows {
            let occupant = occupants.get(&row.id);
            row.is_replacement = occupant.is_some();
            row.assign(occupant.map(|occupant| occupant.collection.as_str()));
            let is_other =
                row.named_collection.as_ref().is_some_and(|named| *named != row.content.collection);
            let allowed = self.access.demand_of_readable(Action::Write, &row.content.collection);
            match (occupant, self.rules.on_conflict) {
                _ if allowed.is_err() => self.report.forbid(row.line, allowed),
                (Some(_), OnConflict::Ignore) => self.report.ignored += 1,
                (Some(_), OnConflict::Error) => {
                    self.report.conflict(row.line, Fault::at("/id", "exists", "is the id of another item"));
                }
                (Some(occupant), OnConflict::Replace) if occupant.is_deleted => {
                    let detail = "is the id of a deleted item: restore or purge it first";
                    self.report.conflict(row.line, Fault::at("/id", "deleted", detail));
                }
                (Some(_), OnConflict::Replace) if is_other => {
                    let fault = Fault::at("/collection", "immutable", "cannot be changed");
                    self.report.fail(row.line, vec![fault]);
                }
                (None, _) | (Some(_), OnConflict::Replace) => possible.push(row),
            }
        }
        possible.sort_unstable_by_key(|row| row.id);
        self.validate(tx, possible).await
    }

    /// The items under these ids, locked if they are to be replaced. An item that the actor may not
    /// write is not locked: its writers would wait for the whole import.
    async fn occupants(&self, tx: &mut Transaction, ids: &[Uuid]) -> Result<HashMap<Uuid, Occupant>, Error> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut occupants = item::occupants(tx, self.access.readable(), ids).await?;
        if self.rules.on_conflict == OnConflict::Replace {
            let writable = self.access.scope(Action::Write);
            occupants.retain(|occupant| !writable.admits(&occupant.collection));
            occupants.extend(item::lock_many(tx, writable, ids).await?);
        }
        Ok(occupants.into_iter().map(|occupant| (occupant.id, occupant)).collect())
    }

    /// The rows without those whose id an item has that is out of scope. It is not left to the
    /// insertion, which would wait for a transaction that writes that item.
    async fn in_scope(&mut self, tx: &mut Transaction, mut rows: Vec<Row>) -> Result<Vec<Row>, Error> {
        let is_new = |row: &&Row| row.has_own_id && !row.is_replacement;
        let ids: Vec<Uuid> = rows.iter().filter(is_new).map(|row| row.id).collect();
        let taken = item::taken_out_of_scope(tx, self.access.readable(), &ids).await?;
        for row in rows.extract_if(.., |row| taken.contains(&row.id)) {
            let detail = "cannot be used: choose another one";
            self.report.conflict(row.line, Fault::at("/id", "taken", detail));
        }
        Ok(rows)
    }

    async fn validate(&mut self, tx: &mut Transaction, rows: Vec<Row>) -> Result<Vec<Row>, Error> {
        let keys: HashSet<&str> = rows.iter().map(|row| row.content.collection.as_str()).collect();
        let (scope, keys) = (self.access.scope(Action::Write), Vec::from_iter(keys));
        let schemas = in_time(self.patience, BatchSchemas::read_all(self.schemas, tx, scope, &keys)).await?;
        let mut valid = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            let mut validate = || self.validate_some(&schemas, &mut rows, &mut valid);
            if schemas.work(0) > 0 {
                at_length(validate).await;
            } else {
                validate();
            }
        }
        Ok(valid)
    }

    /// Validates rows until they have taken as many steps as one may. Each has those that it
    /// would have alone.
    fn validate_some(&mut self, schemas: &BatchSchemas, rows: &mut IntoIter<Row>, valid: &mut Vec<Row>) {
        let mut left = MAX_STEPS;
        while left > 0
            && let Some(row) = rows.next()
        {
            let mut steps = MAX_STEPS;
            let Row { line, content, .. } = row;
            match schemas.validate(content, &mut steps) {
                Ok(content) => valid.push(Row { content, ..row }),
                Err(faults) => self.report.fail(line, faults),
            }
            left = left.saturating_sub(MAX_STEPS - steps);
        }
    }

    /// Writes rows, and returns those whose id another transaction has taken meanwhile. What the
    /// database rejects is tried again in halves.
    async fn store(&mut self, tx: &mut Transaction, rows: Vec<Row>) -> Result<Vec<Row>, Error> {
        let (mut parts, mut taken) = (vec![rows], Vec::new());
        let mut cause = None;
        while let Some(mut rows) = parts.pop() {
            if self.is_careful {
                tx.save().await?;
            }
            match write_rows(tx, &self.access, &rows).await {
                Ok(created) => {
                    if self.is_careful {
                        tx.keep().await?;
                    }
                    self.report.replaced += rows.iter().filter(|row| row.is_replacement).count() as u64;
                    self.report.created += created.len() as u64;
                    rows.retain(|row| !row.is_replacement && !created.contains(&row.id));
                    taken.extend(rows);
                }
                Err(error @ (Error::Invalid(_) | Error::Conflict(_))) if !self.is_careful => {
                    // Nothing will be stored. What is left to do is to find the rows.
                    tx.undo().await?;
                    self.is_careful = true;
                    cause = Some(error);
                    parts.push(rows);
                }
                Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
                    tx.undo().await?;
                    if let [row] = &rows[..] {
                        self.report.reject(row.line, error);
                    } else {
                        parts.push(rows.split_off(rows.len() / 2));
                        parts.push(rows);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        match cause {
            // It is not the row alone, but what was written before it.
            Some(cause) if self.report.failed == 0 => Err(cause),
            _ => Ok(taken),
        }
    }
}

/// Writes rows with a statement for each kind, and returns the ids of those that were created.
async fn write_rows(tx: &mut Transaction, access: &Access, rows: &[Row]) -> Result<HashSet<Uuid>, Error> {
    let (scope, by) = (access.scope(Action::Write), access.writer());
    let (replaced, new): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_replacement);
    let mut created = Vec::new();
    if !new.is_empty() {
        let (ids, contents) = columns(&new);
        created = item::recreate_many(tx, scope, by.as_deref(), &ids, &contents).await?;
    }
    let created = HashSet::from_iter(created);
    let is_own = |row: &&&Row| row.has_own_id && created.contains(&row.id);
    let own_ids: Vec<Uuid> = new.iter().filter(is_own).map(|row| row.id).collect();
    if !own_ids.is_empty() {
        item::continue_many(tx, &own_ids).await?;
    }
    if !replaced.is_empty() {
        let (ids, contents) = columns(&replaced);
        item::replace_many(tx, scope, by.as_deref(), &ids, &contents).await?;
    }
    Ok(created)
}

fn columns<'a>(rows: &[&'a Row]) -> (Vec<Uuid>, Vec<&'a ItemContent>) {
    rows.iter().map(|row| (row.id, &row.content)).unzip()
}
