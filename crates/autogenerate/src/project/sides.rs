//! The three schemas that are compared: of the models, of the migrations, of the live database.

use std::collections::BTreeSet;

use sqlx::{ConnectOptions, PgConnection};

use super::{error::ProjectError, settings::Project};
use crate::{
    introspect::{self, Reading, Scope, Unhandled},
    migrate::State,
    plan::{Plan, Renames, Style},
    planner,
    revision::Migrations,
    schema::{Name, Object, Schema, quote_identifier},
    scratch::Scratch,
};

/// sqlx's own table, which has no model.
const BOOKKEEPING: &str = "_sqlx_migrations";

/// The style for an empty database in one transaction, where no one else can be blocked.
const PLAIN: Style = Style { online: false, slots: false };

impl Project {
    pub(super) async fn connect(&self) -> Result<PgConnection, ProjectError> {
        Ok(self.database.connect().await?)
    }

    /// Opens a scratch database whose names are qualified as in the live one.
    pub(super) async fn scratch(&self) -> Result<Scratch, ProjectError> {
        let scope =
            if self.metadata.needs_database() { Scope::Database } else { Scope::Schema("public".to_owned()) };
        Ok(match &self.scratch {
            Some(options) => Scratch::at(options, scope).await?,
            None => Scratch::database(&self.database, scope).await?,
        })
    }

    /// The schema of the models in PostgreSQL's canonical form.
    pub(super) async fn models(&self) -> Result<Schema, ProjectError> {
        // A text may name any schema and make objects outside schemas.
        let mut scratch = if self.metadata.needs_database()
            || self.scratch.is_some()
            || !self.metadata.texts().is_empty()
        {
            self.scratch().await?
        } else {
            Scratch::schema(&self.database).await?
        };
        let outcome = self.create_models(&mut scratch).await;
        scratch.close().await?;
        outcome
    }

    async fn create_models(&self, scratch: &mut Scratch) -> Result<Schema, ProjectError> {
        let plan = planner::plan(&Schema::default(), &self.metadata.schema()?, &Renames::default(), PLAIN)?;
        // One batch saves round trips. If it fails, PostgreSQL says which statement does.
        let texts = self.metadata.texts();
        if !texts.is_empty() || scratch.execute(&script(&plan)).await.is_err() {
            scratch.clear().await?;
            let statements = plan.statements.into_iter().map(|statement| statement.sql);
            run_in_any_order(scratch, statements.chain(texts.iter().map(ToString::to_string)).collect())
                .await?;
        }
        Ok(scratch.read().await?.schema)
    }

    /// The schema of the models, and the schema of the replayed migrations.
    pub(super) async fn models_and(&self, migrations: &Migrations) -> Result<(Schema, Schema), ProjectError> {
        if self.scratch.is_some() {
            // There is only one scratch database, so one after the other.
            return Ok((self.models().await?, self.replayed(migrations).await?));
        }
        tokio::try_join!(self.models(), self.replayed(migrations))
    }

    /// The schema that the migrations create in an empty database.
    pub(super) async fn replayed(&self, migrations: &Migrations) -> Result<Schema, ProjectError> {
        let mut scratch = self.scratch().await?;
        let outcome = replay(&mut scratch, migrations).await;
        scratch.close().await?;
        outcome
    }

    /// The schema of the live database.
    pub(super) async fn live(&self, conn: &mut PgConnection) -> Result<Reading, ProjectError> {
        let scope = self.live_scope(conn).await?;
        introspect_without_bookkeeping(conn, &scope).await
    }

    /// Like [`live`](Self::live), but without what expressions refer to.
    pub(super) async fn live_printed(&self, conn: &mut PgConnection) -> Result<Reading, ProjectError> {
        let scope = self.live_scope(conn).await?;
        Ok(without_bookkeeping(introspect::read_printed(conn, &scope).await?))
    }

    async fn live_scope(&self, conn: &mut PgConnection) -> Result<Scope, ProjectError> {
        if self.metadata.needs_database() { Ok(Scope::Database) } else { current_schema(conn).await }
    }
}

/// The schema in which a connection creates tables with unqualified names.
async fn current_schema(conn: &mut PgConnection) -> Result<Scope, ProjectError> {
    let schema: Option<String> = sqlx::query_scalar("SELECT current_schema()::text").fetch_one(conn).await?;
    Ok(Scope::Schema(schema.ok_or(ProjectError::NoSchema)?))
}

