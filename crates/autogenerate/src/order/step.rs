//! Steps: statements and their dependencies.

use std::collections::BTreeSet;

use crate::{
    hazard::Hazard,
    plan::{Batch, Slot, Statement},
    schema::{Constraint, ConstraintKind, Name, Object},
};

/// A resource that statements affect or depend on, which decides their order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    /// An object.
    Object(Object),
    /// The validity of a constraint.
    Valid(Name, String),
    /// The nullability of a column.
    Null(Name, String),
    /// The values of a column in existing rows.
    Filled(Name, String),
    /// The values of an enum type, to which some are added.
    Values(Name),
    /// The default of a column.
    Default(Name, String),
    /// The primary key of a table, of which there can be only one.
    PrimaryKey(Name),
    /// A name among tables, sequences and indexes.
    Relation(Name),
    /// The bounds of a table's partitions: one is detached before another covers its values.
    Partitions(Name),
    /// A former partition, which has what it inherited as its own.
    Detached(Name),
}

impl Resource {
    /// The values of these columns in existing rows, which a unique index depends on.
    pub(crate) fn filled<'c>(table: &Name, columns: impl IntoIterator<Item = &'c String>) -> Vec<Self> {
        columns.into_iter().map(|column| Self::Filled(table.clone(), column.clone())).collect()
    }

    /// The nullability of the columns of a primary key.
    pub(crate) fn not_nulls(table: &Name, it: &Constraint) -> Vec<Self> {
        let ConstraintKind::PrimaryKey(key) = &it.kind else { return Vec::new() };
        key.columns.iter().map(|column| Self::Null(table.clone(), column.clone())).collect()
    }

    /// The primary key of a table.
    pub(crate) fn primary(table: &Name, it: &Constraint) -> Option<Self> {
        matches!(it.kind, ConstraintKind::PrimaryKey(_)).then(|| Self::PrimaryKey(table.clone()))
    }
}

impl From<Object> for Resource {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

/// What a step does with a resource. Steps run in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Removes something that depends on the old state.
    Releases,
    /// Drops it.
    Drops,
    /// Creates or alters it.
    Makes,
    /// Depends on the new state.
    Needs,
}

/// When a step runs if no dependency decides: additions early, drops late, and in between what
/// needs a file of its own.
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
    Function,
    View,
    Setting,
    Concurrent,
    Populate,
    Validate,
    Analyze,
    Attach,
    Tighten,
    DropConcurrent,
    Drop,
    /// Deletes data.
    DropData,
    DropType,
    DropLast,
}

/// Statements that belong together, and their dependencies.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// In order; [`sort`](super::sort) sets the batch of the first one.
    pub(crate) statements: Vec<Statement>,
    pub(super) roles: BTreeSet<(Resource, Role)>,
    /// Resources that have to be made in an earlier file.
    pub(super) committed: BTreeSet<Resource>,
    /// Literals of the values that it adds to an enum type, which cannot be used before they are
    /// committed.
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
            committed: BTreeSet::new(),
            values: BTreeSet::new(),
            priority,
            key: key.clone(),
        };
        step.then(key)
    }

    /// Appends a statement.
    pub(crate) fn then(mut self, sql: impl Into<String>) -> Self {
        self.statements.push(Statement::new(sql));
        self
    }

    /// Puts a statement before the others.
    pub(crate) fn preceded_by(mut self, sql: impl Into<String>) -> Self {
        self.statements.insert(0, Statement::new(sql));
        self
    }

    pub(crate) fn role(mut self, role: Role, resource: impl Into<Resource>) -> Self {
        let resource = resource.into();
        if matches!(role, Role::Drops | Role::Makes)
            && let Resource::Object(object) = &resource
            && let Some(name) = object.relation()
        {
            self.roles.insert((Resource::Relation(name), role));
        }
        if let (Role::Needs, Resource::Object(Object::Enum(name))) = (role, &resource) {
            self.roles.insert((Resource::Values(name.clone()), role));
        }
        self.roles.insert((resource, role));
        self
    }

    pub(crate) fn roles(self, role: Role, resources: impl IntoIterator<Item = impl Into<Resource>>) -> Self {
        resources.into_iter().fold(self, |step, resource| step.role(role, resource))
    }

    pub(crate) fn makes(self, resource: impl Into<Resource>) -> Self {
        self.role(Role::Makes, resource)
    }

    pub(crate) fn needs(self, resource: impl Into<Resource>) -> Self {
        self.role(Role::Needs, resource)
    }

    pub(crate) fn drops(self, resource: impl Into<Resource>) -> Self {
        self.role(Role::Drops, resource)
    }

    pub(crate) fn releases(self, resource: impl Into<Resource>) -> Self {
        self.role(Role::Releases, resource)
    }

    /// Needs the resource, made in an earlier file.
    pub(crate) fn needs_committed(mut self, resource: impl Into<Resource>) -> Self {
        let resource = resource.into();
        self.committed.insert(resource.clone());
        self.needs(resource)
    }

    pub(crate) fn alone(self) -> Self {
        self.last(|statement| statement.batch = Batch::Alone)
    }

    pub(crate) fn hazard(self, hazard: Hazard) -> Self {
        // The lock that blocks reads blocks writes, too.
        let implied = (hazard == Hazard::BlocksReads).then_some(Hazard::BlocksWrites);
        self.last(|statement| statement.hazards.extend(implied.into_iter().chain([hazard])))
    }

    pub(crate) fn slot(self, slot: Option<Slot>) -> Self {
        self.last(|statement| statement.slot = slot)
    }

    /// Adds a slot to the one that the last statement has.
    pub(crate) fn add_slot(self, slot: Option<Slot>) -> Self {
        self.last(|statement| {
            statement.slot = statement.slot.take().into_iter().chain(slot).reduce(Slot::and);
        })
    }

    /// Updates the last statement.
    fn last(mut self, set: impl FnOnce(&mut Statement)) -> Self {
        if let Some(statement) = self.statements.last_mut() {
            set(statement);
        }
        self
    }

    /// Adds a comment above the last statement.
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
        // In an array literal, a value is not quoted separately.
        let uses = |text: &String, value: &String| {
            text.contains(value) || text.contains("'{") && text.contains(value.trim_matches('\''))
        };
        self.values.is_empty() && texts.into_iter().any(|text| values.iter().any(|value| uses(text, value)))
    }

    /// Whether a person's statements run before it. They may take long, so no lock should be held.
    pub(super) fn moves_data(&self) -> bool {
        self.priority == Priority::Populate
            && self.statements.iter().any(|statement| statement.slot.is_some())
    }

    /// Whether it reads all rows while others read and write.
    pub(super) fn scans(&self) -> bool {
        self.priority == Priority::Validate
    }

    /// Whether it takes no lock that blocks reads or writes.
    pub(super) fn is_harmless(&self) -> bool {
        matches!(self.priority, Priority::Validate | Priority::Analyze)
    }

    /// Makes a step wait for these objects if it reads rows or needs a file of its own.
    pub(crate) fn waiting_for(self, resources: &[Object]) -> Self {
        match self.priority {
            Priority::Concurrent | Priority::Populate | Priority::Validate | Priority::Analyze => {
                self.roles(Role::Needs, resources.iter().cloned())
            }
            _ => self,
        }
    }

    pub(super) fn key(&self) -> (Priority, &str) {
        (self.priority, &self.key)
    }
}
