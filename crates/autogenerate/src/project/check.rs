//! The triangle: models, migrations and database.

use std::fmt;

use sqlx::PgConnection;

use super::{
    error::{ProjectError, not_at_head},
    memory::{self, Memory},
    settings::Project,
    sides::{Managed, is_at_head},
};
use crate::{
    diff::{self, Change, Object},
    introspect::{Reading, Unhandled},
    migrate,
    model::Origin,
    revision::{Migrations, OpenSlot},
    schema::Schema,
};

/// One of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What the models say.
    Models,
    /// What the migrations make of an empty database.
    Migrations,
    /// What is really there.
    Database,
}

/// In one word.
impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Models => "models",
            Self::Migrations => "migrations",
            Self::Database => "database",
        })
    }
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// The sides that were compared.
    pub edges: Vec<Edge>,
    /// Places in migrations where a person still has to say what their data become.
    pub open_slots: Vec<OpenSlot>,
    /// Why the database was not compared: it is behind or ahead of the migrations.
    pub database_left_out: Option<String>,
    /// Migrations that were edited after they were applied to the database.
    pub edited: Vec<i64>,
    /// What is in the database and is neither ours nor compared.
    pub left_alone: Vec<Unhandled>,
}

impl Report {
    /// Whether all three are alike, and complete.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.open_slots.is_empty()
            && self.edited.is_empty()
            && self.edges.iter().all(|edge| edge.differences.is_empty())
    }
}

/// Two sides, and what leads from one to the other.
#[derive(Debug)]
pub struct Edge {
    /// What would have to change.
    pub from: Side,
    /// What it should be like.
    pub to: Side,
    /// What differs, in an order of its own.
    pub differences: Vec<Difference>,
}

/// One thing that differs.
#[derive(Debug)]
pub struct Difference {
    /// What would have to be done on the first side.
    pub change: Change,
    /// The model that it is about, where there is one.
    pub origin: Option<Origin>,
}

impl Project {
    /// Compares the models with what the migrations make of an empty database, and that with what is really there.
    ///
    /// # Errors
    ///
    /// Where a side cannot be made or read.
    pub async fn check(&self) -> Result<Report, ProjectError> {
        let migrations = Migrations::from_folder(&self.folder)?;
        let mut conn = self.connect().await?;
        let state = migrate::state(&mut conn, &migrations).await?;
        let database_left_out = (!is_at_head(&state)).then(|| not_at_head(&state));
        let declared = self.metadata.schema()?;
        let memory = Memory::of(self, &declared, &migrations, &conn);
        let looks = database_left_out.is_none();
        let (mut edges, mut left_alone) = (Vec::new(), Vec::new());
        if let Some(left) = self.is_as_remembered(&memory, &declared, looks.then_some(&mut conn)).await? {
            let alike = |from, to| Edge { from, to, differences: Vec::new() };
            edges.push(alike(Side::Migrations, Side::Models));
            edges.extend(looks.then(|| alike(Side::Database, Side::Migrations)));
            left_alone = left;
        } else {
            let (models, replayed) = self.models_and(&migrations).await?;
            edges.push(self.edge((Side::Migrations, &replayed), (Side::Models, &models)));
            if edges[0].differences.is_empty() {
                memory.keep(&models);
            }
            if looks {
                let mut live = self.live(&mut conn).await?;
                left_alone = live.unhandled;
                left_alone.extend(Managed([&models, &replayed]).restrict(&mut live.schema));
                edges.push(self.edge((Side::Database, &live.schema), (Side::Migrations, &replayed)));
            }
        }
        let (open_slots, edited) = (migrations.open_slots(), state.edited);
        Ok(Report { edges, open_slots, database_left_out, edited, left_alone })
    }

    /// Whether models and migrations were found alike before, and the database, if it is looked at, is what both make; then what it has
    /// besides.
    async fn is_as_remembered(
        &self,
        memory: &Memory,
        declared: &Schema,
        database: Option<&mut PgConnection>,
    ) -> Result<Option<Vec<Unhandled>>, ProjectError> {
        let Some(known) = memory.recall() else { return Ok(None) };
        let Some(conn) = database else { return Ok(Some(Vec::new())) };
        let Reading { mut schema, mut unhandled } = self.live_printed(conn).await?;
        // What is ours is told by its name, which is the same in what is declared as in its canonical form.
        unhandled.extend(Managed([declared, declared]).restrict(&mut schema));
        Ok((memory::digest(schema) == known).then_some(unhandled))
    }

    fn edge(&self, (from, actual): (Side, &Schema), (to, wanted): (Side, &Schema)) -> Edge {
        let changes = diff::diff(actual, wanted, &self.metadata.renames());
        let differences =
            changes.into_iter().map(|change| Difference { origin: self.origin(&change), change }).collect();
        Edge { from, to, differences }
    }

    /// Where the model is that a change is about: the field, else the struct.
    pub(super) fn origin(&self, change: &Change) -> Option<Origin> {
        match &change.object {
            Object::Enum(name) => self.metadata.enum_origin(name, None),
            Object::Value(name, value) => {
                self.metadata.enum_origin(name, Some(value)).or_else(|| self.metadata.enum_origin(name, None))
            }
            _ => {
                let table = change.table()?;
                let of = |column| self.metadata.origin(table, column);
                of(change.column()).or_else(|| of(None))
            }
        }
    }
}
