//! Renames, hinted or inferred from equal definitions, ordered so that no target name is taken.

use std::collections::{BTreeMap, BTreeSet};

use super::rename_order::order_renames;
use crate::{
    kinds::Rename,
    plan::Renames,
    schema::{Constraint, ConstraintKind, Index, Name, Object, Schema, SqlKind, SqlName},
};

/// A schema after its renames.
pub(crate) struct Renamed {
    pub(crate) schema: Schema,
    /// The renames that were applied, in order.
    pub(crate) renames: Vec<Rename>,
}

/// Applies hinted and inferred renames to `from`.
pub(crate) fn apply_renames(from: &Schema, to: &Schema, hints: &Renames) -> Renamed {
    let mut it = Renaming { schema: from.clone(), to, renames: Vec::new() };
    it.rename_enums(hints);
    it.rename_types(hints);
    it.rename_tables(hints);
    it.rename_not_nulls(hints);
    it.rename_sequences();
    it.rename_named_identity_sequences();
    // The index of a partition matches only after that of the partitioned table was renamed.
    while it.rename_twins() {}
    Renamed { schema: it.schema, renames: it.renames }
}

pub(super) struct Renaming<'a> {
    pub(super) schema: Schema,
    pub(super) to: &'a Schema,
    renames: Vec<Rename>,
}

