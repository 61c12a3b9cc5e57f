//! A schema after something in it was renamed.

use super::{Object, Rename, rewrite};
use crate::schema::{ConstraintKind, Name, Schema, Table, Uses, quote_identifier};

/// Renames it everywhere.
pub(super) fn apply(schema: &mut Schema, rename: &Rename) {
    let new = &rename.to;
    match &rename.object {
        Object::Table(old) => table(schema, old, new),
        Object::Column(table, old) => {
            for table in with_partitions(schema, table) {
                column(schema, &table, old, &new.name);
            }
        }
        Object::Enum(old) => enumerated(schema, old, new),
        Object::Value(name, old) => value(schema, name, old, &new.name),
        Object::Sequence(old) => sequence(schema, old, new),
        Object::Constraint(table, old) => constraint(schema, table, old, &new.name),
        Object::Index(table, old) => index(schema, table, old, &new.name),
        Object::Namespace(_) | Object::Extension(_) => {}
    }
}

/// The table and all that are partitions of it.
pub(crate) fn with_partitions(schema: &Schema, table: &Name) -> Vec<Name> {
    let mut all = vec![table.clone()];
    let mut at = 0;
    while let Some(parent) = all.get(at).cloned() {
        let is_child = |table: &Table| table.partition_of.as_ref().is_some_and(|of| of.parent == parent);
        let children = schema.tables.iter().filter(|(name, table)| is_child(table) && !all.contains(name));
        let children: Vec<_> = children.map(|(name, _)| name.clone()).collect();
        all.extend(children);
        at += 1;
    }
    all
}

fn table(schema: &mut Schema, old: &Name, new: &Name) {
    if let Some(it) = schema.tables.remove(old) {
        schema.tables.insert(new.clone(), it);
    }
    for it in schema.tables.values_mut() {
        if let Some(of) = it.partition_of.as_mut().filter(|of| of.parent == *old) {
            of.parent = new.clone();
        }
        for constraint in it.constraints.values_mut() {
            let ConstraintKind::ForeignKey { references, .. } = &mut constraint.kind else { continue };
            if references == old {
                *references = new.clone();
                if let Some((own, other, rest)) = rewrite::foreign_key(&constraint.definition) {
                    let columns = other.strip_prefix(&old.to_string()).unwrap_or(&other);
                    constraint.definition = format!("{own}{new}{columns}{rest}");
                }
            }
        }
    }
    for owner in schema.sequences.values_mut().filter_map(|sequence| sequence.owned_by.as_mut()) {
        if owner.0 == *old {
            owner.0 = new.clone();
        }
    }
    // Into another schema it takes what it owns along.
    let moved = schema.sequences.iter().filter(|(name, it)| {
        name.schema != new.schema && it.owned_by.as_ref().is_some_and(|(owner, _)| owner == new)
    });
    for name in moved.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        sequence(schema, &name, &new.sibling(&name.name));
    }
}

fn column(schema: &mut Schema, name: &Name, old: &str, new: &str) {
    if let Some(table) = schema.tables.get_mut(name) {
        table
            .columns
            .iter_mut()
            .filter(|column| column.name == old)
            .for_each(|column| new.clone_into(&mut column.name));
        let own = |sql: &mut String| *sql = rewrite::column(sql, old, new);
        for (sql, uses) in texts(table) {
            if uses.columns.remove(old) {
                uses.columns.insert(new.to_owned());
                own(sql);
            }
        }
        table.partition_by.iter_mut().for_each(own);
        for constraint in table.constraints.values_mut() {
            match &mut constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    if swap(&mut key.columns, old, new) || key.index.contains(&quote_identifier(old)) {
                        own(&mut key.index);
                    }
                }
                ConstraintKind::ForeignKey { columns, .. } => {
                    swap(columns, old, new);
                }
                ConstraintKind::Check | ConstraintKind::Exclusion => {}
            }
        }
    }
    for constraint in schema.tables.values_mut().flat_map(|table| table.constraints.values_mut()) {
        let ConstraintKind::ForeignKey { references, referenced, .. } = &mut constraint.kind else {
            continue;
        };
        if references == name
            && swap(referenced, old, new)
            && let Some((own, other, rest)) = rewrite::foreign_key(&constraint.definition)
        {
            let prefix = references.to_string();
            let columns = rewrite::column(other.strip_prefix(&prefix).unwrap_or(&other), old, new);
            constraint.definition = format!("{own}{prefix}{columns}{rest}");
        }
    }
    for owner in schema.sequences.values_mut().filter_map(|sequence| sequence.owned_by.as_mut()) {
        if owner.0 == *name && owner.1 == old {
            new.clone_into(&mut owner.1);
        }
    }
}

