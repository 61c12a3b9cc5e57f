//! Statements, and what their place is bound to.

use std::collections::BTreeSet;

use crate::{
    hazard::Hazard,
    plan::{Batch, Slot, Statement},
    schema::{Constraint, ConstraintKind, Name, Object},
};

/// What a statement's place is bound to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// An object.
    Is(Object),
    /// That a constraint is known to hold for all rows.
    Valid(Name, String),
    /// Whether a column takes `NULL`.
    Null(Name, String),
    /// That a column holds what it should in the rows that are there.
    Filled(Name, String),
    /// The values of an enumerated type, of which some are added.
    Values(Name),
    /// What a column holds where nothing is given.
    Default(Name, String),
    /// The one primary key of a table.
    PrimaryKey(Name),
    /// A name among tables, sequences and indexes.
    Relation(Name),
    /// What the partitions of a table take of its values: one goes before another one takes its place.
    Partitions(Name),
}

impl Thing {
    /// The rows hold what they should in these columns, as a unique index that is built needs it.
    pub(crate) fn filled<'c>(table: &Name, columns: impl IntoIterator<Item = &'c String>) -> Vec<Self> {
        columns.into_iter().map(|column| Self::Filled(table.clone(), column.clone())).collect()
    }

    /// The columns of a primary key do not take `NULL`.
    pub(crate) fn not_nulls(table: &Name, it: &Constraint) -> Vec<Self> {
        let ConstraintKind::PrimaryKey(key) = &it.kind else { return Vec::new() };
        key.columns.iter().map(|column| Self::Null(table.clone(), column.clone())).collect()
    }

    /// A table has one primary key.
    pub(crate) fn primary(table: &Name, it: &Constraint) -> Option<Self> {
        matches!(it.kind, ConstraintKind::PrimaryKey(_)).then(|| Self::PrimaryKey(table.clone()))
    }
}

impl From<Object> for Thing {
    fn from(object: Object) -> Self {
        Self::Is(object)
    }
}

/// How a statement stands to a thing; in this order they have to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// It takes away something that depends on it as it was.
    Leaves,
    /// It takes it away.
    Drops,
    /// It makes or alters it.
    Makes,
    /// It needs it as it will be.
    Needs,
}

/// When a statement runs, where nothing else tells: additions early, drops late, and in between what wants a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Priority {
    Namespace,
    Extension,
    AddValue,
    Enum,
    Sequence,
    Table,
    Partition,
    Owner,
    Column,
    Alter,
    Constraint,
    ForeignKey,
    Index,
    Comment,
    Concurrent,
    Attach,
    Populate,
    Validate,
    Analyze,
    Tighten,
    DropConcurrent,
    Drop,
    /// What takes data along.
    DropData,
    DropType,
    DropLast,
}

/// Statements that belong together, and their place in the graph.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// In their order; the batch of the first one is found by [`sort`](super::sort).
    pub(crate) statements: Vec<Statement>,
    pub(super) roles: BTreeSet<(Thing, Role)>,
    /// Things whose makers have to be in a file before.
    pub(super) settled: BTreeSet<Thing>,
    /// Literals of values that it adds to a type, which cannot be used before they are committed.
    pub(super) values: BTreeSet<String>,
    priority: Priority,
    pub(super) key: String,
}

impl Step {
    pub(crate) fn new(priority: Priority, sql: impl Into<String>) -> Self {
        let key = sql.into();
        let step = Self {
            statements: Vec::new(),
            roles: BTreeSet::new(),
            settled: BTreeSet::new(),
            values: BTreeSet::new(),
            priority,
            key: key.clone(),
        };
        step.then(key)
    }

    /// One more statement behind those that are there.
    pub(crate) fn then(mut self, sql: impl Into<String>) -> Self {
        self.statements.push(Statement::new(sql));
        self
    }

