//! The sides that are compared: what the models say, what the migrations make, what is really there.

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

/// sqlx's own table, which nobody has a model of.
const BOOKKEEPING: &str = "_sqlx_migrations";

/// Everything from nothing, in one transaction.
const PLAIN: Style = Style { online: false, slots: false };

impl Project {
    pub(super) async fn connect(&self) -> Result<PgConnection, ProjectError> {
        Ok(self.database.connect().await?)
    }

    /// A scratch database of its own, whose names are printed as those of the actual one.
    pub(super) async fn scratch(&self) -> Result<Scratch, ProjectError> {
        let scope =
            if self.metadata.needs_database() { Scope::Database } else { Scope::Schema("public".to_owned()) };
        Ok(match &self.scratch {
            Some(options) => Scratch::at(options, scope).await?,
            None => Scratch::database(&self.database, scope).await?,
        })
    }

    /// What the models say, in PostgreSQL's own words.
    pub(super) async fn models(&self) -> Result<Schema, ProjectError> {
        let mut scratch = if self.metadata.needs_database() || self.scratch.is_some() {
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
        // All at once, because each round trip costs; one by one only to find the one that fails.
        if scratch.execute(&script(&plan)).await.is_err() {
            scratch.clear().await?;
            for statement in plan.statements {
                if let Err(source) = scratch.execute(&statement.sql).await {
                    return Err(ProjectError::Model { statement: statement.sql, source });
                }
            }
        }
        Ok(scratch.read().await?.schema)
    }

    /// What the models say, and what the migrations make of an empty database.
    pub(super) async fn models_and(&self, migrations: &Migrations) -> Result<(Schema, Schema), ProjectError> {
        if self.scratch.is_some() {
            // There is one place alone.
            return Ok((self.models().await?, self.replayed(migrations).await?));
        }
        tokio::try_join!(self.models(), self.replayed(migrations))
    }

    /// What the migrations make of an empty database.
    pub(super) async fn replayed(&self, migrations: &Migrations) -> Result<Schema, ProjectError> {
        let mut scratch = self.scratch().await?;
        let outcome = replay(&mut scratch, migrations).await;
        scratch.close().await?;
        outcome
    }

    /// What is really there.
    pub(super) async fn live(&self, conn: &mut PgConnection) -> Result<Reading, ProjectError> {
        let scope = self.live_scope(conn).await?;
        read(conn, &scope).await
    }

    /// The same without what expressions refer to.
    pub(super) async fn live_printed(&self, conn: &mut PgConnection) -> Result<Reading, ProjectError> {
        let scope = self.live_scope(conn).await?;
        Ok(without_books(introspect::read_printed(conn, &scope).await?))
    }

    async fn live_scope(&self, conn: &mut PgConnection) -> Result<Scope, ProjectError> {
        if self.metadata.needs_database() { Ok(Scope::Database) } else { current_schema(conn).await }
    }
}

/// The schema in which a connection makes tables that name none.
async fn current_schema(conn: &mut PgConnection) -> Result<Scope, ProjectError> {
    let schema: Option<String> = sqlx::query_scalar("SELECT current_schema()::text").fetch_one(conn).await?;
    Ok(Scope::Schema(schema.ok_or(ProjectError::NoSchema)?))
}

/// Whether a database has all migrations as they are here, and no others.
pub(super) fn is_at_head(state: &State) -> bool {
    state.is_head() && state.unknown.is_empty() && state.missing.is_empty()
}

/// A database as it is, without the table in which sqlx keeps its books.
pub(super) async fn read(conn: &mut PgConnection, scope: &Scope) -> Result<Reading, ProjectError> {
    Ok(without_books(introspect::read(conn, scope).await?))
}

fn without_books(mut reading: Reading) -> Reading {
    reading.schema.tables.retain(|name, _| name.name != BOOKKEEPING);
    reading
}

pub(super) async fn replay(scratch: &mut Scratch, migrations: &Migrations) -> Result<Schema, ProjectError> {
    for pair in migrations.pairs() {
        if let Err(source) = scratch.execute(pair.up.sql.as_str()).await {
            return Err(ProjectError::Replay { file: pair.up.name.clone(), source });
        }
    }
    // A migration may have made the schema that comes first on the search path.
    let scope = match scratch.scope() {
        Scope::Database => Scope::Database,
        Scope::Schema(_) => current_schema(scratch.connection()).await?,
    };
    Ok(read(scratch.connection(), &scope).await?.schema)
}

fn script(plan: &Plan) -> String {
    plan.statements.iter().flat_map(|statement| [&*statement.sql, ";\n"]).collect()
}

/// What is ours to change: whatever the models or the migrations know. A database may hold more, and that is left alone.
#[derive(Debug)]
pub(super) struct Managed<'a>(pub(super) [&'a Schema; 2]);

impl Managed<'_> {
    /// Takes what is not ours out of `schema`, but for what ours refers to; returns its names.
    pub(super) fn restrict(&self, schema: &mut Schema) -> Vec<Unhandled> {
        let ours = |object: Object| self.0.iter().any(|side| side.contains(&object));
        let mut foreign = Vec::new();
        let mut leave = |kind: &'static str, name: String| {
            foreign.push(Unhandled { kind, name });
            false
        };
        schema.tables.retain(|name, _| ours(Object::Table(name.clone())) || leave("table", name.to_string()));
        schema.sequences.retain(|name, sequence| match &sequence.owned_by {
            Some((table, _)) if ours(Object::Table(table.clone())) => true,
            Some(_) => ours(Object::Sequence(name.clone())),
            None => ours(Object::Sequence(name.clone())) || leave("sequence", name.to_string()),
        });
        let used = used_enums(schema);
        schema.enums.retain(|name, _| {
            used.contains(name) || ours(Object::Enum(name.clone())) || leave("enum", name.to_string())
        });
        schema.extensions.retain(|name, _| {
            ours(Object::Extension(name.clone())) || leave("extension", quote_identifier(name))
        });
        schema.namespaces.retain(|name, _| {
            name == "public"
                || ours(Object::Namespace(name.clone()))
                || leave("schema", quote_identifier(name))
        });
        foreign
    }
}

fn used_enums(schema: &Schema) -> BTreeSet<Name> {
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    columns.filter_map(|column| column.enum_type.clone()).collect()
}
