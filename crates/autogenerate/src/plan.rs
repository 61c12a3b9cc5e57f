//! The plan from one schema to another: ordered statements, and how they are split into files.

mod cascade;

use std::collections::BTreeSet;

pub use self::cascade::Cascade;
use self::cascade::grouped;
use crate::{
    hazard::Hazard,
    schema::{Name, Object, SqlKind, SqlName, quote_literal},
};

/// The schema in which hints and the guide keep copies of data.
pub(crate) const COPIES: &str = "attic";

/// An ordered list of statements that migrates one schema to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The statements, in the order in which they run.
    pub statements: Vec<Statement>,
}

impl Plan {
    /// Turns the slots into guards: instead of waiting for a person, the file stops if there are
    /// rows that need one. For a way down, which rarely runs and should not hold up anything until
    /// then.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        for slot in self.statements.iter_mut().filter_map(|statement| statement.slot.as_mut()) {
            slot.is_guard = true;
        }
        self
    }

    /// Returns `true` if there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Joins plans, each of which starts a new file.
    #[must_use]
    pub fn joined<'a>(plans: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut statements = Vec::new();
        for plan in plans {
            let first = statements.len();
            statements.extend(plan.statements.iter().cloned());
            if let Some(statement) = statements.get_mut(first).filter(|it| it.batch == Batch::Same) {
                statement.batch = Batch::New;
            }
        }
        Self { statements }
    }

    /// The statements of each file, in order.
    pub fn files(&self) -> impl Iterator<Item = &[Statement]> {
        self.statements.chunk_by(|before, after| before.batch != Batch::Alone && after.batch == Batch::Same)
    }
}

/// A statement of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The SQL, without a trailing semicolon.
    pub sql: String,
    /// Whether it shares a file with the statements before it.
    pub batch: Batch,
    /// Existing tables that it touches.
    pub tables: BTreeSet<Name>,
    /// The risks and costs of running it.
    pub hazards: BTreeSet<Hazard>,
    /// Data that a person has to migrate before it runs.
    pub slot: Option<Slot>,
    /// Whether it renames an object that both schemas have.
    pub is_rename: bool,
}

impl Statement {
    /// A statement without tables, hazards or a slot.
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        let (tables, hazards) = (BTreeSet::new(), BTreeSet::new());
        Self { sql: sql.into(), batch: Batch::Same, tables, hazards, slot: None, is_rename: false }
    }

    /// The hazards without the deletion of rows that its slot does before it.
    pub(crate) fn own_hazards(&self) -> BTreeSet<Hazard> {
        let mut own = self.hazards.clone();
        if self.slot.as_ref().is_some_and(Slot::deletes) {
            own.remove(&Hazard::DeletesData);
        }
        own
    }
}

/// How a statement is batched with those before it: sqlx sends a file as one simple query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Batch {
    /// In the same file and transaction.
    Same,
    /// In a new file, because the locks or the new enum values of the previous file have to be
    /// committed first.
    New,
    /// Alone in a file without a transaction (`… CONCURRENTLY`).
    Alone,
}

/// A gap in a migration, where only a person knows what the data should become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The task, such as `populate items.sku`.
    pub title: String,
    /// A query that counts the affected rows, to be run on the actual database.
    pub count: String,
    /// Statements to start from, with `…` where something has to be filled in.
    pub template: String,
    /// The template as a statement that commits in portions, so that no row stays locked for long.
    /// It needs a file of its own.
    pub portions: Option<String>,
    /// Statements that fill the slot for the sample rows of the proof.
    pub rehearsal: String,
    /// A query that counts the affected rows by the names that hold where the slot is; empty if
    /// only the statement itself can tell which rows are affected.
    pub remaining: String,
    /// Whether the file stops if there are such rows, instead of leaving a gap.
    pub is_guard: bool,
    /// What else happens if the statements delete rows.
    pub cascades: Vec<Cascade>,
}

impl Slot {
    /// A statement that fails, with their number, if there are affected rows; `None` if only the
    /// statement after it can tell.
    pub(crate) fn guard(&self) -> Option<String> {
        if self.remaining.is_empty() {
            return None;
        }
        // A percent sign is a placeholder in RAISE.
        let message = quote_literal(&format!("{} (% rows)", self.title.replace('%', "%%")));
        Some(format!(
            "DO $guard$\nDECLARE\n    found bigint := ({});\nBEGIN\n    IF found > 0 THEN\n        \
             RAISE EXCEPTION {message}, found;\n    END IF;\nEND $guard$",
            self.remaining
        ))
    }

