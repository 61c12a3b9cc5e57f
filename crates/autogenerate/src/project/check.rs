//! Compares models, migrations and the live database.

use sqlx::PgConnection;

use super::{
    edge::{Edge, Side},
    error::{ProjectError, not_at_head},
    live::Live,
    memory::{self, Memory},
    ownership::Ownership,
    settings::Project,
    sides::{Sides, is_at_head},
};
use crate::{
    diff::Object,
    introspect::{Reading, Unhandled},
    migrate,
    revision::{Migrations, OpenSlot},
    schema::Schema,
};

/// What [`Project::check`] found, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing differs.
    Alike,
    /// Something differs, an object has no model, or an applied migration was edited.
    Differs,
    /// A slot is open, so the migrations do not run, or the database has other migrations.
    Unknown,
    /// Nothing differs, but the database lacks migrations, so it was not compared.
    Pending,
}

/// The result of [`Project::check`].
#[derive(Debug)]
pub struct Report {
    /// The comparisons that were made.
    pub edges: Vec<Edge>,
    /// Objects that generated revisions created, that no model describes, and that are not declared
    /// as [dropped](crate::model::Metadata::dropped). They are not differences of an edge.
    pub undescribed: Vec<Object>,
    /// Slots in migrations that are not filled yet.
    pub open_slots: Vec<OpenSlot>,
    /// Why the database was not compared: it is behind or ahead of the migrations. `None` if it was
    /// compared.
    pub database_not_compared: Option<String>,
    /// Versions of the migrations that the database lacks.
    pub pending: Vec<i64>,
    /// Versions of the migrations that were edited after they were applied to the database.
    pub edited: Vec<i64>,
    /// Versions under which the database has another migration, and its description.
    pub conflicting: Vec<(i64, String)>,
    /// Foreign objects in the database, which were not compared: neither a model nor a generated
    /// revision accounts for them.
    pub unmanaged: Vec<Unhandled>,
}

impl Report {
    /// The verdict. Whatever the verdict, [`open_slots`](Self::open_slots) are what to look at
    /// first.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if !self.open_slots.is_empty() {
            Verdict::Unknown
        } else if !self.is_clean() {
            Verdict::Differs
        } else if self.database_not_compared.is_none() {
            Verdict::Alike
        } else if self.pending.is_empty() || !self.conflicting.is_empty() {
            Verdict::Unknown
        } else {
            Verdict::Pending
        }
    }

    /// Whether nothing differs, every object that a generated revision created has a model, no slot
    /// is open and no applied migration was edited.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.open_slots.is_empty()
            && self.undescribed.is_empty()
            && self.edited.is_empty()
            && self.edges.iter().all(|edge| edge.differences.is_empty())
    }
}

impl Project {
    /// Compares the models with the migrations, replayed on an empty database, and the migrations
    /// with the live database. A database that is not at head is not compared. As long as a slot is
    /// open, the migrations do not run, so nothing is compared.
    ///
    /// # Errors
    ///
    /// The folder is malformed, a database cannot be queried, or models or migrations cannot be
    /// created on a scratch database.
    pub async fn check(&self) -> Result<Report, ProjectError> {
        let migrations = Migrations::from_folder(&self.folder)?;
        let mut conn = self.connect().await?;
        let state = migrate::state(&mut conn, &migrations).await?;
        let declared = self.metadata.schema()?;
        let mut report = Report {
            edges: Vec::new(),
            undescribed: Vec::new(),
            open_slots: migrations.open_slots(),
            database_not_compared: (!is_at_head(&state)).then(|| not_at_head(&state)),
            pending: state.pending.iter().map(|(version, _)| *version).collect(),
            edited: state.edited,
            conflicting: state.conflicting,
            unmanaged: Vec::new(),
        };
        if !report.open_slots.is_empty() {
            return Ok(report);
        }
        let memory = Memory::open(self, &declared, &migrations, &conn);
        let compares_database = report.database_not_compared.is_none();
        if let Some(unmanaged) =
            self.unmanaged_if_unchanged(&memory, &declared, compares_database.then_some(&mut conn)).await?
        {
            let equal = |from, to| Edge { from, to, differences: Vec::new() };
            report.edges.push(equal(Side::Migrations, Side::Models));
            report.edges.extend(compares_database.then(|| equal(Side::Database, Side::Migrations)));
            report.unmanaged = unmanaged;
        } else {
            let live = self.live(&mut conn).await?;
            self.compare(&mut report, (&declared, &migrations), live, &memory).await?;
        }
        Ok(report)
    }

    /// Compares everything on scratch.
    async fn compare(
        &self,
        report: &mut Report,
        (declared, migrations): (&Schema, &Migrations),
        live: Live,
        memory: &Memory,
    ) -> Result<(), ProjectError> {
        let actual = &live.reading.schema;
        let (models, replayed) = self.models_and(migrations, actual).await?;
        let described = Ownership::described(&self.metadata, declared, &live.home);
        let mut known = models.clone();
        described.restrict(&mut known);
        let ownership = described.with_written(&models).with_replayed(&replayed, &live.reading);
        let pools = [actual, &replayed.schema];
        let mut sides = Sides::new(&ownership, [&replayed.schema, &models], pools);
        for object in &sides.undescribed {
            sides.from.remove(object);
        }
        let edge = self.edge((Side::Migrations, &sides.from), (Side::Models, &sides.to));
        if edge.differences.is_empty() && sides.undescribed.is_empty() {
            memory.store(&known);
        }
        report.edges.push(edge);
        report.undescribed = sides.undescribed;
        if report.database_not_compared.is_none() {
            let sides = Sides::new(&ownership, [actual, &replayed.schema], pools);
            let edge = self.edge((Side::Database, &sides.from), (Side::Migrations, &sides.to));
            if migrations.revisions().is_empty() && !edge.differences.is_empty() {
                report.database_not_compared = Some(ProjectError::NoMigrations(edge).to_string());
            } else {
                report.edges.push(edge);
            }
            report.unmanaged = ownership.restrict(&mut actual.clone());
            report.unmanaged.extend(ownership.select(live.reading.unhandled));
        }
        Ok(())
    }

    /// Whether an earlier check found the models and migrations equal and the given database still
    /// matches them. Returns the database's unmanaged objects if so, `None` if a full check is
    /// needed.
    async fn unmanaged_if_unchanged(
        &self,
        memory: &Memory,
        declared: &Schema,
        database: Option<&mut PgConnection>,
    ) -> Result<Option<Vec<Unhandled>>, ProjectError> {
        let Some(known) = memory.recall() else { return Ok(None) };
        let Some(conn) = database else { return Ok(Some(Vec::new())) };
        let Live { reading: Reading { mut schema, unhandled }, home } = self.live_printed(conn).await?;
        let ownership = Ownership::described(&self.metadata, declared, &home);
        let mut unmanaged = ownership.restrict(&mut schema);
        unmanaged.extend(ownership.select(unhandled));
        Ok((memory::digest(schema) == known).then_some(unmanaged))
    }
}
