//! Generates, proves and writes revisions.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    edge::Side,
    error::ProjectError,
    hanging, lend,
    mentions::mentions,
    ownership::Ownership,
    question::Ask,
    settings::Project,
    sides::{Sides, is_at_head},
};
use crate::{
    diff::{self, Change, RenameFault},
    introspect::Unhandled,
    migrate,
    plan::{Plan, Renames, Statement, StatementNote, Style},
    planner,
    prove::{self, Claim, Observed, Proof, Samples},
    revision::{Draft, File, Migrations, Written, marks, render, render_down},
    schema::Schema,
    scratch::Scratch,
};

/// The style of a revision: the table stays readable and writable, and slots mark where manual
/// input is needed.
const CAREFUL: Style = Style { online: true, slots: true };

/// The parameters of a new revision.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a function cannot be printed")]
pub struct Request<'a> {
    /// What the revision is for, in a few words.
    pub message: &'a str,
    /// The current time, from which its version is derived.
    pub now: DateTime<Utc>,
    /// Called for each object that may have been renamed, or that no model describes any more.
    pub ask: &'a Ask,
}

/// The result of [`Project::autogenerate`].
#[derive(Debug)]
pub struct Revised {
    /// The revision that was written; `None` if nothing differs.
    pub revision: Option<Proven>,
    /// The differences between the database and the models.
    pub changes: Vec<Change>,
    /// Rename hints that have been applied and can be removed from the models, or whose old name
    /// neither the database nor any migration has.
    pub stale: Vec<RenameFault>,
    /// What to check by hand: functions and triggers whose text has an old name.
    pub notes: Vec<String>,
    /// Declarations of [dropped](crate::model::Metadata::dropped) objects that match nothing: they
    /// have been applied, or the migrations never created such an object, or a schema still has
    /// foreign contents.
    pub stale_drops: Vec<String>,
    /// Foreign objects in the database, which are left alone: neither a model nor a generated
    /// revision accounts for them.
    pub unmanaged: Vec<Unhandled>,
}

/// A revision that was proven and written.
#[derive(Debug)]
pub struct Proven {
    /// The files.
    pub written: Written,
    /// The way up.
    pub up: Plan,
    /// The ways down of all files, in the order in which they run.
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
    /// - [`ProjectError::NotAtHead`], [`ProjectError::NoMigrations`] or [`ProjectError::Drift`] if
    ///   the database differs from the migrations.
    /// - [`ProjectError::Ambiguous`] if the question whether something was renamed stays
    ///   unanswered.
    /// - [`ProjectError::Undescribed`] or [`ProjectError::Forgotten`] if an object that a generated
    ///   revision created has no model and is not declared as dropped.
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
        let (models, replayed) = self.models_and(&migrations, &live.reading.schema).await?;
        let declared = self.metadata.schema()?;
        let ownership = Ownership::described(&self.metadata, &declared, &live.home)
            .with_written(&models)
            .with_replayed(&replayed, &live.reading);
        let actual = &live.reading.schema;
        let pools = [actual, &replayed.schema];
        let sides = Sides::new(&ownership, [actual, &replayed.schema], pools);
        let drift = self.edge((Side::Database, &sides.from), (Side::Migrations, &sides.to));
        if !drift.differences.is_empty() {
            let is_first = migrations.revisions().is_empty();
            return Err(if is_first {
                ProjectError::NoMigrations(drift)
            } else {
                ProjectError::Drift(drift)
            });
        }
        let sides = Sides::new(&ownership, [actual, &models], pools);
        let revised =
            self.revise(sides, (actual, &replayed.schema), request, (&migrations, Some(&mut conn))).await?;
        let mut unmanaged = ownership.restrict(&mut actual.clone());
        unmanaged.extend(ownership.select(live.reading.unhandled));
        Ok(Revised { unmanaged, ..revised })
    }

    /// Reads the folder, or returns no migrations if it does not exist: the first revision creates
    /// it.
    pub(super) fn migrations(&self) -> Result<Migrations, ProjectError> {
        let is_missing = self.folder.try_exists().is_ok_and(|exists| !exists);
        if is_missing { Ok(Migrations::default()) } else { Ok(Migrations::from_folder(&self.folder)?) }
    }

    /// Plans, proves and writes the way from one schema to another, after `migrations`. `actual`
    /// has the foreign objects, `created` those that the migrations create. `conn` is the live
    /// database, to count the rows behind slots.
    pub(super) async fn revise(
        &self,
        mut sides: Sides,
        (actual, created): (&Schema, &Schema),
        request: &Request<'_>,
        (migrations, conn): (&Migrations, Option<&mut PgConnection>),
    ) -> Result<Revised, ProjectError> {
        let (renames, stale) = self.renames(&sides, migrations, request.ask).await?;
        let changes = diff::diff(&sides.from, &sides.to, &renames);
        let (stale_drops, unmanaged) = (sides.stale_drops.clone(), Vec::new());
        let mentions = mentions([&sides.from, &sides.to, actual], &renames);
        let mut revised = Revised { revision: None, changes, stale, notes: mentions, stale_drops, unmanaged };
        if revised.changes.is_empty() {
            return Ok(revised);
        }
        let blocked = hanging::carry((&mut sides.from, &mut sides.to), (actual, created), &renames)?;
        if !blocked.is_empty() {
            return Err(ProjectError::Blocked(blocked));
        }
        lend::lend_referencing([&mut sides.from, &mut sides.to], &renames, &[actual]);
        let Sides { from, to, .. } = &sides;
        let mut up = planner::plan(from, to, &renames, CAREFUL)?;
        let (mut down, proof) = Box::pin(self.prove((from, to), &up, &renames)).await?;
        adopt_hazards(&mut up.statements, &proof.up);
        adopt_hazards(down.iter_mut().rev().flat_map(|plan| &mut plan.statements), &proof.down);
        if let Some(conn) = conn {
            count_slot_rows(&mut up, conn).await;
        }
        let draft = Draft {
            message: request.message,
            origin: &origin(&proof),
            up: &with_notes(render(&up, &notes(&proof.up)), &revised.notes),
            down: &match &proof.irreversible {
                Some(reason) => vec![File::irreversible(reason)],
                None => render_down(&up, &down, &notes(&proof.down)),
            },
        };
        if self.migrations()?.newest() != migrations.newest() {
            return Err(ProjectError::FolderChanged);
        }
        let written = draft.write(&self.folder, request.now)?;
        let down = Plan::joined(down.iter().rev());
        revised.revision = Some(Proven { written, up, down, proof });
        Ok(revised)
    }

    /// Plans the ways down of the files of `up`, and proves both directions.
    async fn prove(
        &self,
        sides: (&Schema, &Schema),
        up: &Plan,
        renames: &Renames,
    ) -> Result<(Vec<Plan>, Proof), ProjectError> {
        let mut scratch = self.scratch().await?;
        let outcome = plan_down_and_prove(&mut scratch, sides, up, renames).await;
        scratch.close().await?;
        outcome
    }
}

