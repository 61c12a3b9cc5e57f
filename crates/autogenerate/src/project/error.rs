//! What can be in the way.

use super::dependants::Dependant;
use crate::{
    diff::{Ambiguity, Change, Object, RenameFault},
    migrate::{MigrationError, State},
    model::MetadataError,
    planner::PlanError,
    prove::ProofError,
    revision::{OpenSlot, RevisionError},
    scratch,
};

/// Why a command could not do its work. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A database reported an error, or cannot be reached.
    #[error("the database cannot be asked")]
    Database(#[from] sqlx::Error),
    /// The search path of the connection leads nowhere.
    #[error("the database has no current schema: does the search_path of its role name one that is there?")]
    NoSchema,
    /// Models contradict each other.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// PostgreSQL does not take what a model says.
    #[error("PostgreSQL refuses what the models say:\n{statement}")]
    Model {
        /// The statement that was made from them.
        statement: String,
        /// What PostgreSQL reported.
        #[source]
        source: sqlx::Error,
    },
    /// The migrations do not work on an empty database.
    #[error("{file} does not work on an empty database after the migrations before it")]
    Replay {
        /// The file's name.
        file: String,
        /// What PostgreSQL reported.
        #[source]
        source: sqlx::Error,
    },
    /// The folder of migrations is not in order.
    #[error(transparent)]
    Folder(#[from] RevisionError),
    /// The database's table of migrations cannot be used.
    #[error(transparent)]
    Migrate(#[from] MigrationError),
    /// There is no place to try things in.
    #[error(transparent)]
    Scratch(#[from] scratch::Error),
    /// There is no order of statements.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Views and their like, which are not compared, keep PostgreSQL from making a change.
    #[error("{}", in_the_way(.0))]
    InTheWay(Vec<Dependant>),
    /// Somebody else wrote a revision in the meantime.
    #[error("the folder of migrations was changed meanwhile: run this again")]
    FolderChanged,
    /// What would be written does not do what it should.
    #[error("the revision could not be proven, so it was not written")]
    Proof(#[from] ProofError),
    /// The database is not where the migrations end.
    #[error("{}; a revision is made from a database at head", not_at_head(.0))]
    NotAtHead(Box<State>),
    /// The database was changed beside the migrations.
    #[error("{}", drifted(.0))]
    Drift(Vec<Change>),
    /// An earlier revision is not complete.
    #[error("{}, line {}: open slot: {}; say there what the data become, and delete the line", .0.file, .0.line, .0.title)]
    OpenSlot(OpenSlot),
    /// What may be a rename, or may be a drop and an addition.
    #[error("{}", ask(.0))]
    Ambiguous(Vec<Ambiguity>),
    /// A hint that contradicts the database.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Rename(Vec<RenameFault>),
    /// A revision that does not work behind the others, and in whose place nothing is needed.
    #[error(
        "revision {0} does not lead to the models from behind the others, but they need nothing more either: make its statements fit, or \
         delete its files"
    )]
    NotNeeded(i64),
    /// A revision that is applied cannot be made again.
    #[error("revision {0} is applied to the database; run `downgrade` to the one before it first")]
    Applied(i64),
}

/// What a database lacks, or has too much, and what to do.
pub(super) fn not_at_head(state: &State) -> String {
    let numbers = |versions: &[i64]| versions.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let pending: Vec<i64> = state.pending.iter().map(|(version, _)| *version).collect();
    if !state.edited.is_empty() {
        format!("migrations were edited after they were applied ({}): restore them", numbers(&state.edited))
    } else if !pending.is_empty() {
        format!("the database lacks migrations ({}): run `upgrade`", numbers(&pending))
    } else {
        let strange = [&*state.unknown, &*state.missing].concat();
        format!("the database has migrations that are not here ({}): get their files", numbers(&strange))
    }
}

/// What only a person knows, and how to say it.
fn ask(ambiguities: &[Ambiguity]) -> String {
    let line = |ambiguity: &Ambiguity| {
        let (attribute, old) = match &ambiguity.old {
            Object::Table(old) => ("table", &old.name),
            Object::Column(_, old) => ("column", old),
            Object::Enum(old) => ("enumeration", &old.name),
            Object::Value(_, old) => ("enumeration", old),
            _ => return ambiguity.to_string(),
        };
        format!("{ambiguity} If so, say on it: #[{attribute}(renamed_from = {old:?})]")
    };
    format!(
        "is this a rename, which keeps the data, or a drop and an addition?{}\nIf none of them is one, use --no-renames.",
        lines(ambiguities.iter().map(line))
    )
}

fn lines<T: ToString>(of: impl IntoIterator<Item = T>) -> String {
    of.into_iter().flat_map(|line| ["\n  ".to_owned(), line.to_string()]).collect()
}

/// What has to go first.
fn in_the_way(dependants: &[Dependant]) -> String {
    format!(
        "what is not compared would make the revision fail:{}\nDrop it in a revision of its own (`revision -m`) and apply that first; another one behind \
         this can bring it back.",
        lines(dependants)
    )
}

/// What a person did to the database beside the migrations.
fn drifted(changes: &[Change]) -> String {
    format!(
        "the database is not what its migrations make, so a revision made from it would not work elsewhere. It would take:{}\n\
         Do that by hand, or make the revision on a database that has the migrations and nothing else.",
        lines(changes)
    )
}
