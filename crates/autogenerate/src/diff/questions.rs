//! Possible renames, which only a person can confirm.

use std::{collections::BTreeMap, fmt};

use super::rename::apply_renames;
use crate::{
    plan::Renames,
    schema::{Column, Name, Object, Schema, Table, quote_identifier},
};

/// A removed object and a similar new one, which may be a rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// The removed object. A column has the new name of its table.
    pub old: Object,
    /// The new object.
    pub new: Object,
}

/// Formats the ambiguity as a question.
impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "was {} renamed to {}?", self.old, self.new)
    }
}

/// The fault of a rename hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The old name does not exist: the rename was already applied, or the hint is a mistake.
    Stale,
    /// The old name does not exist, and no migration mentions it.
    Unknown,
    /// Both names already exist.
    Contradictory,
}

/// A rename hint that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameFault {
    /// The object by its old name.
    pub old: Object,
    /// The object by its new name.
    pub new: Object,
    /// Why the hint cannot be followed.
    pub fault: Fault,
}

impl fmt::Display for RenameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { old, new, fault } = self;
        match fault {
            Fault::Stale => {
                write!(
                    f,
                    "the hint says that {new} was renamed from {old}, which does not exist: remove the hint"
                )
            }
            Fault::Unknown => write!(
                f,
                "the hint says that {new} was renamed from {old}, which is neither in the database nor in any migration: \
                 correct the old name, or remove the hint"
            ),
            Fault::Contradictory => {
                write!(f, "the hint says that {new} was renamed from {old}, but both exist: remove the hint")
            }
        }
    }
}

/// Lists the hints that cannot be followed. A hint that was already applied is stale.
#[must_use]
pub fn check_renames(from: &Schema, to: &Schema, renames: &Renames) -> Vec<RenameFault> {
    let pairs = renames.pairs();
    let existed = |object: &Object| from.contains(&renames.with_old_parent(object));
    let fault = |old: &Object, new: &Object| {
        if !existed(old) || !to.contains(new) {
            return Some(Fault::Stale);
        }
        let stays = existed(new) && pairs.iter().all(|(old, _)| old != new);
        stays.then_some(Fault::Contradictory)
    };
    let faults = pairs.iter().filter_map(|(old, new)| Some((old, new, fault(old, new)?)));
    faults.map(|(old, new, fault)| RenameFault { old: old.clone(), new: new.clone(), fault }).collect()
}

/// Lists possible renames that no hint covers. The caller has to ask about them.
#[must_use]
pub fn ambiguities(from: &Schema, to: &Schema, renames: &Renames) -> Vec<Ambiguity> {
    let from = &apply_renames(from, to, renames).schema;
    let mut found = similar_pairs(&from.tables, &to.tables, Object::Table, same_columns);
    for (name, is) in &to.tables {
        let Some(was) = from.tables.get(name) else { continue };
        for old in was.columns.iter().filter(|column| is.column(&column.name).is_none()) {
            let is_new = |new: &&Column| was.column(&new.name).is_none() && new.data_type == old.data_type;
            let column = |column: &Column| Object::column(name, &column.name);
            let new = is.columns.iter().filter(is_new);
            found.extend(new.map(|new| Ambiguity { old: column(old), new: column(new) }));
        }
    }
    found.extend(similar_pairs(&from.enums, &to.enums, Object::Enum, |was, is| was.values == is.values));
    for (name, is) in &to.enums {
        let Some(was) = from.enums.get(name) else { continue };
        // A removed value and a new one in the same position.
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

/// Pairs each object that only `from` has with equal objects that only `to` has.
fn similar_pairs<V>(
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
