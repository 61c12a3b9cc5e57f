//! Foreign objects that managed ones use.
//!
//! They are the same on both sides of a comparison, so that no plan changes them, and exist on
//! scratch, so that plans that depend on them can be tried.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diff,
    plan::Renames,
    schema::{Constraint, ConstraintKind, Index, Name, Schema, Table},
};

/// Adds to each side the foreign objects that any side uses, as far as `pools` have them. A table
/// is reduced to its keys.
pub(super) fn lend(sides: &mut [&mut Schema], pools: &[&Schema]) {
    for name in used(sides, referenced_tables) {
        let found = pools.iter().find_map(|pool| pool.tables.get(&name)).map(key_columns);
        add(sides, |side| &mut side.tables, &name, found);
    }
    for name in used(sides, used_enums) {
        let found = pools.iter().find_map(|pool| pool.enums.get(&name)).cloned();
        add(sides, |side| &mut side.enums, &name, found);
    }
    for name in used(sides, used_sequences) {
        let mut found = pools.iter().find_map(|pool| pool.sequences.get(&name)).cloned();
        if let Some(it) = &mut found {
            let is_there = |table: &Name| sides.iter().all(|side| side.tables.contains_key(table));
            it.owned_by = it.owned_by.take().filter(|(table, _)| is_there(table));
        }
        add(sides, |side| &mut side.sequences, &name, found);
    }
    for name in used(sides, used_namespaces) {
        let found = pools.iter().find_map(|pool| pool.namespaces.get(&name)).cloned();
        add(sides, |side| &mut side.namespaces, &name, Some(found.unwrap_or_default()));
    }
}

/// Adds the extensions of a pool that neither side has to both.
pub(super) fn lend_extensions(sides: &mut [&mut Schema], pool: &Schema) {
    for (name, it) in &pool.extensions {
        add(sides, |side| &mut side.extensions, name, Some(it.clone()));
    }
}

/// Adds an object to all sides, unless one has an object of this name, which is then managed.
fn add<K: Ord + Clone, V: Clone>(
    sides: &mut [&mut Schema],
    map: impl Fn(&mut Schema) -> &mut BTreeMap<K, V>,
    name: &K,
    found: Option<V>,
) {
    let Some(found) = found else { return };
    if sides.iter_mut().any(|side| map(side).contains_key(name)) {
        return;
    }
    for side in sides {
        map(side).insert(name.clone(), found.clone());
    }
}

/// Adds the foreign tables that reference tables of `from` to both sides, reduced to those foreign
/// keys, so that a change that such a key prevents or has to respect meets it on scratch.
pub(super) fn lend_referencing([from, to]: [&mut Schema; 2], renames: &Renames, pools: &[&Schema]) {
    let mut lent = BTreeSet::new();
    for (name, table) in pools.iter().flat_map(|pool| &pool.tables) {
        if from.tables.contains_key(name) || to.tables.contains_key(name) || table.partition_of.is_some() {
            continue;
        }
        let references = |it: &Constraint| {
            it.kind.references().is_some_and(|table| from.tables.contains_key(table) && !lent.contains(table))
        };
        let own: Vec<_> = table.constraints.iter().filter(|(_, it)| references(it)).collect();
        if own.is_empty() {
            continue;
        }
        let mut reduced = key_columns(table);
        reduced.constraints.extend(own.into_iter().map(|(name, it)| (name.clone(), it.clone())));
        reduce_columns(&mut reduced, table);
        from.tables.insert(name.clone(), reduced);
        lent.insert(name.clone());
    }
    let renamed = diff::apply_renames(from, to, renames).schema;
    for name in lent {
        if let Some(table) = renamed.tables.get(&name) {
            to.tables.insert(name, table.clone());
        }
    }
}

/// A table reduced to its primary key and unique constraints, and their columns.
pub(super) fn key_columns(table: &Table) -> Table {
    let is_key = |it: &Constraint| it.kind.key().is_some() && !it.is_temporal();
    let is_plain = |it: &Index| {
        it.unique && it.valid && it.definition.matches('(').count() == 1 && !it.definition.contains(" WHERE ")
    };
    let constraints = table.constraints.iter().filter(|(_, it)| is_key(it));
    let constraints =
        constraints.map(|(name, it)| (name.clone(), Constraint { comment: None, ..it.clone() }));
    let indexes = table.indexes.iter().filter(|(_, it)| is_plain(it));
    let indexes =
        indexes.map(|(name, it)| (name.clone(), Index { comment: None, part_of: None, ..it.clone() }));
    let mut reduced =
        Table { constraints: constraints.collect(), indexes: indexes.collect(), ..Table::default() };
    reduce_columns(&mut reduced, table);
    reduced
}

/// Gives a reduced table the columns of `table` that its constraints and indexes need.
fn reduce_columns(reduced: &mut Table, table: &Table) {
    let mut needed: BTreeSet<String> =
        reduced.indexes.values().flat_map(|it| it.uses.columns.iter().cloned()).collect();
    for it in reduced.constraints.values() {
        needed.extend(it.uses.columns.iter().cloned());
        match &it.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                needed.extend(key.columns.iter().cloned());
            }
            ConstraintKind::ForeignKey { columns, .. } => needed.extend(columns.iter().cloned()),
            _ => {}
        }
    }
    let columns = table.columns.iter().filter(|column| needed.contains(&column.name)).cloned();
    reduced.columns = columns
        .map(|mut column| {
            (column.default, column.identity, column.generated, column.comment) = (None, None, None, None);
            column.identity_sequence = None;
            column
        })
        .collect();
}

/// What the sides use.
fn used<T: Ord>(sides: &[&mut Schema], of: fn(&Schema) -> Vec<T>) -> BTreeSet<T> {
    sides.iter().flat_map(|side| of(side)).collect()
}

fn referenced_tables(schema: &Schema) -> Vec<Name> {
    let constraints = schema.tables.values().flat_map(|table| table.constraints.values());
    constraints.filter_map(|it| it.kind.references().cloned()).collect()
}

fn used_enums(schema: &Schema) -> Vec<Name> {
    let mut names = Vec::new();
    for table in schema.tables.values() {
        names.extend(table.columns.iter().filter_map(|column| column.enum_type.clone()));
        names.extend(table.clone().texts().flat_map(|(_, uses)| uses.enums.clone()));
    }
    names
}

fn used_sequences(schema: &Schema) -> Vec<Name> {
    let tables = schema.tables.values().cloned();
    tables
        .flat_map(|mut table| table.texts().flat_map(|(_, uses)| uses.sequences.clone()).collect::<Vec<_>>())
        .collect()
}

/// The schemas of all objects, except the one that every database has.
fn used_namespaces(schema: &Schema) -> Vec<String> {
    let names = schema.tables.keys().chain(schema.enums.keys()).chain(schema.sequences.keys());
    let of_extensions = schema.extensions.values().filter_map(|it| it.schema.clone());
    names
        .filter_map(|name| name.schema.clone())
        .chain(of_extensions)
        .filter(|name| name != "public")
        .collect()
}
