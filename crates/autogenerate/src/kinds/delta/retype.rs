//! Columns whose type changes or is replaced.

use super::Delta;
use crate::{
    change::Property,
    render::tokens::{Token, tokens},
    schema::{Name, Object, Schema, SqlName, quote_identifier},
};

impl Delta {
    pub(super) fn rebuild_table(&mut self, from: &Schema, name: &Name) {
        self.rebuilt.extend(from.with_partitions(name).into_iter().map(Object::Table));
        self.rebuilt.retain(|object| !self.dropped.contains(object));
    }

    pub(super) fn retype(&mut self, from: &Schema, table: &Name, column: &str, needs_rebuild: bool) {
        let key = quote_identifier(column);
        let is_key = |token: &Token<'_>| token.text() == key;
        let partition_by = from.tables.get(table).and_then(|table| table.partition_by.as_ref());
        if partition_by.is_some_and(|by| tokens(by).iter().any(is_key)) {
            return self.rebuild_table(from, table);
        }
        for table in from.with_descendants(table) {
            let rebuild = self.retyped.entry((table, column.to_owned())).or_default();
            *rebuild = *rebuild || needs_rebuild;
        }
    }

    /// Changes the type of the columns whose enum type is replaced.
    pub(super) fn retype_swapped(&mut self, from: &Schema, to: &Schema) {
        for (name, table) in &from.tables {
            for column in &table.columns {
                let is = to.column(name, &column.name);
                let swapped = column.enum_type.as_ref().filter(|name| self.swapped.contains(*name));
                if swapped.is_some() && is.is_some_and(|is| is.enum_type.as_ref() == swapped) {
                    self.retype(from, name, &column.name, true);
                    // An inherited column changes with that of the table above.
                    if !from.inherits_column(name, &column.name) {
                        let object = Object::column(name, &column.name);
                        self.altered.entry(object).or_default().insert(Property::Type);
                    }
                }
            }
        }
    }

    /// Changes the type of the columns whose type, other than an enum, is replaced.
    pub(super) fn retype_replaced(&mut self, from: &Schema, to: &Schema) {
        for (name, table) in &from.tables {
            for column in &table.columns {
                let Some(is) = to.column(name, &column.name) else { continue };
                let object = Object::column(name, &column.name);
                if self.removes(&object) {
                    continue;
                }
                for used in column.type_uses.intersection(&is.type_uses) {
                    let Object::Sql(used_type) = used else { continue };
                    if !used_type.kind.is_type() || !self.rebuilt.contains(used) {
                        continue;
                    }
                    self.replace(from, used_type);
                    self.retype(from, name, &column.name, true);
                    if !from.inherits_column(name, &column.name) {
                        self.altered.entry(object.clone()).or_default().insert(Property::Type);
                    }
                }
            }
        }
    }

    /// Replaces a type, with those of its parts that are rebuilt: the old one has them until it is
    /// dropped.
    pub(super) fn replace(&mut self, from: &Schema, name: &SqlName) {
        if !self.replaced.insert(name.clone()) {
            return;
        }
        for used in from.sql_objects.get(name).into_iter().flat_map(|it| &it.uses) {
            if let Object::Sql(part) = used
                && part.kind.is_type()
                && self.rebuilt.contains(used)
            {
                self.replace(from, part);
            }
        }
    }
}