fn swap(columns: &mut [String], old: &str, new: &str) -> bool {
    let mut found = false;
    for column in columns.iter_mut().filter(|column| *column == old) {
        new.clone_into(column);
        found = true;
    }
    found
}

/// All definitions of a table, but for what a foreign key says of the other table.
fn texts(table: &mut Table) -> Vec<(&mut String, &mut Uses)> {
    let mut texts: Vec<(&mut String, &mut Uses)> = Vec::new();
    for column in &mut table.columns {
        if let Some(it) = &mut column.default {
            texts.push((&mut it.sql, &mut it.uses));
        }
        if let Some(generated) = &mut column.generated {
            texts.push((&mut generated.expression.sql, &mut generated.expression.uses));
        }
    }
    for constraint in table.constraints.values_mut() {
        texts.push((&mut constraint.definition, &mut constraint.uses));
    }
    for index in table.indexes.values_mut() {
        texts.push((&mut index.definition, &mut index.uses));
    }
    texts
}

fn enumerated(schema: &mut Schema, old: &Name, new: &Name) {
    if let Some(it) = schema.enums.remove(old) {
        schema.enums.insert(new.clone(), it);
    }
    for table in schema.tables.values_mut() {
        for column in table.columns.iter_mut().filter(|column| column.enum_type.as_ref() == Some(old)) {
            column.enum_type = Some(new.clone());
            if let Some(rest) = column.data_type.strip_prefix(&old.to_string()) {
                column.data_type = format!("{new}{rest}");
            }
        }
        for (sql, uses) in texts(table) {
            *sql = rewrite::cast(sql, old, new);
            if uses.enums.remove(old) {
                uses.enums.insert(new.clone());
            }
        }
    }
}

fn value(schema: &mut Schema, name: &Name, old: &str, new: &str) {
    if let Some(it) = schema.enums.get_mut(name) {
        swap(&mut it.values, old, new);
    }
    for (sql, _) in schema.tables.values_mut().flat_map(texts) {
        *sql = rewrite::value(sql, name, old, new);
    }
}

fn sequence(schema: &mut Schema, old: &Name, new: &Name) {
    if let Some(it) = schema.sequences.remove(old) {
        schema.sequences.insert(new.clone(), it);
    }
    for (sql, uses) in schema.tables.values_mut().flat_map(texts) {
        if uses.sequences.remove(old) {
            uses.sequences.insert(new.clone());
            *sql = rewrite::sequence(sql, old, new);
        }
    }
}

fn constraint(schema: &mut Schema, table: &Name, old: &str, new: &str) {
    let is_check = schema.tables.get(table).and_then(|table| table.constraints.get(old));
    let is_check = is_check.is_some_and(|constraint| constraint.kind == ConstraintKind::Check);
    let tables = if is_check { with_partitions(schema, table) } else { vec![table.clone()] };
    for name in tables {
        let Some(it) = schema.tables.get_mut(&name) else { continue };
        if let Some(constraint) = it.constraints.remove(old) {
            it.constraints.insert(new.to_owned(), constraint);
        }
    }
}

fn index(schema: &mut Schema, table: &Name, old: &str, new: &str) {
    if let Some(it) = schema.tables.get_mut(table)
        && let Some(index) = it.indexes.remove(old)
    {
        it.indexes.insert(new.to_owned(), index);
    }
    let (old, new) = (table.sibling(old), table.sibling(new));
    let indexes = schema.tables.values_mut().flat_map(|table| table.indexes.values_mut());
    for part_of in indexes.filter_map(|index| index.part_of.as_mut()).filter(|part_of| **part_of == old) {
        *part_of = new.clone();
    }
}
