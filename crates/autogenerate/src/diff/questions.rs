//! What only a person knows: whether something was renamed.

use std::{collections::BTreeMap, fmt};

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
    let pairs = renames.pairs();
    let was_there = |object: &Object| from.contains(&renames.before(object));
    let fault = |old: &Object, new: &Object| {
        if !was_there(old) || !to.contains(new) {
            return Some(Fault::Stale);
        }
        let stays = was_there(new) && pairs.iter().all(|(old, _)| old != new);
        stays.then_some(Fault::Contradictory)
    };
    let faults = pairs.iter().filter_map(|(old, new)| Some((old, new, fault(old, new)?)));
    faults.map(|(old, new, fault)| RenameFault { old: old.clone(), new: new.clone(), fault }).collect()
}

/// What may have been renamed though no hint says so: the caller has to ask.
#[must_use]
pub fn ambiguities(from: &Schema, to: &Schema, renames: &Renames) -> Vec<Ambiguity> {
    let from = &renamed(from, to, renames).schema;
    let mut found = alike(&from.tables, &to.tables, Object::Table, same_columns);
    for (name, is) in &to.tables {
        let Some(was) = from.tables.get(name) else { continue };
        for old in was.columns.iter().filter(|column| is.column(&column.name).is_none()) {
            let is_new = |new: &&Column| was.column(&new.name).is_none() && new.data_type == old.data_type;
            let column = |column: &Column| Object::column(name, &column.name);
            let new = is.columns.iter().filter(is_new);
            found.extend(new.map(|new| Ambiguity { old: column(old), new: column(new) }));
        }
    }
    found.extend(alike(&from.enums, &to.enums, Object::Enum, |was, is| was.values == is.values));
    for (name, is) in &to.enums {
        let Some(was) = from.enums.get(name) else { continue };
        // A value that is gone and a new one in its place.
        let lost = was.values.iter().filter(|value| !is.values.contains(value));
        for (old, new) in lost.flat_map(|old| is.values.iter().map(move |new| (old, new))) {
            let is_new = !was.values.contains(new) && was.values.len() == is.values.len();
            if is_new && position(&was.values, old) == position(&is.values, new) {
                let value = |value: &String| Object::Value(name.clone(), value.clone());
                found.push(Ambiguity { old: value(old), new: value(new) });
            }
        }
    }
    found
}

/// Objects that only one side has, each with those that only the other side has and that are the same.
fn alike<V>(
    from: &BTreeMap<Name, V>,
    to: &BTreeMap<Name, V>,
    object: fn(Name) -> Object,
    is_same: impl Fn(&V, &V) -> bool,
) -> Vec<Ambiguity> {
    let lost = from.iter().filter(|(name, _)| !to.contains_key(*name));
    let pairs = lost.flat_map(|old| to.iter().map(move |new| (old, new)));
    pairs
        .filter(|((_, was), (name, is))| !from.contains_key(*name) && is_same(was, is))
        .map(|((old, _), (new, _))| Ambiguity { old: object(old.clone()), new: object(new.clone()) })
        .collect()
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
