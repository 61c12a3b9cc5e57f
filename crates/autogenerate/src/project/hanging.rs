//! Objects of the database that no model describes and that hang on those that models describe.
//!
//! They are the same on both sides of a revision. Its plan drops and recreates those that stand in
//! the way of a change, and its proof compares all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::dependants::Dependant;
use crate::{
    diff,
    kinds::Rename,
    plan::{Renames, Style},
    planner::{self, PlanError},
    schema::{Column, Name, Object, Schema, SqlName, SqlObject, Table},
};

/// Adds to both sides what hangs on their objects in the database. Returns the objects that would
/// have to be recreated and cannot be: some are not described well enough, and other databases may
/// not have those that no migration creates.
///
/// # Errors
///
/// The changes cannot be planned.
pub(super) fn carry(
    (from, to): (&mut Schema, &mut Schema),
    (database, migrations): (&Schema, &Schema),
    renames: &Renames,
) -> Result<Vec<Dependant>, PlanError> {
    let found = Closure::of_foreign(from, to, database);
    let (mut carried_from, mut carried_to) = (from.clone(), to.clone());
    for (name, whole) in found.tables(database) {
        // A foreign table that a foreign key references is there with its keys only.
        if from.tables.get(name).is_some_and(|it| it != whole) && from.tables.get(name) == to.tables.get(name)
        {
            carried_from.tables.insert(name.clone(), whole.clone());
            carried_to.tables.insert(name.clone(), whole.clone());
        }
    }
    found.copy_into(&mut carried_from, database, |_| true);
    let steps = diff::apply_renames(&carried_from, to, renames).renames;
    found.copy_into(&mut carried_to, database, |object| !from.contains(object));
    let is_described =
        |name: &SqlName| from.sql_objects.contains_key(name) || to.sql_objects.contains_key(name);
    let foreign: Vec<_> = found.sql_objects(database).filter(|(name, _)| !is_described(name)).collect();
    let (mut blocked, mut gone) = (Vec::new(), BTreeSet::new());
    for &(name, it) in &foreign {
        carried_to.sql_objects.remove(name);
        let (new_name, new) = after(&steps, name, it);
        if let Some(used) =
            new.uses.iter().find(|used| !is_there(to, &carried_to, used) || is_dropped(used, from, to))
        {
            if !is_part(&new_name, to) {
                let dependant = format!("{name}, which uses {used},");
                gone.insert(name);
                blocked.push(Dependant { dependant, reason: "nothing is left that it could use" });
            }
        } else {
            carried_to.sql_objects.insert(new_name, new);
        }
    }
    let style = Style { online: true, slots: false };
    let plan = planner::plan(&carried_from, &carried_to, renames, style)?;
    for (name, it) in foreign {
        let (new_name, new) = after(&steps, name, it);
        let mut planned = plan.statements.iter().map(|statement| &statement.sql);
        let is_planned = planned.any(|sql| new.drop.contains(sql) || it.create.contains(sql));
        let is_unknown = is_unknown(name, database);
        let is_fragile = is_unknown || !migrations.sql_objects.contains_key(name);
        if is_fragile && !gone.contains(name) && is_planned {
            let reason = if is_unknown { "it cannot be recreated" } else { "it is in no migration" };
            blocked.push(Dependant { dependant: name.to_string(), reason });
        }
        if is_unknown {
            carried_from.sql_objects.remove(name);
            carried_to.sql_objects.remove(&new_name);
        }
    }
    (*from, *to) = (carried_from, carried_to);
    Ok(blocked)
}

/// The object after the renames. If they concern it, PostgreSQL will print it differently.
fn after(renames: &[Rename], name: &SqlName, it: &SqlObject) -> (SqlName, SqlObject) {
    let mut schema = Schema { sql_objects: [(name.clone(), it.clone())].into(), ..Schema::default() };
    for rename in renames {
        rename.apply(&mut schema);
    }
    let Some((new_name, mut new)) = schema.sql_objects.pop_first() else { return (name.clone(), it.clone()) };
    if (&new_name, &new) != (name, it) {
        new.create.clear();
    }
    (new_name, new)
}

/// Whether the target has the object; `carried` has foreign tables and types as well.
fn is_there(to: &Schema, carried: &Schema, object: &Object) -> bool {
    match object {
        // Not every schema lists these, and foreign objects are looked at one by one.
        Object::Namespace(_) | Object::Extension(_) | Object::Sql(_) => true,
        // The index may be that of a key.
        Object::Index(table, name) => {
            carried.contains(object) || carried.contains(&Object::constraint(table, name))
        }
        object => to.contains(object) || carried.contains(object),
    }
}

/// Whether the object is one of those that the models describe no more.
fn is_dropped(object: &Object, from: &Schema, to: &Schema) -> bool {
    matches!(object, Object::Sql(_)) && from.contains(object) && !to.contains(object)
}

/// Whether the object disappears with the table that it is part of, or with what it is a setting
/// of.
fn is_part(name: &SqlName, to: &Schema) -> bool {
    name.kind.is_setting() || name.table.as_ref().is_some_and(|table| !to.tables.contains_key(table))
}

