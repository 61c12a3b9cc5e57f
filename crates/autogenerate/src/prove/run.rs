//! Runs a plan on scratch as its files will be run, or each statement apart.

use super::{
    claim::Observed,
    concurrent,
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

/// How statements are put into transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// A transaction a file.
    Files,
    /// A transaction a statement, so that each one's locks can be told.
    Apart,
}

/// A plan that is being run.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) scratch: &'a mut Scratch,
    pub(super) from: &'a Schema,
    pub(super) renames: &'a Renames,
    pub(super) direction: Direction,
    pub(super) pace: Pace,
    /// Whether a statement may fail on made up rows where it has [`Hazard::MayFailOnData`].
    pub(super) lenient: bool,
    /// The rows that should stay as they are.
    pub(super) survivors: Option<Survivors>,
    /// Looks at what writers would see, once there is one that has to.
    pub(super) watcher: Option<PgConnection>,
    /// The tables and indexes that were there before the plan: nobody waits for those that it makes.
    pub(super) standing: BTreeSet<i64>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        scratch: &'a mut Scratch,
        (from, renames): (&'a Schema, &'a Renames),
        direction: Direction,
        pace: Pace,
    ) -> Self {
        Self {
            scratch,
            from,
            renames,
            direction,
            pace,
            lenient: true,
            survivors: None,
            watcher: None,
            standing: BTreeSet::new(),
        }
    }

    /// Runs all statements. Returns what each was seen to do.
    pub(super) async fn all(&mut self, plan: &Plan) -> Result<Vec<Observed>, ProofError> {
        self.standing = self.view_of_all(Batch::Same).take(self.scratch.connection()).await?.relations();
        let mut observed = Vec::new();
        let mut before = None;
        for statement in &plan.statements {
            let apart =
                self.pace == Pace::Apart || statement.batch != Batch::Same || before == Some(Batch::Alone);
            if before.is_none() || apart {
                self.end(before).await.map_err(|error| self.fails("COMMIT", error))?;
                self.begin(statement.batch).await?;
            }
            let refused = self.rehearse(statement).await?;
            let mut seen = self.observe(statement).await?;
            seen.refused = refused.or(seen.refused);
            observed.push(seen);
            before = Some(statement.batch);
        }
        self.end(before).await.map_err(|error| self.fails("COMMIT", error))?;
        Ok(observed)
    }

    /// Leaves the transaction of a plan that failed.
    pub(super) async fn abandon(&mut self) -> sqlx::Result<()> {
        let sql = if self.scratch.is_transactional() { "ROLLBACK TO SAVEPOINT file" } else { "ROLLBACK" };
        // There may be none.
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

    async fn end(&mut self, batch: Option<Batch>) -> sqlx::Result<()> {
        match batch {
            Some(_) if self.scratch.is_transactional() => {
                self.scratch.execute("SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT file").await
            }
            None | Some(Batch::Alone) => Ok(()),
            Some(_) => self.scratch.execute("COMMIT").await,
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

    /// Moves the made up rows as a person would move the real ones. What has changed by then was not by a person. Returns what PostgreSQL
    /// said where rows are not what the rehearsal expects, as a person would have seen: they are taken away then.
    async fn rehearse(&mut self, statement: &Statement) -> Result<Option<String>, ProofError> {
        let slot = statement.slot.as_ref().filter(|slot| !slot.rehearsal.trim().is_empty());
        let Some(slot) = slot else { return Ok(None) };
        self.compare_meanwhile().await?;
        let is_apart = statement.batch == Batch::Alone && !self.scratch.is_transactional();
        if is_apart {
            self.scratch.execute("BEGIN").await?;
        }
        let view = self.view(Batch::Same);
        let refused = match self.attempt(slot.rehearsal.trim()).await? {
            Err(error) if is_about_data(&error) => {
                let before = view.take(self.scratch.connection()).await?;
                self.empty(&view, &before).await.map_err(|error| self.fails(&slot.rehearsal, error))?;
                Some(error.to_string())
            }
            done => done.map(|()| None).map_err(|error| self.fails(&slot.rehearsal, error))?,
        };
        if is_apart {
            self.scratch.execute("COMMIT").await?;
        } else if self.pace == Pace::Apart {
            // Its locks are not the statement's.
            self.scratch.execute("COMMIT; BEGIN").await?;
        }
        self.look_again().await?;
        Ok(refused)
    }

    async fn compare_meanwhile(&mut self) -> Result<(), ProofError> {
        let Some(survivors) = &mut self.survivors else { return Ok(()) };
        let changes = survivors.changes_meanwhile(self.scratch.connection()).await?;
        ProofError::of_rows(self.direction, changes)
    }

    async fn look_again(&mut self) -> Result<(), ProofError> {
        if let Some(survivors) = &mut self.survivors {
            survivors.look_again(self.scratch.connection()).await?;
        }
        Ok(())
    }

    /// Runs a statement, and once more without rows where the plan says that rows may be in its way.
    async fn observe(&mut self, statement: &Statement) -> Result<Observed, ProofError> {
        let view = self.view(statement.batch);
        let mut before = view.take(self.scratch.connection()).await?;
        let mut refused = None;
        let locks = match self.execute(statement, &view, &before).await? {
            Ok(locks) => locks,
            Err(error) if self.is_about_rows(statement, &error) => {
                self.compare_meanwhile().await?;
                self.empty(&view, &before).await.map_err(|error| self.fails(&statement.sql, error))?;
                self.look_again().await?;
                refused = Some(error.to_string());
                before = view.take(self.scratch.connection()).await?;
                let again = self.execute(statement, &view, &before).await?;
                again.map_err(|error| self.fails(&statement.sql, error))?
            }
            Err(error) => return Err(self.fails(&statement.sql, error)),
        };
        let after = view.take(self.scratch.connection()).await?;
        let locks = locks.unwrap_or_else(|| after.locked_since(&before));
        before.keep(&self.standing);
        let mut note = view.note(&before, &after, &locks);
        if self.scratch.is_transactional() || self.pace == Pace::Files {
            note.locks.clear();
        }
        Ok(self.observed(statement, note, refused))
    }

    fn observed(&self, statement: &Statement, note: StatementNote, refused: Option<String>) -> Observed {
        let tables: BTreeSet<String> = self.from.tables.keys().map(Name::to_string).collect();
        let names = self.renames.tables.iter().map(|(_, new)| new.to_string());
        let tables = tables.into_iter().chain(names).collect();
        let mut hazards = hazards(&statement.hazards, &note, &tables);
        if refused.is_some() {
            hazards.insert(Hazard::MayFailOnData);
        }
        Observed { note, hazards, refused }
    }

    /// Only what was there before the plan: others are many where a plan makes many.
    fn view(&self, batch: Batch) -> View {
        View { among: Some(self.standing.iter().copied().collect()), ..self.view_of_all(batch) }
    }

    fn view_of_all(&self, batch: Batch) -> View {
        let schema = match self.scratch.scope() {
            Scope::Schema(name) => Some(name.clone()),
            Scope::Database => None,
        };
        View { schema, within: batch != Batch::Alone || self.scratch.is_transactional(), among: None }
    }

    /// Runs a statement; the inner error is PostgreSQL's, and leaves the transaction as it was. Where the locks are known, they are
    /// returned; else they are held.
    async fn execute(
        &mut self,
        statement: &Statement,
        view: &View,
        before: &Snapshot,
    ) -> sqlx::Result<Executed> {
        if !view.within {
            return self.execute_alone(statement, view, before).await;
        }
        let sql = if self.scratch.is_transactional() { plain(&statement.sql) } else { statement.sql.clone() };
        Ok(self.attempt(&sql).await?.map(|()| None))
    }

    /// Runs SQL in a transaction; the inner error is PostgreSQL's, and leaves the transaction as it was.
    async fn attempt(&mut self, sql: &str) -> sqlx::Result<Result<(), sqlx::Error>> {
        self.scratch.execute("SAVEPOINT statement").await?;
        let done = inner(self.scratch.execute(sql).await)?;
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
        if self.pace == Pace::Files {
            return Ok(inner(self.scratch.execute(&statement.sql).await)?.map(|()| None));
        }
        let tables = view.qualified(before, &statement.tables);
        if self.watcher.is_none() {
            self.watcher = Some(self.scratch.connect_another().await?);
        }
        let Some(watcher) = &mut self.watcher else { return Ok(Ok(None)) };
        let done = concurrent::run(self.scratch.connection(), watcher, &tables, &statement.sql).await?;
        Ok(done.map(Some))
    }

    /// Whether rows are in the way of a statement that says that they may be. That a sum or a product of large numbers has no room is said
    /// by none, and is for a person to judge.
    fn is_about_rows(&self, statement: &Statement, error: &sqlx::Error) -> bool {
        let has_slot = statement.slot.is_some() && self.direction == Direction::Up;
        let may_fail = self.lenient && statement.hazards.contains(&Hazard::MayFailOnData) && !has_slot;
        is_about_data(error) && may_fail || is_code(error, "22003") && !changes_type(&statement.sql)
    }

    /// Takes the rows out of a plan's way; what that locks is not to be taken for the statement's.
    async fn empty(&mut self, view: &View, before: &Snapshot) -> sqlx::Result<()> {
        let now = View { among: None, ..view.clone() }.take(self.scratch.connection()).await?;
        for index in now.left_behind(before) {
            self.scratch.execute(&format!("DROP INDEX IF EXISTS {index}")).await?;
        }
        let tables = now.tables();
        if !tables.is_empty() {
            self.scratch.execute(&format!("TRUNCATE {} CASCADE", tables.join(", "))).await?;
        }
        if self.pace == Pace::Apart && view.within {
            self.scratch.execute("COMMIT; BEGIN").await?;
        }
        Ok(())
    }
}

/// The locks of a statement, as far as they are known; or PostgreSQL's error.
type Executed = Result<Option<BTreeMap<i64, usize>>, sqlx::Error>;

/// Divides PostgreSQL's errors from those of the connection.
fn inner<T>(done: sqlx::Result<T>) -> sqlx::Result<sqlx::Result<T>> {
    match done {
        Err(error @ sqlx::Error::Database(_)) => Ok(Err(error)),
        Err(error) => Err(error),
        done => Ok(done),
    }
}

/// Whether the error begins with that code.
fn is_code(error: &sqlx::Error, code: &str) -> bool {
    let found = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    found.is_some_and(|found| found.starts_with(code))
}

/// Whether rows are the reason: data exceptions, and violations of constraints.
fn is_about_data(error: &sqlx::Error) -> bool {
    is_code(error, "22") || is_code(error, "23")
}

fn changes_type(sql: &str) -> bool {
    tokens(sql)
        .into_iter()
        .any(|token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("type")))
}

/// A statement as it can run inside a transaction.
fn plain(sql: &str) -> String {
    let is_kept =
        |token: &Token<'_>| !matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("concurrently"));
    tokens(sql).into_iter().filter(is_kept).map(Token::text).collect()
}

/// Empties tables, whatever refers to them.
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
    fn only_the_key_word_is_left_out() {
        let sql = "CREATE INDEX CONCURRENTLY a ON \"concurrently\" (b) WHERE c = 'CONCURRENTLY'";
        assert_eq!(plain(sql), "CREATE INDEX  a ON \"concurrently\" (b) WHERE c = 'CONCURRENTLY'");
    }
}
