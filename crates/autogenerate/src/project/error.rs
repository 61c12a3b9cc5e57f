//! The errors of a project's operations.

use super::{
    dependants::Dependant,
    edge::{Difference, Edge},
    hint::hint,
    question::Undescribed,
};
use crate::{
    diff::{Ambiguity, Object, RenameFault},
    migrate::{MigrationError, State},
    model::{Location, MetadataError, Origin},
    planner::PlanError,
    prove::ProofError,
    revision::{OpenSlot, RevisionError},
    schema::{Name, SqlKind},
    scratch,
};

/// Why an operation on a project failed. No file was written.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A database reported an error, or cannot be reached.
    #[error("the database cannot be queried")]
    Database(#[from] sqlx::Error),
    /// No schema on the connection's search path exists.
    #[error("the database has no current schema: create one that the role's search_path names")]
    NoSchema,
    /// Models contradict each other.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// PostgreSQL rejects a statement generated from the models.
    #[error(
        "{}PostgreSQL rejects a statement generated from the models:\n{statement}{}",
        origin.as_ref().map_or_else(String::new, |origin| format!("{origin}: ")),
        hint(source)
    )]
    Model {
        /// Where the models declare it, if known.
        origin: Option<Origin>,
        /// The generated statement.
        statement: String,
        /// What PostgreSQL reported.
        #[source]
        source: sqlx::Error,
    },
    /// PostgreSQL rejects a statement of a text in SQL.
    #[error("PostgreSQL rejects {object}, from `.sql(…)`: change its file\n{statement}{}", hint(source))]
    Text {
        /// The object that the statement would create, such as `view active_items`.
        object: String,
        /// The statement.
        statement: String,
        /// What PostgreSQL reported.
        #[source]
        source: sqlx::Error,
    },
    /// An external foreign key references a table that the database does not have.
    #[error(
        "{location}: the database has no table `{table}`, which an external foreign key references: create it, or correct the name"
    )]
    NoExternalTable {
        /// The table.
        table: Name,
        /// Where the foreign key is declared.
        location: Location,
    },
    /// A migration fails on an empty database.
    #[error("{file} fails on an empty database after the migrations before it{}", hint(source))]
    Replay {
        /// The file's name.
        file: String,
        /// What PostgreSQL reported.
        #[source]
        source: sqlx::Error,
    },
    /// The folder of migrations is malformed.
    #[error(transparent)]
    Folder(#[from] RevisionError),
    /// The database's migration table cannot be used.
    #[error(transparent)]
    Migrate(#[from] MigrationError),
    /// No scratch database is available.
    #[error(transparent)]
    Scratch(#[from] scratch::Error),
    /// The statements cannot be ordered.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Unmanaged objects, such as views, block a change.
    #[error("{}", blocking_dependants(.0))]
    Blocked(Vec<Dependant>),
    /// Another process wrote a revision at the same time.
    #[error("the folder of migrations changed in the meantime: run this again")]
    FolderChanged,
    /// The proof on scratch failed.
    #[error("the revision could not be proven, so it was not written")]
    Proof(#[from] ProofError),
    /// The database is not at head.
    #[error("{}; `revision` needs a database at head", not_at_head(.0))]
    NotAtHead(Box<State>),
    /// The database was changed outside the migrations.
    #[error("{}", drift_message(.0))]
    Drift(Edge),
    /// The database has what the models describe, but there are no migrations.
    #[error("{}", no_migrations(.0))]
    NoMigrations(Edge),
    /// An earlier revision has an open slot.
    #[error("{}, line {}: open slot: {}; complete the statement and delete its SLOT line", .0.file, .0.line, .0.title)]
    OpenSlot(OpenSlot),
    /// A change may be a rename, or a drop and an addition.
    #[error("{}", rename_questions(.0))]
    Ambiguous(Vec<Ambiguity>),
    /// Generated revisions created objects that have no model and are not declared as dropped.
    #[error("{}", undescribed_objects(.0))]
    Undescribed(Vec<Undescribed>),
    /// The model of an object is not registered.
    #[error(
        "register the model of {0} (`Metadata::table`) or its text (`Metadata::sql`), and run this again"
    )]
    Forgotten(Object),
    /// A rename hint contradicts the database.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Rename(Vec<RenameFault>),
    /// The rebased revision does not lead to the models, although the other revisions already do.
    #[error(
        "the other revisions already lead to the models, and revision {0} after them does not: change its \
         statements so that they apply after the others, or delete its files"
    )]
    NotNeeded(i64),
    /// The schema of the database is not that of its migrations.
    #[error("{}", not_repairable(.0))]
    NotRepairable(Vec<String>),
    /// There are migrations already, so there is no need for a baseline.
    #[error("{}", already_started(.0))]
    Started(Box<State>),
    /// The database is empty.
    #[error("the database is empty: write the first revision with `revision --autogenerate`")]
    NothingThere,
    /// PostgreSQL rejects a statement that would create what a database has.
    #[error("a copy of the database cannot be created")]
    NotRecreated(#[source] sqlx::Error),
    /// The library cannot create everything that a database has.
    #[error(
        "these objects cannot be created, so a new database would lack them:{}\nLeave them out (`Metadata::ignore` or \
         --ignore), or accept that with --allow-incomplete and create them in a revision of your own.",
        lines(.0)
    )]
    NotCreatable(Vec<String>),
    /// There are fewer than two revisions to squash.
    #[error("there are not two revisions to put one in place of")]
    NothingToSquash,
    /// One revision cannot do the same as several.
    #[error("one revision cannot do the same:{}", lines(.0))]
    NotSquashable(Vec<String>),
    /// The revision is applied, so it cannot be rebased.
    #[error(
        "revision {0} is applied to the database; `downgrade` to the one before it first. If it cannot be reverted, leave \
         it as it is: a database that lacks it gets it with `upgrade {0}`"
    )]
    Applied(i64),
}

