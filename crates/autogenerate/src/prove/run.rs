//! Runs a plan in scratch space, with a transaction for each file or for each statement.

use super::{
    claim::Observed,
    concurrent,
    differences::differences,
    error::{Direction, ProofError},
    measure::{Snapshot, View, hazards},
    survive::Survivors,
};
use crate::{
    hazard::Hazard,
    introspect::Scope,
    plan::{Batch, Plan, Renames, Statement, StatementNote},
    render::tokens::{Token, tokens},
    schema::{Name, Schema},
    scratch::Scratch,
};
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};
use std::collections::{BTreeMap, BTreeSet};

/// How statements are grouped into transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transactions {
    /// One for each file.
    PerFile,
    /// One for each statement, so that its locks can be told apart.
    PerStatement,
}

/// A run of a plan.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) scratch: &'a mut Scratch,
    pub(super) from: &'a Schema,
    pub(super) renames: &'a Renames,
    pub(super) direction: Direction,
    pub(super) transactions: Transactions,
    /// Whether a statement with [`Hazard::MayFailOnData`] may fail on rows.
    pub(super) may_fail_on_data: bool,
    /// The rows that should stay the same.
    pub(super) survivors: Option<Survivors>,
    /// A second connection that takes a writer's locks, opened when first needed.
    pub(super) watcher: Option<PgConnection>,
    /// The tables and indexes that existed before the plan. No one else can wait for those that it
    /// creates.
    pub(super) existing: BTreeSet<i64>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        scratch: &'a mut Scratch,
        (from, renames): (&'a Schema, &'a Renames),
        direction: Direction,
        transactions: Transactions,
    ) -> Self {
        Self {
            scratch,
            from,
            renames,
            direction,
            transactions,
            may_fail_on_data: true,
            survivors: None,
            watcher: None,
            existing: BTreeSet::new(),
        }
    }

    /// Runs plans, and returns what each statement was observed to do. A plan has to lead to the
    /// schema next to it.
    pub(super) async fn run_all(
        &mut self,
        legs: &[(&Plan, Option<&Schema>)],
    ) -> Result<Vec<Observed>, ProofError> {
        self.existing = self.view_of_all(Batch::Same).take(self.scratch.connection()).await?.relations();
        let mut observed = Vec::new();
        for (plan, leads_to) in legs {
            for file in plan.files() {
                observed.extend(self.run_file(file).await?);
            }
            if let Some(schema) = leads_to {
                self.check_schema(schema).await?;
            }
        }
        Ok(observed)
    }

    /// Runs the statements of one file.
    pub(super) async fn run_file(&mut self, file: &[Statement]) -> Result<Vec<Observed>, ProofError> {
        let mut observed = Vec::new();
        for (at, statement) in file.iter().enumerate() {
            if at == 0 || self.transactions == Transactions::PerStatement {
                self.begin(statement.batch).await?;
            }
            let data_error = self.rehearse(statement).await?;
            let mut seen = self.observe(statement).await?;
            seen.data_error = data_error.or(seen.data_error);
            observed.push(seen);
            if at + 1 == file.len() || self.transactions == Transactions::PerStatement {
                self.end(statement.batch).await.map_err(|error| self.fails("COMMIT", error))?;
            }
        }
        Ok(observed)
    }

    /// Returns an error if the schema differs from `schema`.
    pub(super) async fn check_schema(&mut self, schema: &Schema) -> Result<(), ProofError> {
        let objects = differences(&self.scratch.read().await?.schema, schema);
        if objects.is_empty() {
            return Ok(());
        }
        let objects = objects.into_iter().map(|object| object.to_string()).collect();
        Err(ProofError::NotReached { direction: self.direction, objects })
    }

    /// Rolls back the transaction of a failed plan.
    pub(super) async fn abandon(&mut self) -> sqlx::Result<()> {
        let sql = if self.scratch.is_transactional() { "ROLLBACK TO SAVEPOINT file" } else { "ROLLBACK" };
        // There may be no transaction.
        match self.scratch.execute(sql).await {
            Err(sqlx::Error::Database(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn begin(&mut self, batch: Batch) -> sqlx::Result<()> {
        match batch {
            _ if self.scratch.is_transactional() => self.scratch.execute("SAVEPOINT file").await,
            Batch::Alone => Ok(()),
            _ => self.scratch.execute("BEGIN").await,
        }
    }

    async fn end(&mut self, batch: Batch) -> sqlx::Result<()> {
        match batch {
            _ if self.scratch.is_transactional() => {
                self.scratch.execute("SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT file").await
            }
            Batch::Alone => Ok(()),
            _ => self.scratch.execute("COMMIT").await,
        }
    }

    fn fails(&self, sql: &str, error: sqlx::Error) -> ProofError {
        const UNSAFE_NEW_ENUM_VALUE: &str = "55P04";
        let statement = sql.to_owned();
        if self.scratch.is_transactional() && is_code(&error, UNSAFE_NEW_ENUM_VALUE) {
            return ProofError::NeedsDatabase { statement };
        }
        match error {
            sqlx::Error::Database(error) => {
                ProofError::Fails { direction: self.direction, statement, error: error.message().to_owned() }
            }
            error => error.into(),
        }
    }

    /// Runs a slot's rehearsal, which changes generated rows like a person would change real ones.
    ///
    /// Changes until then were not made by a person, so they are compared first. If the rehearsal
    /// fails because the rows are not what it expects, as a person would have noticed, the rows are
    /// deleted and PostgreSQL's error is returned.
    async fn rehearse(&mut self, statement: &Statement) -> Result<Option<String>, ProofError> {
        let slot = statement.slot.as_ref().filter(|slot| !slot.rehearsal.trim().is_empty());
        let Some(slot) = slot else { return Ok(None) };
        self.check_survivors().await?;
        let is_alone = statement.batch == Batch::Alone && !self.scratch.is_transactional();
        if is_alone {
            self.scratch.execute("BEGIN").await?;
        }
        let view = self.view(Batch::Same);
        let data_error = match self.try_execute(slot.rehearsal.trim()).await? {
            Err(error) if is_data_error(&error) => {
                let before = view.take(self.scratch.connection()).await?;
                self.truncate_all(&view, &before)
                    .await
                    .map_err(|error| self.fails(&slot.rehearsal, error))?;
                Some(error.to_string())
            }
            done => done.map(|()| None).map_err(|error| self.fails(&slot.rehearsal, error))?,
        };
        if let Some(guard) = slot.guard().filter(|_| slot.is_guard) {
            // The rehearsal did what a person would have to do, so the guard passes.
            self.try_execute(&guard).await?.map_err(|error| self.fails(&guard, error))?;
        }
        if is_alone {
            self.scratch.execute("COMMIT").await?;
        } else if self.transactions == Transactions::PerStatement {
            // Releases the rehearsal's locks, which are not the statement's.
            self.scratch.execute("COMMIT; BEGIN").await?;
        }
        self.refresh_survivors().await?;
        Ok(data_error)
    }

    async fn check_survivors(&mut self) -> Result<(), ProofError> {
        let Some(survivors) = &mut self.survivors else { return Ok(()) };
        let changes = survivors.changes_during(self.scratch.connection()).await?;
        ProofError::check_rows(self.direction, changes)
    }

    async fn refresh_survivors(&mut self) -> Result<(), ProofError> {
        if let Some(survivors) = &mut self.survivors {
            survivors.refresh(self.scratch.connection()).await?;
        }
        Ok(())
    }

    /// Runs a statement. If it fails on rows and the plan says that it may, runs it again without
    /// rows.
    async fn observe(&mut self, statement: &Statement) -> Result<Observed, ProofError> {
        let view = self.view(statement.batch);
        let mut before = view.take(self.scratch.connection()).await?;
        let mut data_error = None;
        let locks = match self.execute(statement, &view, &before).await? {
            Ok(locks) => locks,
            Err(error) if self.is_expected_data_error(statement, &error) => {
                self.check_survivors().await?;
                self.truncate_all(&view, &before).await.map_err(|error| self.fails(&statement.sql, error))?;
                self.refresh_survivors().await?;
                data_error = Some(error.to_string());
                before = view.take(self.scratch.connection()).await?;
                let again = self.execute(statement, &view, &before).await?;
                again.map_err(|error| self.fails(&statement.sql, error))?
            }
            Err(error) => return Err(self.fails(&statement.sql, error)),
        };
        let after = view.take(self.scratch.connection()).await?;
        let locks = locks.unwrap_or_else(|| after.locked_since(&before));
        before.retain(&self.existing);
        let mut note = view.note(&before, &after, &locks);
        if self.scratch.is_transactional() || self.transactions == Transactions::PerFile {
            note.locks.clear();
        }
        Ok(self.observed(statement, note, data_error))
    }

    fn observed(&self, statement: &Statement, note: StatementNote, data_error: Option<String>) -> Observed {
        let tables: BTreeSet<String> = self.from.tables.keys().map(Name::to_string).collect();
        let names = self.renames.tables.iter().map(|(_, new)| new.to_string());
        let tables = tables.into_iter().chain(names).collect();
        let mut hazards = hazards(&statement.hazards, &note, &tables);
        if data_error.is_some() {
            hazards.insert(Hazard::MayFailOnData);
        }
        Observed { note, hazards, data_error }
    }

    /// A view of what existed before the plan only, because a plan may create many objects.
    fn view(&self, batch: Batch) -> View {
        View { only: Some(self.existing.iter().copied().collect()), ..self.view_of_all(batch) }
    }

    fn view_of_all(&self, batch: Batch) -> View {
        let schema = match self.scratch.scope() {
            Scope::Schema(name) => Some(name.clone()),
            Scope::Database => None,
        };
        View { schema, within: batch != Batch::Alone || self.scratch.is_transactional(), only: None }
    }

    /// Runs a statement. The inner error is PostgreSQL's, and leaves the transaction as it was.
    /// Returns the locks if they are known; otherwise they are still held.
    async fn execute(
        &mut self,
        statement: &Statement,
        view: &View,
        before: &Snapshot,
    ) -> sqlx::Result<Executed> {
        if !view.within {
            return self.execute_alone(statement, view, before).await;
        }
        let sql = if self.scratch.is_transactional() {
            without_concurrently(&statement.sql)
        } else {
            statement.sql.clone()
        };
        Ok(self.try_execute(&sql).await?.map(|()| None))
    }

    /// Runs SQL in a transaction. The inner error is PostgreSQL's, and leaves the transaction as it
    /// was.
    async fn try_execute(&mut self, sql: &str) -> sqlx::Result<Result<(), sqlx::Error>> {
        self.scratch.execute("SAVEPOINT statement").await?;
        let done = separate_errors(self.scratch.execute(sql).await)?;
        let end =
            if done.is_ok() { "RELEASE SAVEPOINT statement" } else { "ROLLBACK TO SAVEPOINT statement" };
        self.scratch.execute(end).await?;
        Ok(done)
    }

    async fn execute_alone(
        &mut self,
        statement: &Statement,
        view: &View,
        before: &Snapshot,
    ) -> sqlx::Result<Executed> {
        if self.transactions == Transactions::PerFile {
            return Ok(separate_errors(self.scratch.execute(&statement.sql).await)?.map(|()| None));
        }
        let tables = view.qualified(before, &statement.tables);
        if self.watcher.is_none() {
            self.watcher = Some(self.scratch.connect_another().await?);
        }
        let Some(watcher) = &mut self.watcher else { return Ok(Ok(None)) };
        let done = concurrent::run(self.scratch.connection(), watcher, &tables, &statement.sql).await?;
        Ok(done.map(Some))
    }

    /// Whether a statement that may fail on rows did.
    ///
    /// No statement declares that a sum or product of large numbers may overflow; whether it can is
    /// for a person to judge.
    fn is_expected_data_error(&self, statement: &Statement, error: &sqlx::Error) -> bool {
        let has_slot = statement.slot.is_some() && self.direction == Direction::Up;
        let may_fail =
            self.may_fail_on_data && statement.hazards.contains(&Hazard::MayFailOnData) && !has_slot;
        is_data_error(error) && may_fail || is_code(error, "22003") && !changes_type(&statement.sql)
    }

    /// Deletes the rows that made a statement fail, and releases the locks that this takes, which
    /// are not the statement's.
    async fn truncate_all(&mut self, view: &View, before: &Snapshot) -> sqlx::Result<()> {
        let now = View { only: None, ..view.clone() }.take(self.scratch.connection()).await?;
        for index in now.left_behind(before) {
            self.scratch.execute(&format!("DROP INDEX IF EXISTS {index}")).await?;
        }
        let tables = now.tables();
        if !tables.is_empty() {
            self.scratch.execute(&format!("TRUNCATE {} CASCADE", tables.join(", "))).await?;
        }
        if self.transactions == Transactions::PerStatement && view.within {
            self.scratch.execute("COMMIT; BEGIN").await?;
        }
        Ok(())
    }
}

/// The locks of a statement, if known, or PostgreSQL's error.
type Executed = Result<Option<BTreeMap<i64, usize>>, sqlx::Error>;

/// Separates PostgreSQL's errors from those of the connection.
fn separate_errors<T>(done: sqlx::Result<T>) -> sqlx::Result<sqlx::Result<T>> {
    match done {
        Err(error @ sqlx::Error::Database(_)) => Ok(Err(error)),
        Err(error) => Err(error),
        done => Ok(done),
    }
}

/// Whether the error's SQLSTATE starts with `code`.
fn is_code(error: &sqlx::Error, code: &str) -> bool {
    let found = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    found.is_some_and(|found| found.starts_with(code))
}

/// Whether the error is a data exception or a constraint violation.
fn is_data_error(error: &sqlx::Error) -> bool {
    is_code(error, "22") || is_code(error, "23")
}

fn changes_type(sql: &str) -> bool {
    tokens(sql)
        .into_iter()
        .any(|token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("type")))
}

/// Removes `CONCURRENTLY`, so that the statement can run inside a transaction.
fn without_concurrently(sql: &str) -> String {
    let is_retained =
        |token: &Token<'_>| !matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("concurrently"));
    tokens(sql).into_iter().filter(is_retained).map(Token::text).collect()
}

/// Truncates tables and those that reference them.
pub(super) async fn truncate(
    conn: &mut PgConnection,
    tables: impl IntoIterator<Item = &Name>,
) -> sqlx::Result<()> {
    let names: Vec<String> = tables.into_iter().map(Name::to_string).collect();
    if !names.is_empty() {
        raw_sql(AssertSqlSafe(format!("TRUNCATE {} CASCADE", names.join(", ")))).execute(conn).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_word_is_removed() {
        let sql = "CREATE INDEX CONCURRENTLY a ON \"concurrently\" (b) WHERE c = 'CONCURRENTLY'";
        assert_eq!(
            without_concurrently(sql),
            "CREATE INDEX  a ON \"concurrently\" (b) WHERE c = 'CONCURRENTLY'"
        );
    }
}
