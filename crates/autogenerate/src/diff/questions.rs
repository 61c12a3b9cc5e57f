//! What only a person knows: whether something was renamed.

use std::fmt;

use super::rename::renamed;
use crate::{
    plan::Renames,
    schema::{Column, Name, Object, Schema, Table, quote_identifier},
};

/// Something that is gone and something like it that is new: it may have been renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// What is gone; a column in a table by its new name.
    pub old: Object,
    /// What is new.
    pub new: Object,
}

/// As a question.
impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "was {} renamed to {}?", self.old, self.new)
    }
}

/// What is wrong with a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The old name is gone: the rename was done, or never meant.
    Stale,
    /// Both names are there before the change.
    Contradictory,
}

/// A hint that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameFault {
    /// What should have been renamed, by its old name.
    pub old: Object,
    /// What it should be called.
    pub new: Object,
    /// Why it cannot be.
    pub fault: Fault,
}

/// What to say about it.
impl fmt::Display for RenameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { old, new, fault } = self;
        match fault {
            Fault::Stale => {
                write!(f, "{new} is said to be renamed from {old}, which is nowhere: take the hint away")
            }
            Fault::Contradictory => write!(f, "{new} is said to be renamed from {old}, but both are there"),
        }
    }
}

/// Which hints cannot be followed. One that was followed already is among them as stale.
#[must_use]
pub fn check_renames(from: &Schema, to: &Schema, renames: &Renames) -> Vec<RenameFault> {
    let mut faults = Vec::new();
    let mut check = |old: Object, new: Object, has_old: bool, has_new: bool| {
        let wanted = match &new {
            Object::Table(name) => to.tables.contains_key(name),
            Object::Column(table, name) => {
                to.tables.get(table).is_some_and(|table| table.column(name).is_some())
            }
            Object::Value(name, value) => to.enums.get(name).is_some_and(|it| it.values.contains(value)),
            Object::Enum(name) => to.enums.contains_key(name),
            _ => false,
        };
        let fault = if !has_old || !wanted {
            Fault::Stale
        } else if has_new {
            Fault::Contradictory
        } else {
            return;
        };
        faults.push(RenameFault { old, new, fault });
    };
    let leaves = |pairs: &[(Name, Name)], name: &Name| pairs.iter().any(|(old, _)| old == name);
    for (old, new) in &renames.tables {
        let has_new = from.tables.contains_key(new) && !leaves(&renames.tables, new);
        check(Object::Table(old.clone()), Object::Table(new.clone()), from.tables.contains_key(old), has_new);
    }
    for (old, new) in &renames.enums {
        let has_new = from.enums.contains_key(new) && !leaves(&renames.enums, new);
        check(Object::Enum(old.clone()), Object::Enum(new.clone()), from.enums.contains_key(old), has_new);
    }
    for (table, old, new) in &renames.columns {
        let it = from.tables.get(before(&renames.tables, table));
        let has = |name: &str| it.is_some_and(|it| it.column(name).is_some());
        let left = renames.columns.iter().any(|(of, old, _)| of == table && old == new);
        let column = |name: &String| Object::column(table, name);
        check(column(old), column(new), has(old), has(new) && !left);
    }
    for (name, old, new) in &renames.values {
        let it = from.enums.get(before(&renames.enums, name));
        let has = |value: &String| it.is_some_and(|it| it.values.contains(value));
        let left = renames.values.iter().any(|(of, old, _)| of == name && old == new);
        let value = |value: &String| Object::Value(name.clone(), value.clone());
        check(value(old), value(new), has(old), has(new) && !left);
    }
    faults
}

fn before<'a>(renamed: &'a [(Name, Name)], new: &'a Name) -> &'a Name {
    renamed.iter().find(|(_, to)| to == new).map_or(new, |(old, _)| old)
}

/// What may have been renamed though no hint says so: the caller has to ask.
#[must_use]
pub fn ambiguities(from: &Schema, to: &Schema, renames: &Renames) -> Vec<Ambiguity> {
    let from = &renamed(from, to, renames).schema;
    let mut found = Vec::new();
    let lost = from.tables.iter().filter(|(name, _)| !to.tables.contains_key(*name));
    for (old, was) in lost {
        let new =
            to.tables.iter().filter(|(name, is)| !from.tables.contains_key(*name) && same_columns(was, is));
        found.extend(
            new.map(|(new, _)| Ambiguity {
                old: Object::Table(old.clone()),
                new: Object::Table(new.clone()),
            }),
        );
    }
    for (name, is) in &to.tables {
        let Some(was) = from.tables.get(name) else { continue };
        for old in was.columns.iter().filter(|column| is.column(&column.name).is_none()) {
            let new = is
                .columns
                .iter()
                .filter(|new| was.column(&new.name).is_none() && new.data_type == old.data_type);
            let column = |column: &Column| Object::column(name, &column.name);
            found.extend(new.map(|new| Ambiguity { old: column(old), new: column(new) }));
        }
    }
    let lost = from.enums.iter().filter(|(name, _)| !to.enums.contains_key(*name));
    for (old, was) in lost {
        let new =
            to.enums.iter().filter(|(name, is)| !from.enums.contains_key(*name) && is.values == was.values);
        found.extend(
            new.map(|(new, _)| Ambiguity { old: Object::Enum(old.clone()), new: Object::Enum(new.clone()) }),
        );
    }
    for (name, is) in &to.enums {
        let Some(was) = from.enums.get(name) else { continue };
        // A value that is gone and a new one in its place.
        let lost = was.values.iter().filter(|value| !is.values.contains(value));
        for (old, new) in lost.flat_map(|old| is.values.iter().map(move |new| (old, new))) {
            if !was.values.contains(new) && was.values.len() == is.values.len() {
                let value = |value: &String| Object::Value(name.clone(), value.clone());
                if position(&was.values, old) == position(&is.values, new) {
                    found.push(Ambiguity { old: value(old), new: value(new) });
                }
            }
        }
    }
    found
}

fn position(values: &[String], value: &String) -> Option<usize> {
    values.iter().position(|other| other == value)
}

fn same_columns(a: &Table, b: &Table) -> bool {
    let columns = |table: &Table| {
        let mut columns: Vec<_> = table
            .columns
            .iter()
            .map(|column| (quote_identifier(&column.name), column.data_type.clone()))
            .collect();
        columns.sort();
        columns
    };
    a.partition_of.is_none() && columns(a) == columns(b)
}