impl Renaming<'_> {
    pub(super) fn push(&mut self, object: Object, to: Name, hidden: bool) {
        let rename = Rename { object, to, hidden };
        rename.apply(&mut self.schema);
        self.renames.push(rename);
    }

    /// Renames objects of one kind, whose names must be distinct.
    fn rename_all(
        &mut self,
        pairs: BTreeMap<Name, Name>,
        taken: BTreeSet<Name>,
        object: impl Fn(&Name) -> Object,
    ) {
        for (old, new, aside) in order_renames(pairs, taken) {
            self.push(object(&old), new, aside);
        }
    }

    fn rename_enums(&mut self, hints: &Renames) {
        let taken: BTreeSet<_> = self.schema.enums.keys().cloned().collect();
        let pairs =
            hints.enums.iter().filter(|(old, new)| taken.contains(old) && self.to.enums.contains_key(new));
        self.rename_all(pairs.cloned().collect(), taken, |name| Object::Enum(name.clone()));
        for (name, wanted) in &self.to.enums {
            let Some(it) = self.schema.enums.get(name) else { continue };
            let hinted = hints.values.iter().filter(|(of, old, new)| {
                of == name && it.values.contains(old) && wanted.values.contains(new)
            });
            let pairs = hinted.map(|(_, old, new)| (Name::local(old), Name::local(new))).collect();
            let taken = it.values.iter().map(Name::local).collect();
            self.rename_all(pairs, taken, |value| Object::Value(name.clone(), value.name.clone()));
        }
    }

    fn rename_types(&mut self, hints: &Renames) {
        for kind in [SqlKind::Domain, SqlKind::CompositeType] {
            let name = |name: &Name| SqlName::of_type(kind, name);
            let types = self.schema.sql_objects.keys().filter(|name| name.kind == kind);
            let taken: BTreeSet<_> = types.map(SqlName::type_name).collect();
            let hinted = hints.types.iter().filter(|(of, old, new)| {
                *of == kind && taken.contains(old) && self.to.sql_objects.contains_key(&name(new))
            });
            let pairs = hinted.map(|(_, old, new)| (old.clone(), new.clone())).collect();
            self.rename_all(pairs, taken, |old| Object::Sql(name(old)));
        }
    }

    fn rename_tables(&mut self, hints: &Renames) {
        let pairs: BTreeMap<_, _> = hints.tables.iter().cloned().collect();
        let (schema, to) = (&self.schema, self.to);
        let known =
            |(old, new): &(Name, Name)| schema.tables.contains_key(old) && to.tables.contains_key(new);
        let pairs: BTreeMap<_, _> = pairs.into_iter().filter(known).collect();
        self.rename_relations(pairs.clone());
        for (old, new) in pairs {
            self.rename_identity_sequences(&new, |column| (old.clone(), column.to_owned()));
        }
        for (name, wanted) in &self.to.tables {
            let Some(it) = self.schema.tables.get(name) else { continue };
            let hinted: BTreeMap<_, _> = hints
                .columns
                .iter()
                .filter(|(of, old, new)| {
                    of == name && it.column(old).is_some() && wanted.column(new).is_some()
                })
                .map(|(_, old, new)| (Name::local(old), Name::local(new)))
                .collect();
            let taken = it.columns.iter().map(|column| Name::local(&column.name)).collect();
            self.rename_all(hinted.clone(), taken, |column| Object::column(name, &column.name));
            for (old, new) in hinted {
                let is_it = |column: &str| column == new.name;
                self.rename_identity_sequences(name, |column| {
                    (name.clone(), if is_it(column) { old.name.clone() } else { column.to_owned() })
                });
            }
        }
    }

    /// Renames the sequences of a table's identity columns, which PostgreSQL does not rename with
    /// the table or column.
    fn rename_identity_sequences(&mut self, table: &Name, was: impl Fn(&str) -> (Name, String)) {
        let Some(it) = self.schema.tables.get(table) else { return };
        let columns: Vec<_> =
            it.columns.iter().filter(|column| column.identity.is_some()).map(|it| it.name.clone()).collect();
        for column in columns {
            let (old_table, old_column) = was(&column);
            let (old, new) =
                (table.column_sequence(&old_table, &old_column), table.column_sequence(table, &column));
            // A name that is read is compared.
            let is_known = |column: &crate::schema::Column| column.identity_sequence.is_some();
            if self.schema.column(table, &column).is_some_and(is_known) {
                continue;
            }
            if old != new && !self.schema.sequences.contains_key(&old) && !self.schema.is_relation(&new) {
                self.push(Object::Sequence(old), new, true);
            }
        }
    }

    /// Renames sequences that are owned by the same column on both sides.
    fn rename_sequences(&mut self) {
        let lost = self
            .schema
            .sequences
            .iter()
            .filter(|(name, it)| it.owned_by.is_some() && !self.to.sequences.contains_key(*name));
        let mut pairs = BTreeMap::new();
        for (old, it) in lost {
            let twin = self.to.sequences.iter().find(|(name, other)| {
                !self.schema.sequences.contains_key(*name) && other.owned_by == it.owned_by
            });
            if let Some((new, _)) = twin {
                pairs.insert(old.clone(), new.clone());
            }
        }
        self.rename_relations(pairs);
    }

    /// Renames the sequences of identity columns whose names differ.
    fn rename_named_identity_sequences(&mut self) {
        let mut pairs = BTreeMap::new();
        for (name, wanted) in &self.to.tables {
            let Some(it) = self.schema.tables.get(name) else { continue };
            for column in &wanted.columns {
                let was = it.column(&column.name).and_then(|was| was.identity_sequence.clone());
                pairs.extend(was.zip(column.identity_sequence.clone()));
            }
        }
        pairs.retain(|old, new| old != new);
        self.rename_relations(pairs);
    }

    /// Renames constraints and indexes that differ only in their names. Returns whether there were
    /// any.
    fn rename_twins(&mut self) -> bool {
        let (to, before) = (self.to, self.renames.len());
        let mut relations = BTreeMap::new();
        for (name, wanted) in &to.tables {
            let Some(it) = self.schema.tables.get(name) else { continue };
            let mut pairs = twins(&it.constraints, &wanted.constraints, same_constraint);
            let sibling = |(old, new): (Name, Name)| (name.sibling(old.name), name.sibling(new.name));
            relations.extend(twins(&it.indexes, &wanted.indexes, same_index).into_iter().map(sibling));
            let has_index =
                |name: &Name| it.constraints.get(&name.name).is_some_and(|it| it.kind.has_index());
            let (indexed, others) =
                std::mem::take(&mut pairs).into_iter().partition(|(old, _)| has_index(old));
            relations.extend(BTreeMap::into_iter(indexed).map(sibling));
            let taken = it.constraints.keys().map(Name::local).collect();
            self.rename_all(others, taken, |constraint| Object::constraint(name, &constraint.name));
        }
        self.rename_relations(relations);
        self.renames.len() > before
    }

    /// Renames relations: tables, sequences, indexes and constraints with an index, which share a
    /// set of names.
    fn rename_relations(&mut self, pairs: BTreeMap<Name, Name>) {
        if pairs.is_empty() {
            return;
        }
        let mut objects = relations(&self.schema);
        for (old, new, aside) in order_renames(pairs, objects.keys().cloned().collect()) {
            let Some(object) = objects.remove(&old) else { continue };
            self.push(object, new, aside);
            // Renaming a table also changes the identity of what it contains.
            objects = relations(&self.schema);
        }
    }
}

