//! The statements that lead from one schema to another.

mod alter;
mod cast;
mod column;
mod constraint;
mod definition;
mod delta;
mod enums;
mod index;
mod key;
mod nullability;
mod object;
mod partition;
mod sequence;
mod slot;
mod table;
mod types;

use std::collections::BTreeSet;

use delta::Delta;

use crate::{
    diff::{self, Object, Property, Rename, Renamed},
    order::{self, Priority, Role, Step},
    plan::{Batch, Plan, Renames, Statement, Style},
    render,
    schema::{Name, Schema, Table, quote_identifier, quote_literal},
};

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Statements that each have to run before another one of them.
    #[error("no order for these statements, each of which waits for another one:\n{}", .0.join("\n"))]
    Circle(Vec<String>),
}

/// The statements that lead from one schema to another, in an order that PostgreSQL takes.
///
/// `to` may hold definitions as they were written where `from` is empty; everything else wants both in canonical form.
///
/// # Errors
///
/// [`PlanError`].
pub fn plan(from: &Schema, to: &Schema, renames: &Renames, style: Style) -> Result<Plan, PlanError> {
    let Renamed { schema, renames } = diff::renamed(from, to, renames);
    let changes = diff::compare(&schema, to);
    let delta = Delta::new(&schema, to, &changes);
    let mut planner = Planner { from: &schema, to, delta, renames: &renames, style, steps: Vec::new() };
    planner.namespaces();
    let first = std::mem::take(&mut planner.steps);
    planner.extensions();
    planner.enums();
    planner.sequences();
    planner.tables();
    let swapped = planner.swapped_columns();
    let rest = planner.steps;
    let together: Vec<_> = rest.iter().cloned().map(|step| step.behind(&swapped)).collect();
    let mut statements = order::sort(first).map_err(PlanError::Circle)?;
    statements.extend(renames.iter().flat_map(|rename| rename_statements(from, rename)));
    let sorted = order::sort(together).or_else(|_| order::sort(rest));
    statements.extend(sorted.map_err(PlanError::Circle)?);
    Ok(Plan { statements })
}

/// Both sides, and the steps so far.
struct Planner<'a> {
    /// What is there once the renames are done.
    from: &'a Schema,
    to: &'a Schema,
    delta: Delta,
    renames: &'a [Rename],
    style: Style,
    steps: Vec<Step>,
}

impl<'a> Planner<'a> {
    fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Adds a step that touches tables, of which those count that are there before.
    fn push_on<'n>(&mut self, step: Step, tables: impl IntoIterator<Item = &'n Name>) {
        let standing: BTreeSet<_> =
            tables.into_iter().filter(|table| self.standing(table).is_some()).cloned().collect();
        self.steps.push(step.touches(&standing));
    }

    /// The table as it is, where it is there and stays.
    fn standing(&self, table: &Name) -> Option<&'a Table> {
        let comes = self.delta.comes(&Object::Table(table.clone()));
        self.from.tables.get(table).filter(|_| !comes)
    }

    /// Whether others read and write the table meanwhile, so that it wants the forms that let them.
    fn is_online(&self, table: &Name) -> bool {
        self.style.online && self.standing(table).is_some()
    }

    /// A name for the time being, for an index that takes the place of one.
    fn free_relation(&self, table: &Name, name: &str) -> String {
        let is_taken = |name: &Name| is_relation(self.from, name) || is_relation(self.to, name);
        diff::free_name(&table.sibling(name), "_new", is_taken).name
    }

    /// Says what the comment is, for an object that is made in the same plan.
    fn comment_of_new(step: Step, object: &Object, text: Option<&str>) -> Step {
        match text {
            Some(_) => step.then(render::comment(object, text)),
            None => step,
        }
    }

    /// Says what the comment is, for an object that stays, where it is another one.
    fn alter_comment(&mut self, object: &Object, text: Option<&str>) {
        if self.delta.alters(object, Property::Comment) && !self.delta.comes(object) {
            let step = Step::new(Priority::Comment, render::comment(object, text)).needs(object.clone());
            self.push_on(step, object.table());
        }
    }

    /// The columns that get the new type in the place of an old one, which should all get it in one transaction.
    fn swapped_columns(&self) -> Vec<Object> {
        let columns = self.to.tables.iter().flat_map(|(table, it)| {
            let swapped = it.columns.iter().filter(|column| {
                column.enum_type.as_ref().is_some_and(|name| self.delta.swapped.contains(name))
            });
            swapped.map(|column| Object::Column(table.clone(), column.name.clone()))
        });
        columns.collect()
    }

    /// The column in the table and in all its partitions.
    fn columns_below(&self, table: &Name, column: &str) -> Vec<Object> {
        let mut tables = diff::with_partitions(self.from, table);
        tables.extend(diff::with_partitions(self.to, table));
        tables.into_iter().map(|table| Object::Column(table, column.to_owned())).collect()
    }
}