    pub(crate) fn role(mut self, role: Role, thing: impl Into<Thing>) -> Self {
        let thing = thing.into();
        if matches!(role, Role::Drops | Role::Makes)
            && let Thing::Is(object) = &thing
            && let Some(name) = object.relation()
        {
            self.roles.insert((Thing::Relation(name), role));
        }
        if let (Role::Needs, Thing::Is(Object::Enum(name))) = (role, &thing) {
            self.roles.insert((Thing::Values(name.clone()), role));
        }
        self.roles.insert((thing, role));
        self
    }

    pub(crate) fn roles(self, role: Role, things: impl IntoIterator<Item = impl Into<Thing>>) -> Self {
        things.into_iter().fold(self, |step, thing| step.role(role, thing))
    }

    pub(crate) fn makes(self, thing: impl Into<Thing>) -> Self {
        self.role(Role::Makes, thing)
    }

    pub(crate) fn needs(self, thing: impl Into<Thing>) -> Self {
        self.role(Role::Needs, thing)
    }

    pub(crate) fn drops(self, thing: impl Into<Thing>) -> Self {
        self.role(Role::Drops, thing)
    }

    pub(crate) fn leaves(self, thing: impl Into<Thing>) -> Self {
        self.role(Role::Leaves, thing)
    }

    /// It needs the thing, made in a file before.
    pub(crate) fn settled(mut self, thing: impl Into<Thing>) -> Self {
        let thing = thing.into();
        self.settled.insert(thing.clone());
        self.needs(thing)
    }

    pub(crate) fn alone(self) -> Self {
        self.last(|statement| statement.batch = Batch::Alone)
    }

    pub(crate) fn hazard(self, hazard: Hazard) -> Self {
        self.last(|statement| {
            statement.hazards.insert(hazard);
        })
    }

    pub(crate) fn slot(self, slot: Option<Slot>) -> Self {
        self.last(|statement| statement.slot = slot)
    }

    /// Something about the statement that was added last.
    fn last(mut self, set: impl FnOnce(&mut Statement)) -> Self {
        if let Some(statement) = self.statements.last_mut() {
            set(statement);
        }
        self
    }

    /// A line of comment above the statement.
    pub(crate) fn note(self, text: &str) -> Self {
        self.last(|statement| statement.sql = format!("-- {text}\n{}", statement.sql))
    }

    pub(crate) fn touches(mut self, tables: &BTreeSet<Name>) -> Self {
        self.statements.iter_mut().for_each(|statement| statement.tables.extend(tables.iter().cloned()));
        self
    }

    pub(crate) fn adds_value(mut self, literal: String) -> Self {
        self.values.insert(literal);
        self
    }

    pub(super) fn uses_any(&self, values: &BTreeSet<String>) -> bool {
        let texts = self.statements.iter().flat_map(|statement| {
            let rehearsal = statement.slot.as_ref().map(|slot| &slot.rehearsal);
            std::iter::once(&statement.sql).chain(rehearsal)
        });
        // In the literal of an array it has no quotes of its own.
        let uses = |text: &String, value: &String| {
            text.contains(value) || text.contains("'{") && text.contains(value.trim_matches('\''))
        };
        self.values.is_empty() && texts.into_iter().any(|text| values.iter().any(|value| uses(text, value)))
    }

    /// Whether a person's statements go before it that may run for long, for which no lock should be held.
    pub(super) fn moves_data(&self) -> bool {
        self.priority == Priority::Populate
            && self.statements.iter().any(|statement| statement.slot.is_some())
    }

    /// It waits for these where it looks at rows, or wants a file of its own.
    pub(crate) fn behind(self, things: &[Object]) -> Self {
        match self.priority {
            Priority::Concurrent | Priority::Populate | Priority::Validate | Priority::Analyze => {
                self.roles(Role::Needs, things.iter().cloned())
            }
            _ => self,
        }
    }

    pub(super) fn key(&self) -> (Priority, &str) {
        (self.priority, &self.key)
    }
}