/// All relations by name: tables, sequences, indexes, and constraints with an index.
fn relations(schema: &Schema) -> BTreeMap<Name, Object> {
    let mut all: BTreeMap<_, _> =
        schema.sequences.keys().map(|name| (name.clone(), Object::Sequence(name.clone()))).collect();
    for (name, table) in &schema.tables {
        all.insert(name.clone(), Object::Table(name.clone()));
        let sequences = table.columns.iter().filter_map(|column| column.identity_sequence.clone());
        all.extend(sequences.map(|name| (name.clone(), Object::Sequence(name))));
        for index in table.indexes.keys() {
            all.insert(name.sibling(index), Object::index(name, index));
        }
        for (constraint, _) in table.constraints.iter().filter(|(_, it)| it.kind.has_index()) {
            all.insert(name.sibling(constraint), Object::constraint(name, constraint));
        }
    }
    all
}

fn same_constraint(a: &Constraint, b: &Constraint) -> bool {
    // The check of a partition is renamed with that of the partitioned table.
    let follows = a.inherited && b.inherited && a.kind == ConstraintKind::Check;
    !follows && a.definition == b.definition && a.validated == b.validated && a.inherited == b.inherited
}

fn same_index(a: &Index, b: &Index) -> bool {
    (a.unique, &a.definition, &a.part_of, a.valid) == (b.unique, &b.definition, &b.part_of, b.valid)
}

/// Pairs the old name of each entry that only `from` has with the new name of an equal entry that
/// only `to` has.
fn twins<V>(
    from: &BTreeMap<String, V>,
    to: &BTreeMap<String, V>,
    same: impl Fn(&V, &V) -> bool,
) -> BTreeMap<Name, Name> {
    let mut pairs: BTreeMap<Name, Name> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for (old, it) in from.iter().filter(|(name, _)| !to.contains_key(*name)) {
        let twin = to
            .iter()
            .find(|(new, other)| !from.contains_key(*new) && !found.contains(*new) && same(it, other));
        if let Some((new, _)) = twin {
            found.insert(new);
            pairs.insert(Name::local(old), Name::local(new));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;

    #[test]
    fn what_differs_only_in_name_is_renamed_with_the_column() {
        let index = |definition: &str, column: &str| Index {
            unique: false,
            definition: definition.to_owned(),
            part_of: None,
            is_named: false,
            only: false,
            valid: true,
            uses: crate::schema::Uses { columns: [column.to_owned()].into(), ..Default::default() },
            comment: None,
        };
        let table = |column: &str| Table {
            columns: vec![crate::schema::Column { name: column.to_owned(), ..Default::default() }],
            indexes: [(format!("t_{column}_idx"), index(&format!("btree ({column})"), column))].into(),
            ..Table::default()
        };
        let schema =
            |column| Schema { tables: [(Name::local("t"), table(column))].into(), ..Schema::default() };
        let hints =
            Renames { columns: vec![(Name::local("t"), "a".into(), "b".into())], ..Renames::default() };
        let renamed = apply_renames(&schema("a"), &schema("b"), &hints);
        assert_eq!(renamed.schema, schema("b"));
        assert_eq!(renamed.renames.len(), 2);
    }
}
