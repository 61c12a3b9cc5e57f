//! The three schemas that are compared: of the models, of the migrations, of the live database.

use sqlx::{ConnectOptions, PgConnection};

use super::{
    error::ProjectError,
    lend,
    live::{Live, PLAIN, current_schema, home, introspect_without_bookkeeping, script, without_bookkeeping},
    ownership::Ownership,
    rejected,
    replay::{Replayed, replay},
    settings::Project,
};
use crate::{
    introspect::{self, Scope},
    migrate::State,
    model::Metadata,
    plan::Renames,
    planner,
    revision::Migrations,
    schema::{Object, Schema},
    scratch::Scratch,
};

impl Project {
    pub(super) async fn connect(&self) -> Result<PgConnection, ProjectError> {
        Ok(self.database.connect().await?)
    }

    /// Opens a scratch database whose names are qualified as in the live one.
    pub(super) async fn scratch(&self) -> Result<Scratch, ProjectError> {
        let needs_database = self.metadata.needs_database();
        self.scratch_in(if needs_database { Scope::Database } else { Scope::Schema("public".to_owned()) })
            .await
    }

    /// Opens a scratch database that is read in this scope.
    pub(super) async fn scratch_in(&self, scope: Scope) -> Result<Scratch, ProjectError> {
        Ok(match &self.scratch {
            Some(options) => Scratch::at(options, scope).await?,
            None => Scratch::database(&self.database, scope).await?,
        })
    }

    /// The schema of the models in PostgreSQL's canonical form. The tables of `pools` are those
    /// that external foreign keys may reference.
    async fn models(&self, pools: &[&Schema]) -> Result<Schema, ProjectError> {
        let mut declared = self.metadata.schema()?;
        for (table, location) in self.metadata.externals() {
            if !pools.iter().any(|pool| pool.tables.contains_key(&table)) {
                return Err(ProjectError::NoExternalTable { table, location });
            }
        }
        lend::lend(&mut [&mut declared], pools);
        // A text may name any schema and make objects outside schemas.
        let has_texts = !self.metadata.texts().is_empty();
        let mut scratch = if self.metadata.needs_database() || self.scratch.is_some() || has_texts {
            self.scratch().await?
        } else {
            Scratch::schema(&self.database).await?
        };
        let outcome = create_models(&mut scratch, &declared, &self.metadata).await;
        scratch.close().await?;
        outcome
    }

    /// The schema of the models, and the replayed migrations.
    pub(super) async fn models_and(
        &self,
        migrations: &Migrations,
        live: &Schema,
    ) -> Result<(Schema, Replayed), ProjectError> {
        // There may be only one scratch database, or the models reference a table of the
        // migrations.
        if self.scratch.is_some() || self.metadata.externals().next().is_some() {
            let replayed = self.replayed(migrations, live).await?;
            return Ok((self.models(&[live, &replayed.schema]).await?, replayed));
        }
        tokio::try_join!(self.models(&[]), self.replayed(migrations, live))
    }

    /// What the migrations create in an empty database.
    pub(super) async fn replayed(
        &self,
        migrations: &Migrations,
        live: &Schema,
    ) -> Result<Replayed, ProjectError> {
        let mut scratch = self.scratch().await?;
        let outcome = replay(&mut scratch, migrations, live).await;
        scratch.close().await?;
        outcome
    }

    /// The schema of the live database.
    pub(super) async fn live(&self, conn: &mut PgConnection) -> Result<Live, ProjectError> {
        let scope = self.live_scope(conn).await?;
        Ok(Live { reading: introspect_without_bookkeeping(conn, &scope).await?, home: home(scope) })
    }

    /// Like [`live`](Self::live), but without what expressions refer to.
    pub(super) async fn live_printed(&self, conn: &mut PgConnection) -> Result<Live, ProjectError> {
        let scope = self.live_scope(conn).await?;
        let reading = without_bookkeeping(introspect::read_printed(conn, &scope).await?);
        Ok(Live { reading, home: home(scope) })
    }

    async fn live_scope(&self, conn: &mut PgConnection) -> Result<Scope, ProjectError> {
        if self.metadata.needs_database() { Ok(Scope::Database) } else { current_schema(conn).await }
    }
}

async fn create_models(
    scratch: &mut Scratch,
    declared: &Schema,
    metadata: &Metadata,
) -> Result<Schema, ProjectError> {
    let texts = metadata.texts();
    let plan = planner::plan(&Schema::default(), declared, &Renames::default(), PLAIN)?;
    // One batch saves round trips. If it fails, PostgreSQL says which statement does.
    if !texts.is_empty() || scratch.execute(&script(&plan)).await.is_err() {
        scratch.clear().await?;
        let statements = plan.statements.into_iter().map(|statement| statement.sql);
        let statements = statements.chain(texts.iter().map(ToString::to_string)).collect();
        let rejected = run_in_any_order(scratch, statements).await?;
        if let Some(error) = rejected::explain(scratch, metadata, rejected).await {
            return Err(error);
        }
    }
    Ok(scratch.read().await?.schema)
}

/// Runs each statement as soon as those that it depends on have run. Returns those that cannot run,
/// with their errors.
async fn run_in_any_order(
    scratch: &mut Scratch,
    mut waiting: Vec<String>,
) -> sqlx::Result<Vec<(String, sqlx::Error)>> {
    let is_transactional = scratch.is_transactional();
    loop {
        let mut failed = Vec::new();
        let before = waiting.len();
        for sql in waiting {
            if is_transactional {
                scratch.execute("SAVEPOINT statement").await?;
            }
            if let Err(error) = scratch.execute(&sql).await {
                if is_transactional {
                    scratch.execute("ROLLBACK TO SAVEPOINT statement").await?;
                }
                failed.push((sql, error));
            }
        }
        if failed.is_empty() || failed.len() == before {
            return Ok(failed);
        }
        waiting = failed.into_iter().map(|(sql, _)| sql).collect();
    }
}

/// Two schemas without their foreign objects, except those that managed ones use.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) from: Schema,
    pub(super) to: Schema,
    /// The objects of `from` without a model, about which a person has to decide.
    pub(super) undescribed: Vec<Object>,
    /// Declarations of dropped objects that match nothing.
    pub(super) stale_drops: Vec<String>,
}

impl Sides {
    /// `pools` have the foreign objects, and the last one those that the migrations create.
    pub(super) fn new(ownership: &Ownership<'_>, [from, to]: [&Schema; 2], pools: [&Schema; 2]) -> Self {
        let (mut from, mut to) = (from.clone(), to.clone());
        ownership.restrict(&mut from);
        ownership.restrict(&mut to);
        let (undescribed, stale_drops) = (ownership.undescribed(&from), ownership.stale_drops(&from));
        let mut sides = [&mut from, &mut to];
        lend::lend_extensions(&mut sides, pools[1]);
        lend::lend(&mut sides, &pools);
        Self { from, to, undescribed, stale_drops }
    }
}

/// Whether a database has exactly these migrations applied, unedited.
pub(super) fn is_at_head(state: &State) -> bool {
    state.is_head() && state.unknown.is_empty() && state.missing.is_empty()
}
