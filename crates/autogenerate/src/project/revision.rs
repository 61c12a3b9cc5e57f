//! From a difference to a revision on disk.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    dependants::dependants,
    error::ProjectError,
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

/// As a revision is made: others read and write meanwhile, and a person says what their data become.
const CAREFUL: Style = Style { online: true, slots: true };

/// What a person says of a thing that is gone and one like it that is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is the same under another name.
    Renamed,
    /// It is another one.
    Another,
    /// There is nobody to ask.
    Unknown,
}

/// Asks whether something was renamed; a person may take long to answer.
pub type Ask = dyn Fn(&Ambiguity) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Sync;

/// What is wanted of a revision.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a function has no form to print")]
pub struct Request<'a> {
    /// What it is for, in a few words.
    pub message: &'a str,
    /// The time that its version is made of.
    pub now: DateTime<Utc>,
    /// Asked about each thing that may have been renamed.
    pub ask: &'a Ask,
}

/// What came of it.
#[derive(Debug)]
pub struct Revised {
    /// The files and how they were proven; `None` where nothing differs, and so nothing was written.
    pub revision: Option<Proven>,
    /// What differs.
    pub changes: Vec<Change>,
    /// Hints that have done their work and can go from the models.
    pub stale: Vec<RenameFault>,
    /// What is in the database and is neither ours nor compared.
    pub left_alone: Vec<Unhandled>,
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
    /// What was seen on both.
    pub proof: Proof,
}

impl Project {
    /// Writes the revision that leads the database to the models, proven in both directions. Nothing is written where nothing differs.
    ///
    /// # Errors
    ///
    /// Where the database is not at head or was changed beside the migrations, where nobody says whether something was renamed, and where the way up cannot be proven.
    pub async fn autogenerate(&self, request: &Request<'_>) -> Result<Revised, ProjectError> {
        // The first revision makes its folder.
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
        let (models, replayed) = self.models_and(&migrations).await?;
        let (mut actual, mut left_alone) = (live.schema, live.unhandled);
        left_alone.extend(Managed([&models, &replayed]).restrict(&mut actual));
        let drift = diff::diff(&actual, &replayed, &Renames::default());
        if !drift.is_empty() {
            return Err(ProjectError::Drift(drift));
        }
        let revised = self.revise((&actual, &models), request, (&migrations, Some(&mut conn))).await?;
        Ok(Revised { left_alone, ..revised })
    }

    /// What is in the folder, which the first revision makes.
    fn migrations(&self) -> Result<Migrations, ProjectError> {
        let is_missing = self.folder.try_exists().is_ok_and(|exists| !exists);
        if is_missing { Ok(Migrations::default()) } else { Ok(Migrations::from_folder(&self.folder)?) }
    }

    /// Plans, proves and writes the way from one schema to another, behind `migrations`. `conn` leads to the rows that slots count, and to
    /// what is not compared.
    pub(super) async fn revise(
        &self,
        (from, to): (&Schema, &Schema),
        request: &Request<'_>,
        (migrations, mut conn): (&Migrations, Option<&mut PgConnection>),
    ) -> Result<Revised, ProjectError> {
        let (renames, stale) = self.renames((from, to), request.ask).await?;
        let changes = diff::diff(from, to, &renames);
        let mut revised = Revised { revision: None, changes, stale, left_alone: Vec::new() };
        if revised.changes.is_empty() {
            return Ok(revised);
        }
        if let Some(conn) = &mut conn {
            let dependants = dependants(conn, &revised.changes).await?;
            if !dependants.is_empty() {
                return Err(ProjectError::InTheWay(dependants));
            }
        }
        let mut up = planner::plan(from, to, &renames, CAREFUL)?;
        let mut down = planner::plan(to, from, &renames.reversed(), CAREFUL)?;
        let proof = self.prove((from, to), (&up, &down), &renames).await?;
        adopt(&mut up, &proof.up);
        adopt(&mut down, &proof.down);
        if let Some(conn) = conn {
            count(&mut up, conn).await;
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

    /// What was renamed, by the hints of the models and the answers of a person; and the hints that have done their work.
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
        // An answer may settle other questions: each is asked of what is still open.
        let mut asked = Vec::new();
        while let Some(ambiguity) =
            diff::ambiguities(from, to, &renames).into_iter().find(|ambiguity| !asked.contains(ambiguity))
        {
            match ask(&ambiguity).await {
                Answer::Renamed => accept(&mut renames, &ambiguity),
                Answer::Another => {}
                Answer::Unknown => unanswered.push(ambiguity.clone()),
            }
            asked.push(ambiguity);
        }
        if unanswered.is_empty() { Ok((renames, stale)) } else { Err(ProjectError::Ambiguous(unanswered)) }
    }
}

fn accept(renames: &mut Renames, Ambiguity { old, new }: &Ambiguity) {
    match (old.clone(), new.clone()) {
        (Object::Table(old), Object::Table(new)) => renames.tables.push((old, new)),
        (Object::Enum(old), Object::Enum(new)) => renames.enums.push((old, new)),
        (Object::Column(table, old), Object::Column(_, new)) => renames.columns.push((table, old, new)),
        (Object::Value(name, old), Object::Value(_, new)) => renames.values.push((name, old, new)),
        _ => {}
    }
}

/// Takes over what the proof saw.
fn adopt(plan: &mut Plan, observed: &[Observed]) {
    for (statement, observed) in plan.statements.iter_mut().zip(observed) {
        statement.hazards.clone_from(&observed.hazards);
    }
}

fn notes(observed: &[Observed]) -> Vec<StatementNote> {
    observed.iter().map(|observed| observed.note.clone()).collect()
}

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Puts into each slot how many rows of the actual database are concerned. A query that does not work there yet, because it is about a
/// column that the revision only adds, counts nothing; one that is not allowed to says so.
async fn count(plan: &mut Plan, conn: &mut PgConnection) {
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

/// How the files came about, for their head.
fn origin(proof: &Proof) -> String {
    let tables: Vec<String> = proof.without_rows.keys().map(ToString::to_string).collect();
    let rows =
        if tables.is_empty() { String::new() } else { format!(" (without rows in {})", tables.join(", ")) };
    format!("Made from the models, and proven up and down{rows}. Review it before it is applied.")
}
