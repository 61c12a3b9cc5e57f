//! Generates, proves and writes revisions.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    error::ProjectError,
    foreign,
    settings::Project,
    sides::{Managed, is_at_head},
};
use crate::{
    diff::{self, Ambiguity, Change, Fault, Object, RenameFault},
    introspect::Unhandled,
    migrate,
    plan::{Plan, Renames, StatementNote, Style},
    planner,
    prove::{self, Claim, Observed, Proof, Samples},
    revision::{Draft, File, Migrations, Written, render},
    schema::Schema,
};

/// The style of a revision: the table stays readable and writable, and slots mark where manual
/// input is needed.
const CAREFUL: Style = Style { online: true, slots: true };

/// The answer to the question whether an object was renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The new object is the old one under another name.
    Renamed,
    /// The new object is unrelated to the old one.
    Unrelated,
    /// There is no terminal to ask on.
    Unknown,
}

/// Asks whether an object was renamed. Asynchronous, because a person may take long to answer.
pub type Ask = dyn Fn(&Ambiguity) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Sync;

/// The parameters of a new revision.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a function cannot be printed")]
pub struct Request<'a> {
    /// What the revision is for, in a few words.
    pub message: &'a str,
    /// The current time, from which its version is derived.
    pub now: DateTime<Utc>,
    /// Called for each object that may have been renamed.
    pub ask: &'a Ask,
}

/// The result of [`Project::autogenerate`].
#[derive(Debug)]
pub struct Revised {
    /// The revision that was written; `None` if nothing differs.
    pub revision: Option<Proven>,
    /// The differences between the database and the models.
    pub changes: Vec<Change>,
    /// Rename hints that have been applied and can be removed from the models.
    pub stale: Vec<RenameFault>,
    /// Objects in the database that are not managed by this project, and were not compared.
    pub unmanaged: Vec<Unhandled>,
}

/// A revision that was proven and written.
#[derive(Debug)]
pub struct Proven {
    /// The files.
    pub written: Written,
    /// The way up.
    pub up: Plan,
    /// The way down.
    pub down: Plan,
    /// What was measured in both directions.
    pub proof: Proof,
}

impl Project {
    /// Writes the revision that turns the database into what the models describe, proven in both
    /// directions. Writes nothing if nothing differs.
    ///
    /// # Errors
    ///
    /// - [`ProjectError::OpenSlot`] if an earlier revision has an open slot.
    /// - [`ProjectError::NotAtHead`] or [`ProjectError::Drift`] if the database differs from the
    ///   migrations.
    /// - [`ProjectError::Ambiguous`] if the question whether something was renamed stays
    ///   unanswered.
    /// - [`ProjectError::Blocked`] if an unmanaged object blocks a change.
    /// - [`ProjectError::Proof`] if the way up cannot be proven.
    pub async fn autogenerate(&self, request: &Request<'_>) -> Result<Revised, ProjectError> {
        let migrations = self.migrations()?;
        if let Some(slot) = migrations.open_slots().into_iter().next() {
            return Err(ProjectError::OpenSlot(slot));
        }
        let mut conn = self.connect().await?;
        let state = migrate::state(&mut conn, &migrations).await?;
        if !is_at_head(&state) {
            return Err(ProjectError::NotAtHead(Box::new(state)));
        }
        let live = self.live(&mut conn).await?;
        let (models, mut replayed) = self.models_and(&migrations).await?;
        let database = live.schema.clone();
        let (mut actual, mut unmanaged) = (live.schema, live.unhandled);
        unmanaged.extend(Managed([&models, &replayed]).restrict(&mut actual));
        unmanaged.extend(foreign::restrict(&mut actual, &models));
        let created = replayed.clone();
        foreign::restrict(&mut replayed, &models);
        let drift = diff::diff(&actual, &replayed, &Renames::default());
        if !drift.is_empty() {
            return Err(ProjectError::Drift(drift));
        }
        let revised = self
            .revise((&actual, &models), (&database, &created), request, (&migrations, Some(&mut conn)))
            .await?;
        Ok(Revised { unmanaged, ..revised })
    }

    /// Reads the folder, or returns no migrations if it does not exist: the first revision creates
    /// it.
    fn migrations(&self) -> Result<Migrations, ProjectError> {
        let is_missing = self.folder.try_exists().is_ok_and(|exists| !exists);
        if is_missing { Ok(Migrations::default()) } else { Ok(Migrations::from_folder(&self.folder)?) }
    }