async fn plan_down_and_prove(
    scratch: &mut Scratch,
    (from, to): (&Schema, &Schema),
    up: &Plan,
    renames: &Renames,
) -> Result<(Vec<Plan>, Proof), ProjectError> {
    let mut states = prove::states(scratch, (from, to), up).await?;
    let renamed = diff::apply_renames(from, to, renames).schema;
    for state in &mut states {
        state.adopt_owners(from);
        state.adopt_owners(&renamed);
    }
    let down = planner::plan_down(up, &states, renames)?;
    let between = &states[1..states.len() - 1];
    let samples = &Samples::new();
    let claim = Claim { from, to, up, down: &down, between, renames, samples, may_fail_on_data: false };
    let proof = prove::prove(scratch, &claim).await?;
    Ok((down, proof))
}

/// Replaces the predicted hazards with those that the proof observed.
fn adopt_hazards<'a>(statements: impl IntoIterator<Item = &'a mut Statement>, observed: &[Observed]) {
    for (statement, observed) in statements.into_iter().zip(observed) {
        statement.hazards.clone_from(&observed.hazards);
    }
}

fn notes(observed: &[Observed]) -> Vec<StatementNote> {
    observed.iter().map(|observed| observed.note.clone()).collect()
}

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Adds to each slot the number of affected rows in the live database, and to each cascade. A query
/// that needs a column that the revision only adds fails, and leaves the slot without a number.
/// Missing privileges are noted in the title.
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
        for cascade in &mut slot.cascades {
            let rows = sqlx::query_scalar::<_, i64>(AssertSqlSafe(cascade.count.as_str()));
            cascade.rows = rows.fetch_one(&mut *conn).await.ok().map(i64::unsigned_abs);
        }
    }
}

/// The files with notes at the top of the first one.
fn with_notes(mut files: Vec<File>, notes: &[String]) -> Vec<File> {
    if let Some(first) = files.first_mut().filter(|_| !notes.is_empty()) {
        let lines: String = notes.iter().flat_map(|note| ["-- note: ", note, "\n"]).collect();
        first.sql.insert_str(0, &format!("{lines}\n"));
    }
    files
}

/// The line of the header that says where the files come from.
fn origin(proof: &Proof) -> String {
    let tables: Vec<String> = proof.without_rows.keys().map(ToString::to_string).collect();
    let rows =
        if tables.is_empty() { String::new() } else { format!(" (without rows in {})", tables.join(", ")) };
    format!("{} and proven in both directions{rows}. Review before applying.", marks::GENERATED)
}
