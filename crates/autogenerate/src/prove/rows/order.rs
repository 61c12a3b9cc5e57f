//! Decides which tables need rows, and in which order: referenced tables come first.

use crate::schema::{ConstraintKind, Name, Schema, Table};
use std::collections::{BTreeMap, BTreeSet};

/// A foreign key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference<'a> {
    pub(super) columns: &'a [String],
    pub(super) table: &'a Name,
    pub(super) referenced: &'a [String],
}

impl Reference<'_> {
    /// Whether the key cannot be NULL, so that it needs a row in the other table.
    pub(super) fn is_mandatory(&self, table: &Table) -> bool {
        self.columns.iter().all(|name| table.column(name).is_some_and(|column| !column.nullable))
    }
}

pub(super) fn references(table: &Table) -> impl Iterator<Item = Reference<'_>> {
    table.constraints.values().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { columns, references, referenced } => {
            Some(Reference { columns, table: references, referenced })
        }
        _ => None,
    })
}

/// The tables that store the rows: the partitions of a partitioned table, or the table itself.
pub(super) fn leaves(schema: &Schema, name: &Name) -> BTreeSet<Name> {
    let is_leaf = |name: &Name| schema.tables.get(name).is_some_and(|table| table.partition_by.is_none());
    schema.with_partitions(name).into_iter().filter(is_leaf).collect()
}

/// The wanted tables and those that they reference, in groups in the order to fill them. In a group
/// of several tables, each row needs a row of another table in the same statement.
pub(super) fn groups(schema: &Schema, wanted: &BTreeSet<Name>) -> Vec<Vec<Name>> {
    let graph = graph(schema, wanted);
    let mut done: BTreeSet<&Name> = BTreeSet::new();
    let mut groups = Vec::new();
    while done.len() < graph.len() {
        let open = || graph.keys().filter(|name| !done.contains(name));
        let ready =
            |edges: &BTreeSet<Name>, name: &Name| edges.iter().all(|to| to == name || done.contains(to));
        let group = open()
            .find(|name| ready(&graph[*name].all, name))
            .or_else(|| open().find(|name| ready(&graph[*name].mandatory, name)))
            .map_or_else(|| cycle(&graph, &done), |name| vec![name]);
        done.extend(group.iter().copied());
        groups.push(group.into_iter().cloned().collect());
    }
    groups
}

#[derive(Debug, Default)]
struct Edges {
    all: BTreeSet<Name>,
    mandatory: BTreeSet<Name>,
}

fn graph(schema: &Schema, wanted: &BTreeSet<Name>) -> BTreeMap<Name, Edges> {
    let mut graph: BTreeMap<Name, Edges> = BTreeMap::new();
    let mut open: Vec<Name> = wanted.iter().flat_map(|name| leaves(schema, name)).collect();
    while let Some(name) = open.pop() {
        let Some(table) = schema.tables.get(&name).filter(|_| !graph.contains_key(&name)) else { continue };
        let mut edges = Edges::default();
        for reference in references(table) {
            let to = leaves(schema, reference.table);
            open.extend(to.iter().cloned());
            if reference.is_mandatory(table) {
                edges.mandatory.extend(to.iter().cloned());
            }
            edges.all.extend(to);
        }
        graph.insert(name, edges);
    }
    graph
}

/// The smallest set of empty tables that need each other's rows. There is one if no table is ready.
fn cycle<'a>(graph: &'a BTreeMap<Name, Edges>, done: &BTreeSet<&Name>) -> Vec<&'a Name> {
    let reach = |from: &Name| {
        let mut found: BTreeSet<&'a Name> = BTreeSet::new();
        let mut open: Vec<&'a Name> = graph[from].mandatory.iter().collect();
        while let Some(name) = open.pop() {
            if !done.contains(name) && found.insert(name) {
                open.extend(&graph[name].mandatory);
            }
        }
        found
    };
    graph
        .keys()
        .filter(|name| !done.contains(name))
        .map(|name| (name, reach(name)))
        .filter(|(name, reached)| reached.contains(name))
        .min_by_key(|(_, reached)| reached.len())
        .map(|(_, reached)| reached.into_iter().collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Constraint, Uses};

    fn table(keys: &[(&str, &str, bool)]) -> Table {
        let column = |(name, _, nullable): &(&str, &str, bool)| Column {
            name: (*name).into(),
            nullable: *nullable,
            ..Column::default()
        };
        let key = |(name, to, _): &(&str, &str, bool)| {
            let kind = ConstraintKind::ForeignKey {
                columns: vec![(*name).into()],
                references: Name::local(*to),
                referenced: vec!["id".into()],
            };
            let constraint = Constraint {
                definition: String::new(),
                kind,
                validated: true,
                inherited: false,
                also_own: false,
                part_of: None,
                is_named: false,
                only: false,
                uses: Uses::default(),
                comment: None,
            };
            ((*name).into(), constraint)
        };
        Table {
            columns: keys.iter().map(column).collect(),
            constraints: keys.iter().map(key).collect(),
            ..Table::default()
        }
    }

    #[test]
    fn tables_follow_those_they_reference_and_a_cycle_is_one_group() {
        let mut schema = Schema::default();
        schema.tables.insert(Name::local("leaf"), table(&[("a", "left", false), ("self", "leaf", false)]));
        schema.tables.insert(Name::local("left"), table(&[("b", "right", false)]));
        schema.tables.insert(Name::local("right"), table(&[("a", "left", false), ("c", "maybe", true)]));
        schema.tables.insert(Name::local("maybe"), table(&[("leaf", "leaf", true)]));
        schema.tables.insert(Name::local("other"), table(&[]));
        let groups = groups(&schema, &[Name::local("leaf")].into());
        let names: Vec<Vec<&str>> =
            groups.iter().map(|group| group.iter().map(|name| name.name.as_str()).collect()).collect();
        assert_eq!(names, [vec!["maybe"], vec!["left", "right"], vec!["leaf"]]);
    }
}