/// Whether the object uses something that a schema does not describe.
fn is_unknown(name: &SqlName, database: &Schema) -> bool {
    let mut own = Closure::default();
    own.add(Object::Sql(name.clone()), database);
    own.objects.iter().any(|object| match object {
        Object::Sql(name) => database.sql_objects.get(name).is_none_or(|it| !it.missing.is_empty()),
        Object::Namespace(_) | Object::Extension(_) => false,
        object => !database.contains(object),
    })
}

/// Objects of the database, with all that they use.
#[derive(Default)]
struct Closure {
    objects: BTreeSet<Object>,
}

impl Closure {
    /// The objects that hang on those of both sides and are on neither.
    fn of_foreign(from: &Schema, to: &Schema, database: &Schema) -> Self {
        let mut found = Self::default();
        let mut hanging: BTreeSet<Object> = BTreeSet::new();
        loop {
            let is_new = |(name, it): &(&SqlName, &SqlObject)| {
                let object = Object::Sql((*name).clone());
                !hanging.contains(&object)
                    && !from.sql_objects.contains_key(*name)
                    && !to.sql_objects.contains_key(*name)
                    && it.uses.iter().any(|used| from.contains(used) || hanging.contains(used))
            };
            let new: Vec<_> =
                database.sql_objects.iter().filter(is_new).map(|(name, _)| name.clone()).collect();
            if new.is_empty() {
                return found;
            }
            for object in new.into_iter().map(Object::Sql) {
                hanging.insert(object.clone());
                found.add(object, database);
            }
        }
    }

    /// Adds an object and what it uses.
    fn add(&mut self, object: Object, database: &Schema) {
        let mut next = vec![object];
        while let Some(object) = next.pop() {
            let whole = match object {
                Object::Column(table, _) | Object::Constraint(table, _) | Object::Index(table, _) => {
                    Object::Table(table)
                }
                object => object,
            };
            if self.objects.contains(&whole) {
                continue;
            }
            match &whole {
                Object::Sql(name) => {
                    next.extend(
                        database.sql_objects.get(name).into_iter().flat_map(|it| it.uses.iter().cloned()),
                    );
                }
                Object::Table(name) => {
                    if let Some(table) = database.tables.get(name) {
                        next.extend(used_by(table));
                    }
                    let owned = database
                        .sequences
                        .iter()
                        .filter(|(_, it)| it.owned_by.as_ref().is_some_and(|(table, _)| table == name));
                    next.extend(owned.map(|(sequence, _)| Object::Sequence(sequence.clone())));
                }
                Object::Sequence(name) => {
                    let owner = database.sequences.get(name).and_then(|it| it.owned_by.clone());
                    next.extend(owner.map(|(table, _)| Object::Table(table)));
                }
                _ => {}
            }
            self.objects.insert(whole);
        }
    }

    fn sql_objects<'d>(&'d self, database: &'d Schema) -> impl Iterator<Item = (&'d SqlName, &'d SqlObject)> {
        self.objects.iter().filter_map(|object| match object {
            Object::Sql(name) => database.sql_objects.get_key_value(name),
            _ => None,
        })
    }

    fn tables<'d>(&'d self, database: &'d Schema) -> impl Iterator<Item = (&'d Name, &'d Table)> {
        self.objects.iter().filter_map(|object| match object {
            Object::Table(name) => database.tables.get_key_value(name),
            _ => None,
        })
    }

    /// Copies the wanted objects that `schema` lacks.
    fn copy_into(&self, schema: &mut Schema, database: &Schema, is_wanted: impl Fn(&Object) -> bool) {
        for object in self.objects.iter().filter(|object| is_wanted(object)) {
            match object {
                Object::Sql(name) => copy(&mut schema.sql_objects, &database.sql_objects, name),
                Object::Table(name) => copy(&mut schema.tables, &database.tables, name),
                Object::Enum(name) => copy(&mut schema.enums, &database.enums, name),
                Object::Sequence(name) => copy(&mut schema.sequences, &database.sequences, name),
                Object::Namespace(name) => copy(&mut schema.namespaces, &database.namespaces, name),
                Object::Extension(name) => copy(&mut schema.extensions, &database.extensions, name),
                _ => {}
            }
        }
        let spaces: BTreeSet<String> = self.objects.iter().filter_map(space).collect();
        for name in spaces {
            copy(&mut schema.namespaces, &database.namespaces, &name);
        }
    }
}

pub(super) fn copy<K: Ord + Clone, V: Clone>(to: &mut BTreeMap<K, V>, from: &BTreeMap<K, V>, name: &K) {
    if let Some(it) = from.get(name) {
        to.entry(name.clone()).or_insert_with(|| it.clone());
    }
}

/// The schema that contains the object, if its name says so.
fn space(object: &Object) -> Option<String> {
    match object {
        Object::Table(name) | Object::Enum(name) | Object::Sequence(name) => name.schema.clone(),
        _ => None,
    }
}

/// What a table uses, other than itself.
pub(super) fn used_by(table: &Table) -> Vec<Object> {
    let columns = table.columns.iter().flat_map(Column::needs);
    let constraints = table.constraints.values().flat_map(|it| {
        let referenced = it.kind.references().cloned().map(Object::Table);
        it.uses.objects().chain(referenced).collect::<Vec<_>>()
    });
    let indexes = table.indexes.values().flat_map(|it| it.uses.objects());
    columns.chain(constraints).chain(indexes).chain(table.parents().cloned().map(Object::Table)).collect()
}