    /// Plans, proves and writes the way from one schema to another, after `migrations`. `around`
    /// is everything that the database has, and that the migrations create. `conn` is the live
    /// database, to count the rows behind slots.
    pub(super) async fn revise(
        &self,
        (from, to): (&Schema, &Schema),
        around: (&Schema, &Schema),
        request: &Request<'_>,
        (migrations, conn): (&Migrations, Option<&mut PgConnection>),
    ) -> Result<Revised, ProjectError> {
        let (renames, stale) = self.renames((from, to), request.ask).await?;
        let changes = diff::diff(from, to, &renames);
        let mut revised = Revised { revision: None, changes, stale, unmanaged: Vec::new() };
        if revised.changes.is_empty() {
            return Ok(revised);
        }
        let (mut from, mut to) = (from.clone(), to.clone());
        let blocked = foreign::carry((&mut from, &mut to), around, &renames)?;
        if !blocked.is_empty() {
            return Err(ProjectError::Blocked(blocked));
        }
        let mut up = planner::plan(&from, &to, &renames, CAREFUL)?;
        let mut down = planner::plan(&to, &from, &renames.reversed(), CAREFUL)?;
        let proof = self.prove((&from, &to), (&up, &down), &renames).await?;
        adopt_hazards(&mut up, &proof.up);
        adopt_hazards(&mut down, &proof.down);
        if let Some(conn) = conn {
            count_slot_rows(&mut up, conn).await;
        }
        let draft = Draft {
            message: request.message,
            origin: &origin(&proof),
            up: &render(&up, &notes(&proof.up)),
            down: &match &proof.irreversible {
                Some(reason) => vec![File::irreversible(reason)],
                None => render(&down, &notes(&proof.down)),
            },
        };
        if self.migrations()?.newest() != migrations.newest() {
            return Err(ProjectError::FolderChanged);
        }
        let written = draft.write(&self.folder, request.now)?;
        revised.revision = Some(Proven { written, up, down, proof });
        Ok(revised)
    }

    async fn prove(
        &self,
        (from, to): (&Schema, &Schema),
        (up, down): (&Plan, &Plan),
        renames: &Renames,
    ) -> Result<Proof, ProjectError> {
        let samples = Samples::new();
        let claim = Claim { from, to, up, down, renames, samples: &samples, may_fail_on_data: false };
        let mut scratch = self.scratch().await?;
        let proof = prove::prove(&mut scratch, &claim).await;
        scratch.close().await?;
        Ok(proof?)
    }

    /// The renames, from hints in the models and from answers, and the hints that no longer apply.
    async fn renames(
        &self,
        (from, to): (&Schema, &Schema),
        ask: &Ask,
    ) -> Result<(Renames, Vec<RenameFault>), ProjectError> {
        let mut renames = self.metadata.renames();
        let faults = diff::check_renames(from, to, &renames);
        let (stale, wrong): (Vec<_>, Vec<_>) =
            faults.into_iter().partition(|fault| fault.fault == Fault::Stale);
        if !wrong.is_empty() {
            return Err(ProjectError::Rename(wrong));
        }
        let mut unanswered = Vec::new();
        // An answer may settle other questions, so the ambiguities are computed again after each.
        let mut asked = Vec::new();
        while let Some(ambiguity) =
            diff::ambiguities(from, to, &renames).into_iter().find(|ambiguity| !asked.contains(ambiguity))
        {
            match ask(&ambiguity).await {
                Answer::Renamed => add_rename(&mut renames, &ambiguity),
                Answer::Unrelated => {}
                Answer::Unknown => unanswered.push(ambiguity.clone()),
            }
            asked.push(ambiguity);
        }
        if unanswered.is_empty() { Ok((renames, stale)) } else { Err(ProjectError::Ambiguous(unanswered)) }
    }
}

fn add_rename(renames: &mut Renames, Ambiguity { old, new }: &Ambiguity) {
    match (old.clone(), new.clone()) {
        (Object::Table(old), Object::Table(new)) => renames.tables.push((old, new)),
        (Object::Enum(old), Object::Enum(new)) => renames.enums.push((old, new)),
        (Object::Column(table, old), Object::Column(_, new)) => renames.columns.push((table, old, new)),
        (Object::Value(name, old), Object::Value(_, new)) => renames.values.push((name, old, new)),
        _ => {}
    }
}

/// Replaces the predicted hazards with those that the proof observed.
fn adopt_hazards(plan: &mut Plan, observed: &[Observed]) {
    for (statement, observed) in plan.statements.iter_mut().zip(observed) {
        statement.hazards.clone_from(&observed.hazards);
    }
}

fn notes(observed: &[Observed]) -> Vec<StatementNote> {
    observed.iter().map(|observed| observed.note.clone()).collect()
}

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Adds to each slot the number of affected rows in the live database. A query that needs a column
/// that the revision only adds fails, and leaves the slot without a number. Missing privileges are
/// noted in the title.
async fn count_slot_rows(plan: &mut Plan, conn: &mut PgConnection) {
    for slot in plan.statements.iter_mut().filter_map(|statement| statement.slot.as_mut()) {
        let rows =
            sqlx::query_scalar::<_, i64>(AssertSqlSafe(slot.count.as_str())).fetch_one(&mut *conn).await;
        match rows {
            Ok(rows) => *slot = slot.clone().counted(rows.unsigned_abs()),
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(INSUFFICIENT_PRIVILEGE) => {
                slot.title = format!("{} (not counted: {})", slot.title, error.message());
            }
            Err(_) => {}
        }
    }
}

/// The line of the header that says where the files come from.
fn origin(proof: &Proof) -> String {
    let tables: Vec<String> = proof.without_rows.keys().map(ToString::to_string).collect();
    let rows =
        if tables.is_empty() { String::new() } else { format!(" (without rows in {})", tables.join(", ")) };
    format!("Generated from the models and proven in both directions{rows}. Review before applying.")
}
