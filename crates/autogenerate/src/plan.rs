//! What leads from one schema to another: statements in an order that PostgreSQL takes, and how they may be cut into files.

use std::collections::BTreeSet;

use crate::{
    hazard::Hazard,
    schema::{Name, Object},
};

/// Statements in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The statements.
    pub statements: Vec<Statement>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The SQL, without the semicolon at its end.
    pub sql: String,
    /// How it goes together with the statements before it.
    pub batch: Batch,
    /// Tables, existing ones, that it touches.
    pub tables: BTreeSet<Name>,
    /// What can go wrong, or takes long.
    pub hazards: BTreeSet<Hazard>,
    /// A person's data have to move before it.
    pub slot: Option<Slot>,
}

impl Statement {
    /// A statement that nothing is known of.
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        let (tables, hazards) = (BTreeSet::new(), BTreeSet::new());
        Self { sql: sql.into(), batch: Batch::Same, tables, hazards, slot: None }
    }
}

/// How a statement goes together with those before it: sqlx sends a file as one simple query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Batch {
    /// In the same file and transaction.
    Same,
    /// In a new file, because what the file before took (locks) or made (an enum value) has to be committed first.
    New,
    /// Alone in a file that runs without a transaction (`… CONCURRENTLY`).
    Alone,
}

/// A place where only a person knows what the data should become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What has to be done, such as `populate items.sku`.
    pub title: String,
    /// A query that counts the rows concerned, to be run on the actual database.
    pub count: String,
    /// What a person may begin with: statements, with `…` where their knowledge goes.
    pub template: String,
    /// Statements that do it for the made up rows of the proof.
    pub rehearsal: String,
}

impl Slot {
    /// The same, with the number of rows concerned in its title.
    #[must_use]
    pub fn counted(mut self, rows: u64) -> Self {
        let digits = rows.to_string();
        self.title.push_str(" (");
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                self.title.push(',');
            }
            self.title.push(digit);
        }
        self.title.push_str(if rows == 1 { " row)" } else { " rows)" });
        self
    }
}

/// What a statement was seen to do when it was run for the proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementNote {
    /// The strongest lock on each table, as PostgreSQL calls it without the word `Lock` (`AccessExclusive`), and the table as SQL.
    pub locks: Vec<(String, String)>,
    /// Tables and indexes, as SQL, that were written anew.
    pub rewrites: Vec<String>,
    /// Tables, as SQL, whose rows were read.
    pub scans: Vec<String>,
}

/// What was renamed: a name that is gone, and the one that came in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    /// Tables, old to new.
    pub tables: Vec<(Name, Name)>,
    /// Columns: the table by its new name, old to new.
    pub columns: Vec<(Name, String, String)>,
    /// Enumerated types, old to new.
    pub enums: Vec<(Name, Name)>,
    /// Values: the type by its new name, old to new.
    pub values: Vec<(Name, String, String)>,
}

/// How to get from one schema to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Take the forms that let others read and write meanwhile, at the price of more files.
    pub online: bool,
    /// Leave a [`Slot`] where a person's data have to move.
    pub slots: bool,
}

impl Renames {
    /// Each old name and the new one, tables and types first; in a table or a type by the new name of that.
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
        let parts = [part(&self.columns, Object::Column), part(&self.values, Object::Value)].concat();
        [wholes, parts].concat()
    }

    /// The new name of a table.
    pub(crate) fn table<'a>(&'a self, old: &'a Name) -> &'a Name {
        after(&self.tables, old)
    }

    /// The new name of an enumerated type.
    pub(crate) fn enumeration<'a>(&'a self, old: &'a Name) -> &'a Name {
        after(&self.enums, old)
    }

    /// A column or a value by the old name of its table or type.
    pub(crate) fn before(&self, object: &Object) -> Object {
        match object {
            Object::Column(table, name) => Object::Column(back(&self.tables, table), name.clone()),
            Object::Value(of, value) => Object::Value(back(&self.enums, of), value.clone()),
            object => object.clone(),
        }
    }

    /// The way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let old_table = |new: &Name| back(&self.tables, new);
        let old_enum = |new: &Name| back(&self.enums, new);
        Self {
            tables: self.tables.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
            columns: self
                .columns
                .iter()
                .map(|(table, old, new)| (old_table(table), new.clone(), old.clone()))
                .collect(),
            enums: self.enums.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
            values: self
                .values
                .iter()
                .map(|(name, old, new)| (old_enum(name), new.clone(), old.clone()))
                .collect(),
        }
    }
}

/// What had that name before.
fn back(renamed: &[(Name, Name)], new: &Name) -> Name {
    renamed.iter().find(|(_, to)| to == new).map_or_else(|| new.clone(), |(old, _)| old.clone())
}

/// What has that name afterwards.
fn after<'a>(renamed: &'a [(Name, Name)], old: &'a Name) -> &'a Name {
    renamed.iter().find(|(from, _)| from == old).map_or(old, |(_, new)| new)
}