/// How a database differs from head, and what to do about it.
pub(super) fn not_at_head(state: &State) -> String {
    let numbers = |versions: &[i64]| versions.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let pending: Vec<i64> = state.pending.iter().map(|(version, _)| *version).collect();
    if !state.edited.is_empty() {
        format!("migrations were edited after they were applied ({}): restore them", numbers(&state.edited))
    } else if let Some((version, description)) = state.conflicting.first() {
        format!(
            "the database has migration {version} as `{description}`, which is another one here: get the folder that the \
             database was migrated with, or see what `repair` says"
        )
    } else if let Some(revision) = state.reverting.first() {
        MigrationError::Reverting(*revision).to_string()
    } else if !state.overtaken.is_empty() {
        MigrationError::Overtaken(state.overtaken.clone()).to_string()
    } else if !pending.is_empty() {
        format!("the database lacks migrations ({}): run `upgrade`", numbers(&pending))
    } else {
        let strange = [&*state.unknown, &*state.missing].concat();
        format!(
            "the database has migrations that are not here ({}): get their files; if they are lost, see what `repair` says",
            numbers(&strange)
        )
    }
}

/// Asks which changes are renames, and says how to answer.
fn rename_questions(ambiguities: &[Ambiguity]) -> String {
    let line = |ambiguity: &Ambiguity| {
        let (attribute, old) = match &ambiguity.old {
            Object::Table(old) => ("table", &old.name),
            Object::Column(_, old) => ("column", old),
            Object::Enum(old) => ("enumeration", &old.name),
            Object::Value(_, old) => ("enumeration", old),
            _ => return ambiguity.to_string(),
        };
        format!("{ambiguity} If so, add: #[{attribute}(renamed_from = {old:?})]")
    };
    format!(
        "is this a rename, which keeps the data, or a drop and an addition?{}\nIf none is a rename, use --no-renames.",
        lines(ambiguities.iter().map(line))
    )
}

/// Names the objects without a model, and says what to write about each.
fn undescribed_objects(objects: &[Undescribed]) -> String {
    let line = |it: &Undescribed| {
        let name = it.name();
        let renamed = match (&it.object, it.candidates.first()) {
            (Object::Table(old), Some(new)) => {
                format!("; if it is now {new}: #[table(renamed_from = {:?})]", old.name)
            }
            (Object::Enum(old), Some(new)) => {
                format!("; if it is now {new}: #[enumeration(renamed_from = {:?})]", old.name)
            }
            (Object::Sql(old), Some(new)) if old.kind.is_described() => {
                let attribute = if old.kind == SqlKind::Domain { "domain" } else { "composite" };
                let name = old.type_name().name;
                format!("; if it is now {new}: #[{attribute}(renamed_from = {name:?})]")
            }
            (Object::Sql(_), Some(new)) => format!("; if it is now {new}, drop it as well: it holds no data"),
            _ => String::new(),
        };
        let argument = if name.contains([' ', '(', '"']) { format!("'{name}'") } else { name.clone() };
        format!("{}; to drop it: Metadata::dropped({name:?}) or --drop {argument}{renamed}", it.object)
    };
    format!(
        "no model describes these objects, which earlier revisions created:{}\nIf a model is only missing from the metadata, \
         add it.",
        lines(objects.iter().map(line))
    )
}

fn not_repairable(differences: &[String]) -> String {
    format!(
        "the database does not have the schema of its migrations, so nothing was recorded. Restore the files as they were \
         applied, from version control or another checkout. Only if they are wrong, change the database by hand; this would \
         make it match:{}\nObjects that are not the migrations' can be left out (`Metadata::ignore` or --ignore).",
        lines(differences)
    )
}

/// What stands in for a baseline, and how to go on.
fn already_started(state: &State) -> String {
    if state.applied.is_empty() {
        "the folder has migrations, and none is applied to this database: `upgrade` applies them; if the database has their \
         schema already, `stamp head` records them, and `check` compares"
            .to_owned()
    } else {
        "the folder has migrations, which are the start already: go on with `revision --autogenerate`; `squash` makes one of \
         them, `repair` records them as they are now"
            .to_owned()
    }
}

fn lines<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().flat_map(|line| ["\n  ".to_owned(), line.to_string()]).collect()
}

fn blocking_dependants(dependants: &[Dependant]) -> String {
    format!(
        "the revision would have to drop objects and cannot create them again:{}\nDrop them in a separate revision (`revision -m`) and apply \
         that first. A later revision can recreate them.",
        lines(dependants)
    )
}

fn drift_message(edge: &Edge) -> String {
    let warning = edge.warning().map_or_else(String::new, |warning| format!("\nBefore you do: {warning}."));
    format!(
        "the database differs from its migrations, so a revision generated from it would fail elsewhere. These changes \
         would make it match:{}\nApply them by hand, or use a database that was only changed by migrations.{warning}",
        lines(&edge.differences)
    )
}

fn no_migrations(edge: &Edge) -> String {
    format!(
        "the database has what models describe, but there are no migrations:{}\nRun `baseline` first, which takes over the \
         database as it is, or use an empty database.",
        lines(edge.differences.iter().map(Difference::place))
    )
}
