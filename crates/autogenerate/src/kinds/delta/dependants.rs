//! Dependants of what is rebuilt or changes its type.

use super::Delta;
use crate::{
    render::tokens::{Token, tokens},
    schema::{
        Column, Constraint, ConstraintKind, Index, Name, Object, Schema, SqlName, SqlObject, Table, Uses,
    },
};

impl Delta {
    /// Adds the dependants of everything that is rebuilt or changes its type.
    pub(super) fn add_dependants(&mut self, from: &Schema, to: &Schema) {
        for (name, was) in &from.sql_objects {
            if to.sql_objects.contains_key(name) && self.breaks_sql_object(name, was) {
                self.rebuilt.insert(Object::Sql(name.clone()));
            }
        }
        for (name, was) in &from.tables {
            let Some(is) = to.tables.get(name) else { continue };
            if self.removes(&Object::Table(name.clone())) {
                continue;
            }
            let mut found = Vec::new();
            for column in is.columns.iter().filter(|column| column.generated.is_some()) {
                if was.column(&column.name).is_some_and(|was| self.breaks_generated(name, was)) {
                    found.push(Object::column(name, &column.name));
                }
            }
            for (constraint, it) in
                was.constraints.iter().filter(|(key, it)| is.constraints.contains_key(*key) && !it.inherited)
            {
                let of = was.parent().zip(it.part_of.as_ref());
                let is_own = is.constraints.get(constraint).is_some_and(|is| !is.inherited);
                let loses_index =
                    of.is_some_and(|(parent, of)| self.removes(&Object::index(parent, &of.name)));
                if is_own && loses_index || self.breaks_constraint(from, name, it) {
                    found.push(Object::constraint(name, constraint));
                }
            }
            for (index, it) in
                was.indexes.iter().filter(|(key, it)| is.indexes.contains_key(*key) && it.part_of.is_none())
            {
                if self.breaks_index(name, it) {
                    found.push(Object::index(name, index));
                }
            }
            found.extend(self.separate_parts(name, was, is, to));
            found.extend(self.renamed_by_retype(name, was, to));
            self.rebuilt.extend(found);
        }
    }

    /// The indexes and keys of a partition that are created by themselves when those that they are
    /// part of are rebuilt.
    fn separate_parts(&self, name: &Name, was: &Table, is: &Table, to: &Schema) -> Vec<Object> {
        let Some(parent) = is.parent().and_then(|parent| to.tables.get_key_value(parent)) else {
            return Vec::new();
        };
        let is_separate = |of: Option<&Name>, is_named: bool| {
            of.is_some_and(|of| {
                let rebuilt = [Object::index(parent.0, &of.name), Object::constraint(parent.0, &of.name)];
                let is_rebuilt = rebuilt.iter().any(|object| self.rebuilt.contains(object));
                is_rebuilt && (is_named || parent.1.is_partial(&of.name))
            })
        };
        let indexes = is.indexes.iter().filter(|(key, it)| {
            was.indexes.contains_key(*key) && is_separate(it.part_of.as_ref(), it.is_named)
        });
        let keys = is.constraints.iter().filter(|(key, it)| {
            was.constraints.contains_key(*key) && is_separate(it.part_of.as_ref(), it.is_named)
        });
        let indexes = indexes.map(|(index, _)| Object::index(name, index));
        indexes.chain(keys.map(|(key, _)| Object::constraint(name, key))).collect()
    }

    /// The indexes and keys of a partitioned table that PostgreSQL would build again when it
    /// changes the type of a column, with other names for those parts that have names of their own.
    pub(super) fn renamed_by_retype(&self, name: &Name, was: &Table, to: &Schema) -> Vec<Object> {
        let is_retyped = |uses: &Uses| uses.columns.iter().any(|column| self.is_retyped(name, column));
        let is_of = |part_of: Option<&Name>, of: &str| part_of.is_some_and(|it| it.name == of);
        let has_named_part = |of: &str| {
            let mut partitions = to.tables.values().filter(|it| it.parent() == Some(name));
            partitions.any(|it| {
                it.indexes.values().any(|it| it.is_named && is_of(it.part_of.as_ref(), of))
                    || it.constraints.values().any(|it| it.is_named && is_of(it.part_of.as_ref(), of))
            })
        };
        let indexes = was.indexes.iter().filter(|(_, it)| it.part_of.is_none() && is_retyped(&it.uses));
        let indexes = indexes.map(|(index, _)| (index, Object::index(name, index)));
        let keys = was
            .constraints
            .iter()
            .filter(|(_, it)| it.kind.has_index() && !it.inherited && is_retyped(&it.uses));
        let keys = keys.map(|(key, _)| (key, Object::constraint(name, key)));
        let is_built_again = |(of, object): &(&String, Object)| {
            was.partition_by.is_some() && to.contains(object) && has_named_part(of)
        };
        indexes.chain(keys).filter(is_built_again).map(|(_, object)| object).collect()
    }