    /// One slot for both tasks.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            title: format!("{}, and {}", self.title, other.title),
            count: format!("SELECT ({}) + ({})", self.count, other.count),
            template: format!("{}\n{}", self.template, other.template),
            portions: None,
            rehearsal: format!("{};\n{}", self.rehearsal, other.rehearsal),
            // If one part cannot tell, neither can both.
            remaining: if self.remaining.is_empty() || other.remaining.is_empty() {
                String::new()
            } else {
                format!("SELECT ({}) + ({})", self.remaining, other.remaining)
            },
            is_guard: self.is_guard,
            cascades: [self.cascades, other.cascades].concat(),
        }
    }

    /// Whether it commits in portions. A guard does not change rows.
    pub(crate) fn in_portions(&self) -> Option<&str> {
        self.portions.as_deref().filter(|_| !self.is_guard)
    }

    /// Whether the statements to start from delete rows.
    pub(crate) fn deletes(&self) -> bool {
        !self.is_guard && self.template.lines().any(|line| line.starts_with("DELETE FROM "))
    }

    /// The hazards of the statements to start from.
    pub(crate) fn hazards(&self) -> BTreeSet<Hazard> {
        let mut hazards = BTreeSet::new();
        if self.deletes() {
            hazards.insert(Hazard::DeletesData);
            if self.cascades.iter().any(Cascade::blocks) {
                hazards.insert(Hazard::MayFailOnData);
            }
        }
        hazards
    }

    /// Appends the number of affected rows to the title.
    #[must_use]
    pub fn counted(mut self, rows: u64) -> Self {
        let what = if rows == 1 { "row" } else { "rows" };
        self.title = format!("{} ({} {what})", self.title, grouped(rows));
        self
    }
}

/// Locks, rewrites and scans that were observed when a statement was proven.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementNote {
    /// The strongest lock on each table: its mode as PostgreSQL names it, without the word `Lock`
    /// (`AccessExclusive`), and the table as SQL.
    pub locks: Vec<(String, String)>,
    /// Tables and indexes, as SQL, that were rewritten.
    pub rewrites: Vec<String>,
    /// Tables, as SQL, that were scanned.
    pub scans: Vec<String>,
}

/// Renamed objects: the old names and the new names that replace them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    /// Tables: old name, new name.
    pub tables: Vec<(Name, Name)>,
    /// Columns: new name of the table, old name, new name.
    pub columns: Vec<(Name, String, String)>,
    /// Enum types: old name, new name.
    pub enums: Vec<(Name, Name)>,
    /// Domains and composite types: kind, old name, new name.
    pub types: Vec<(SqlKind, Name, Name)>,
    /// Enum values: new name of the type, old value, new value.
    pub values: Vec<(Name, String, String)>,
}

/// Options of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Prefer statements that do not block reads and writes, at the price of more files.
    pub online: bool,
    /// Leave a [`Slot`] where a person has to migrate data.
    pub slots: bool,
}

impl Renames {
    /// Pairs of an old and a new object, tables and types first. Columns and values are given by
    /// the new name of their table or type.
    pub(crate) fn pairs(&self) -> Vec<(Object, Object)> {
        let whole = |pairs: &[(Name, Name)], object: fn(Name) -> Object| {
            pairs.iter().map(|(old, new)| (object(old.clone()), object(new.clone()))).collect::<Vec<_>>()
        };
        let part = |parts: &[(Name, String, String)], object: fn(Name, String) -> Object| {
            let objects = |(of, old, new): &(Name, String, String)| {
                (object(of.clone(), old.clone()), object(of.clone(), new.clone()))
            };
            parts.iter().map(objects).collect::<Vec<_>>()
        };
        let wholes = [whole(&self.tables, Object::Table), whole(&self.enums, Object::Enum)].concat();
        let types = self.types.iter().map(|(kind, old, new)| {
            (Object::Sql(SqlName::of_type(*kind, old)), Object::Sql(SqlName::of_type(*kind, new)))
        });
        let parts = [part(&self.columns, Object::Column), part(&self.values, Object::Value)].concat();
        [wholes, types.collect(), parts].concat()
    }

    /// The new name of a table.
    pub(crate) fn table<'a>(&'a self, old: &'a Name) -> &'a Name {
        new_name(&self.tables, old)
    }

    /// The new name of an enum type.
    pub(crate) fn enumeration<'a>(&'a self, old: &'a Name) -> &'a Name {
        new_name(&self.enums, old)
    }

    /// The same column or value, by the old name of its table or type.
    pub(crate) fn with_old_parent(&self, object: &Object) -> Object {
        match object {
            Object::Column(table, name) => Object::Column(old_name(&self.tables, table), name.clone()),
            Object::Value(of, value) => Object::Value(old_name(&self.enums, of), value.clone()),
            object => object.clone(),
        }
    }

    /// Returns the renames that undo these.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let old_table = |new: &Name| old_name(&self.tables, new);
        let old_enum = |new: &Name| old_name(&self.enums, new);
        Self {
            tables: self.tables.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
            columns: self
                .columns
                .iter()
                .map(|(table, old, new)| (old_table(table), new.clone(), old.clone()))
                .collect(),
            enums: self.enums.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
            types: self.types.iter().map(|(kind, old, new)| (*kind, new.clone(), old.clone())).collect(),
            values: self
                .values
                .iter()
                .map(|(name, old, new)| (old_enum(name), new.clone(), old.clone()))
                .collect(),
        }
    }
}

/// The old name of `new`, or `new` itself if it was not renamed.
fn old_name(renamed: &[(Name, Name)], new: &Name) -> Name {
    renamed.iter().find(|(_, to)| to == new).map_or_else(|| new.clone(), |(old, _)| old.clone())
}

/// The new name of `old`, or `old` itself if it was not renamed.
fn new_name<'a>(renamed: &'a [(Name, Name)], old: &'a Name) -> &'a Name {
    renamed.iter().find(|(from, _)| from == old).map_or(old, |(_, new)| new)
}