/// Whether a table, a sequence or an index has the name.
fn is_relation(schema: &Schema, name: &Name) -> bool {
    let has = |(table, it): (&Name, &Table)| {
        table.schema == name.schema
            && (it.indexes.contains_key(&name.name) || it.constraints.contains_key(&name.name))
    };
    schema.tables.contains_key(name) || schema.sequences.contains_key(name) || schema.tables.iter().any(has)
}

/// The schema that an object is in.
fn namespace(name: &Name) -> Option<Object> {
    name.schema.clone().map(Object::Namespace)
}

/// A step that makes an object with a name, in the schema that it is in.
fn making(priority: Priority, object: Object, name: &Name, sql: String) -> Step {
    Step::new(priority, sql).makes(object).roles(Role::Needs, namespace(name))
}

/// A step that drops an object with a name, in the schema that it is in.
fn dropping(priority: Priority, object: Object, name: &Name, sql: String) -> Step {
    Step::new(priority, sql).drops(object).roles(Role::Leaves, namespace(name))
}

/// What renames something; into another schema first, where it is to be in one.
fn rename_statements(from: &Schema, rename: &Rename) -> Vec<Statement> {
    let new = &rename.to;
    let name = quote_identifier(&new.name);
    let moved = |kind: &str, old: &Name| {
        let mut sql = Vec::new();
        if old.schema != new.schema
            && let Some(schema) = &new.schema
        {
            sql.push(format!("ALTER {kind} {old} SET SCHEMA {}", quote_identifier(schema)));
        }
        if old.name != new.name {
            sql.push(format!("ALTER {kind} {} RENAME TO {name}", new.sibling(&old.name)));
        }
        sql
    };
    let part = |table: &Name, part: &str, old: &str| {
        vec![format!("ALTER TABLE {table} RENAME {part} {} TO {name}", quote_identifier(old))]
    };
    let sql = match &rename.object {
        Object::Table(old) => moved("TABLE", old),
        Object::Enum(old) => moved("TYPE", old),
        Object::Sequence(old) if rename.hidden => moved("SEQUENCE IF EXISTS", old),
        Object::Sequence(old) => moved("SEQUENCE", old),
        Object::Value(of, old) => {
            vec![format!(
                "ALTER TYPE {of} RENAME VALUE {} TO {}",
                quote_literal(old),
                quote_literal(&new.name)
            )]
        }
        Object::Column(table, old) => part(table, "COLUMN", old),
        Object::Constraint(table, old) => part(table, "CONSTRAINT", old),
        Object::Index(table, old) => vec![format!("ALTER INDEX {} RENAME TO {name}", table.sibling(old))],
        Object::Namespace(_) | Object::Extension(_) => Vec::new(),
    };
    let tables: BTreeSet<_> =
        rename.object.table().filter(|table| from.tables.contains_key(*table)).cloned().into_iter().collect();
    let statement = |sql| Statement {
        sql,
        batch: Batch::Same,
        tables: tables.clone(),
        hazards: BTreeSet::new(),
        slot: None,
    };
    sql.into_iter().map(statement).collect()
}