/// Whether a database has exactly these migrations applied, unedited.
pub(super) fn is_at_head(state: &State) -> bool {
    state.is_head() && state.unknown.is_empty() && state.missing.is_empty()
}

/// Reads a database's schema without sqlx's migration table.
pub(super) async fn introspect_without_bookkeeping(
    conn: &mut PgConnection,
    scope: &Scope,
) -> Result<Reading, ProjectError> {
    Ok(without_bookkeeping(introspect::read(conn, scope).await?))
}

fn without_bookkeeping(mut reading: Reading) -> Reading {
    reading.schema.tables.retain(|name, _| name.name != BOOKKEEPING);
    reading
}

pub(super) async fn replay(scratch: &mut Scratch, migrations: &Migrations) -> Result<Schema, ProjectError> {
    for pair in migrations.pairs() {
        if let Err(source) = scratch.execute(pair.up.sql.as_str()).await {
            return Err(ProjectError::Replay { file: pair.up.name.clone(), source });
        }
    }
    // A migration may have created the schema that comes first on the search path.
    let scope = match scratch.scope() {
        Scope::Database => Scope::Database,
        Scope::Schema(_) => current_schema(scratch.connection()).await?,
    };
    Ok(introspect_without_bookkeeping(scratch.connection(), &scope).await?.schema)
}

/// Runs each statement as soon as those that it depends on have run.
async fn run_in_any_order(scratch: &mut Scratch, mut waiting: Vec<String>) -> Result<(), ProjectError> {
    let is_transactional = scratch.is_transactional();
    loop {
        let (mut failed, mut first_error) = (Vec::new(), None);
        let before = waiting.len();
        for sql in waiting {
            if is_transactional {
                scratch.execute("SAVEPOINT statement").await?;
            }
            if let Err(error) = scratch.execute(&sql).await {
                if is_transactional {
                    scratch.execute("ROLLBACK TO SAVEPOINT statement").await?;
                }
                first_error.get_or_insert(error);
                failed.push(sql);
            }
        }
        match first_error {
            None => return Ok(()),
            Some(source) if failed.len() == before => {
                return Err(ProjectError::Model { statement: failed.swap_remove(0), source });
            }
            Some(_) => waiting = failed,
        }
    }
}

fn script(plan: &Plan) -> String {
    plan.statements.iter().flat_map(|statement| [&*statement.sql, ";\n"]).collect()
}

/// The objects that this project manages: those in the models or the migrations. Anything else in a
/// database is left alone.
#[derive(Debug)]
pub(super) struct Managed<'a>(pub(super) [&'a Schema; 2]);

impl Managed<'_> {
    /// Removes the unmanaged objects from `schema`, except those that managed ones use, and returns
    /// their names.
    pub(super) fn restrict(&self, schema: &mut Schema) -> Vec<Unhandled> {
        let is_managed = |object: Object| self.0.iter().any(|side| side.contains(&object));
        let mut unmanaged = Vec::new();
        let mut leave = |kind: &'static str, name: String| {
            unmanaged.push(Unhandled { kind, name });
            false
        };
        schema
            .tables
            .retain(|name, _| is_managed(Object::Table(name.clone())) || leave("table", name.to_string()));
        schema.sequences.retain(|name, sequence| match &sequence.owned_by {
            Some((table, _)) if is_managed(Object::Table(table.clone())) => true,
            Some(_) => is_managed(Object::Sequence(name.clone())),
            None => is_managed(Object::Sequence(name.clone())) || leave("sequence", name.to_string()),
        });
        let used = used_enums(schema);
        schema.enums.retain(|name, _| {
            used.contains(name) || is_managed(Object::Enum(name.clone())) || leave("enum", name.to_string())
        });
        schema.extensions.retain(|name, _| {
            is_managed(Object::Extension(name.clone())) || leave("extension", quote_identifier(name))
        });
        schema.namespaces.retain(|name, _| {
            name == "public"
                || is_managed(Object::Namespace(name.clone()))
                || leave("schema", quote_identifier(name))
        });
        unmanaged
    }
}

fn used_enums(schema: &Schema) -> BTreeSet<Name> {
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    columns.filter_map(|column| column.enum_type.clone()).collect()
}
