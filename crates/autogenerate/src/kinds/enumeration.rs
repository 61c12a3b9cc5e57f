//! Enum types.

use std::collections::BTreeMap;

use super::{
    changes::{Changes, Compare},
    kind::Kind,
    planner::{Planner, create_step, drop_step},
    user_type::rename::rename_in_types,
};
use crate::{
    change::{Difference, Property},
    order::{Priority, Resource, Step},
    render::rewrite,
    schema::{Enum, Name, Object, Schema, SqlName, Table, quote_identifier, quote_literal},
};

impl Compare for Enum {
    fn definition(&self) -> String {
        format!("({})", self.values.iter().map(|value| quote_literal(value)).collect::<Vec<_>>().join(", "))
    }

    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        changes.compare_comment(object, self.comment.as_ref(), to.comment.as_ref());
        if let (true, Object::Enum(name)) = (only_adds(&self.values, &to.values), object) {
            for value in to.values.iter().filter(|value| !self.values.contains(value)) {
                let definition = String::new();
                changes.push(Object::Value(name.clone(), value.clone()), Difference::Add { definition });
            }
        } else {
            let (was, is) = (self.definition(), to.definition());
            changes.compare_text(object, Property::Values, Some(&was), Some(&is));
        }
    }
}

impl Kind for Enum {
    type Name = Name;

    fn all(schema: &Schema) -> &BTreeMap<Name, Self> {
        &schema.enums
    }

    fn object(name: &Name) -> Object {
        Object::Enum(name.clone())
    }

    fn plan(planner: &mut Planner<'_>) {
        let (from, to) = (planner.from, planner.to);
        for (name, it) in &to.enums {
            match from.enums.get(name) {
                None => planner.create_enum(name, it),
                Some(was) if planner.delta.swapped.contains(name) => planner.swap_enum(name, was, it),
                Some(was) => {
                    planner.add_values(name, was, it);
                    planner.alter_comment(&Object::Enum(name.clone()), it.comment.as_deref());
                }
            }
        }
        for name in from.enums.keys().filter(|name| !to.enums.contains_key(*name)) {
            planner.push(drop_step(Priority::DropType, Object::Enum(name.clone()), name));
        }
    }
}

/// Whether all values stay in the same order, so that the new ones can be added.
fn only_adds(from: &[String], to: &[String]) -> bool {
    let mut rest = to.iter();
    from.iter().all(|value| rest.any(|other| other == value))
}

/// `CREATE TYPE … AS ENUM (…)`.
fn create(name: &Name, values: &Enum) -> String {
    let values: Vec<_> = values.values.iter().map(|value| quote_literal(value)).collect();
    let head = format!("CREATE TYPE {name} AS ENUM (");
    let line = values.join(", ");
    if head.len() + line.len() > 90 {
        format!("{head}\n    {}\n)", values.join(",\n    "))
    } else {
        format!("{head}{line})")
    }
}

pub(super) fn rename(schema: &mut Schema, old: &Name, new: &Name) {
    if let Some(it) = schema.enums.remove(old) {
        schema.enums.insert(new.clone(), it);
    }
    rename_in_types(schema, &Object::Enum(new.clone()), &old.to_string(), &new.to_string());
    for table in schema.tables.values_mut() {
        for column in table.columns.iter_mut().filter(|column| column.enum_type.as_ref() == Some(old)) {
            column.enum_type = Some(new.clone());
            if let Some(rest) = column.data_type.strip_prefix(&old.to_string()) {
                column.data_type = format!("{new}{rest}");
            }
        }
        for (sql, uses) in table.texts() {
            *sql = rewrite::cast(sql, old, new);
            if uses.enums.remove(old) {
                uses.enums.insert(new.clone());
            }
        }
    }
}

pub(super) fn rename_value(schema: &mut Schema, name: &Name, old: &str, new: &str) {
    if let Some(it) = schema.enums.get_mut(name) {
        rewrite::names(&mut it.values, old, new);
    }
    for (sql, _) in schema.tables.values_mut().flat_map(Table::texts) {
        *sql = rewrite::value(sql, name, old, new);
    }
}

impl Planner<'_> {
    fn create_enum(&mut self, name: &Name, it: &Enum) {
        let object = Object::Enum(name.clone());
        let step = create_step(Priority::Enum, object.clone(), name, create(name, it));
        self.push(Self::with_comment(step, &object, it.comment.as_deref()));
    }

    /// The temporary name of a type that is being replaced.
    pub(super) fn old_enum(&self, name: &Name) -> Name {
        let is_taken = |schema: &Schema, name: &Name| {
            // Every table is also a type.
            let is_type = |it: &SqlName| it.kind.is_type() && it.name == name.to_string();
            schema.enums.contains_key(name)
                || schema.is_relation(name)
                || schema.sql_objects.keys().any(is_type)
        };
        name.derive("_old", |name| is_taken(self.from, name) || is_taken(self.to, name))
    }

    /// Replaces a type whose values are removed or reordered. Its columns change to the new type
    /// before the old one is dropped.
    fn swap_enum(&mut self, name: &Name, was: &Enum, it: &Enum) {
        let (object, old) = (Object::Enum(name.clone()), self.old_enum(name));
        let step =
            Step::new(Priority::Enum, format!("ALTER TYPE {name} RENAME TO {}", quote_identifier(&old.name)));
        let (slot, tables) = self.removed_values_slot(name, was, it).unzip();
        let step = step.slot(slot).then(create(name, it)).makes(object.clone());
        let step = self.with_owner_of(step, &object, &Object::Enum(old.clone()));
        let step = Self::with_comment(step, &object, it.comment.as_deref());
        self.push_on(step, &tables.unwrap_or_default());
        // In the file of the swap, so that no other file sees both types.
        let step = Step::new(Priority::Alter, format!("DROP TYPE {old}")).drops(Object::Enum(old));
        self.push(step.needs(object));
    }

    fn add_values(&mut self, name: &Name, was: &Enum, it: &Enum) {
        let mut step: Option<Step> = None;
        for (at, value) in it.values.iter().enumerate().filter(|(_, value)| !was.values.contains(value)) {
            let is_last = !it.values[at..].iter().any(|later| was.values.contains(later));
            let position = match at.checked_sub(1).and_then(|before| it.values.get(before)) {
                _ if is_last => String::new(),
                Some(before) => format!(" AFTER {}", quote_literal(before)),
                None => was
                    .values
                    .first()
                    .map(|first| format!(" BEFORE {}", quote_literal(first)))
                    .unwrap_or_default(),
            };
            let literal = quote_literal(value);
            let sql = format!("ALTER TYPE {name} ADD VALUE {literal}{position}");
            let next = match step.take() {
                Some(step) => step.then(sql),
                None => Step::new(Priority::AddValue, sql).makes(Resource::Values(name.clone())),
            };
            step = Some(next.adds_value(literal));
        }
        self.steps.extend(step);
    }
}