    /// Whether the plan replaces a type or removes another object that these references mention.
    pub(super) fn breaks_uses(&self, uses: &Uses) -> bool {
        uses.enums.iter().any(|name| self.swapped.contains(name))
            || uses.others.iter().any(|object| self.removes(object))
    }

    /// Whether PostgreSQL rejects a change because of the object, so that it is dropped before and
    /// created again.
    pub(super) fn breaks_sql_object(&self, name: &SqlName, it: &SqlObject) -> bool {
        let loses_grants = |above: SqlName| {
            self.dropped.contains(&Object::Sql(above.clone())) || self.rebuilt.contains(&Object::Sql(above))
        };
        name.table_privileges().is_some_and(loses_grants)
            || it.uses.iter().any(|object| {
                self.removes(object)
                    || match object {
                        Object::Column(table, column) => {
                            !name.kind.is_setting() && self.is_retyped(table, column)
                        }
                        Object::Enum(name) => self.swapped.contains(name),
                        // The index of a key.
                        Object::Index(table, name) => self.removes(&Object::constraint(table, name)),
                        _ => false,
                    }
            })
    }

    pub(super) fn breaks_generated(&self, table: &Name, column: &Column) -> bool {
        let Some(generated) = &column.generated else { return false };
        let uses = &generated.expression.uses;
        self.breaks_uses(uses)
            || uses.columns.iter().any(|column| self.is_gone(table, column) || self.is_retyped(table, column))
    }

    pub(super) fn breaks_constraint(&self, from: &Schema, table: &Name, it: &Constraint) -> bool {
        if it.uses.columns.iter().any(|column| self.is_gone(table, column)) {
            return true;
        }
        let needs_rebuild = it.uses.columns.iter().any(|column| self.needs_rebuild(table, column))
            || self.breaks_uses(&it.uses);
        match &it.kind {
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => false,
            ConstraintKind::Check | ConstraintKind::Exclusion => needs_rebuild,
            ConstraintKind::ForeignKey { columns, references, referenced } => {
                let other = from.tables.get(references);
                let keys = other.map(|other| other.keys(references, referenced));
                let included = other.map(|other| other.included(referenced)).unwrap_or_default();
                needs_rebuild
                    || self.breaks_polymorphic_key(from, [(table, columns), (references, referenced)])
                    || columns
                        .iter()
                        .any(|column| self.needs_rebuild(table, column) || self.is_gone(table, column))
                    || self.removes(&Object::Table(references.clone()))
                    || included.iter().any(|column| self.is_retyped(references, column))
                    || referenced.iter().any(|column| {
                        self.needs_rebuild(references, column) || self.is_gone(references, column)
                    })
                    || keys.into_iter().flatten().any(|key| self.removes(&key))
            }
        }
    }

    /// Whether a column of a foreign key changes its type, and another column has a type that is
    /// compared by a polymorphic operator. PostgreSQL cannot restore such a key: "could not find
    /// cast from 1007 to 2277".
    fn breaks_polymorphic_key(&self, from: &Schema, ends: [(&Name, &Vec<String>); 2]) -> bool {
        let columns =
            || ends.into_iter().flat_map(|(table, names)| names.iter().map(move |name| (table, name)));
        let is_polymorphic = |(table, name): (&Name, &String)| {
            from.column(table, name).is_some_and(may_be_compared_polymorphically)
        };
        columns().any(|(table, name)| self.is_retyped(table, name)) && columns().any(is_polymorphic)
    }

    pub(super) fn breaks_index(&self, table: &Name, it: &Index) -> bool {
        it.uses.columns.iter().any(|column| self.is_gone(table, column))
            || (is_complex(&it.definition)
                && (it.uses.columns.iter().any(|column| self.needs_rebuild(table, column))
                    || self.breaks_uses(&it.uses)))
    }
}

/// Whether values may be compared by an operator for any array, enum, range or composite type. A
/// domain may be based on one.
fn may_be_compared_polymorphically(column: &Column) -> bool {
    let data_type = &column.data_type;
    data_type.ends_with("[]")
        || data_type.ends_with("range")
        || column.enum_type.is_some()
        || column.row_type.is_some()
        || !column.type_uses.is_empty()
}

/// Whether an index has a condition or an expression, which depend on the types of the columns.
fn is_complex(definition: &str) -> bool {
    let tokens = tokens(definition);
    let opened = tokens.iter().filter(|token| **token == Token::Other("(")).count();
    opened > 1 || tokens.contains(&Token::Word("WHERE"))
}
