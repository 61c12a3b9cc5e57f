//! Renames that were hinted or confirmed.

use crate::schema::{Name, Object, SqlKind, SqlName};

/// Renamed objects: the old names and the new names that replace them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    /// Tables: old name, new name.
    pub tables: Vec<(Name, Name)>,
    /// Columns: new name of the table, old name, new name.
    pub columns: Vec<(Name, String, String)>,
    /// Enum types: old name, new name.
    pub enums: Vec<(Name, Name)>,
    /// Domains and composite types: kind, old name, new name.
    pub types: Vec<(SqlKind, Name, Name)>,
    /// Enum values: new name of the type, old value, new value.
    pub values: Vec<(Name, String, String)>,
}

impl Renames {
    /// Pairs of an old and a new object, tables and types first. Columns and values are given by
    /// the new name of their table or type.
    pub(crate) fn pairs(&self) -> Vec<(Object, Object)> {
        let whole = |pairs: &[(Name, Name)], object: fn(Name) -> Object| {
            pairs.iter().map(|(old, new)| (object(old.clone()), object(new.clone()))).collect::<Vec<_>>()
        };
        let part = |parts: &[(Name, String, String)], object: fn(Name, String) -> Object| {
            let objects = |(of, old, new): &(Name, String, String)| {
                (object(of.clone(), old.clone()), object(of.clone(), new.clone()))
            };
            parts.iter().map(objects).collect::<Vec<_>>()
        };
        let wholes = [whole(&self.tables, Object::Table), whole(&self.enums, Object::Enum)].concat();
        let types = self.types.iter().map(|(kind, old, new)| {
            (Object::Sql(SqlName::of_type(*kind, old)), Object::Sql(SqlName::of_type(*kind, new)))
        });
        let parts = [part(&self.columns, Object::Column), part(&self.values, Object::Value)].concat();
        [wholes, types.collect(), parts].concat()
    }

    /// The new name of a table.
    pub(crate) fn table<'a>(&'a self, old: &'a Name) -> &'a Name {
        new_name(&self.tables, old)
    }

    /// The new name of an enum type.
    pub(crate) fn enumeration<'a>(&'a self, old: &'a Name) -> &'a Name {
        new_name(&self.enums, old)
    }

    /// The same column or value, by the old name of its table or type.
    pub(crate) fn with_old_parent(&self, object: &Object) -> Object {
        match object {
            Object::Column(table, name) => Object::Column(old_name(&self.tables, table), name.clone()),
            Object::Value(of, value) => Object::Value(old_name(&self.enums, of), value.clone()),
            object => object.clone(),
        }
    }

    /// Returns the renames that undo these.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let old_table = |new: &Name| old_name(&self.tables, new);
        let old_enum = |new: &Name| old_name(&self.enums, new);
        Self {
            tables: self.tables.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
            columns: self
                .columns
                .iter()
                .map(|(table, old, new)| (old_table(table), new.clone(), old.clone()))
                .collect(),
            enums: self.enums.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
            types: self.types.iter().map(|(kind, old, new)| (*kind, new.clone(), old.clone())).collect(),
            values: self
                .values
                .iter()
                .map(|(name, old, new)| (old_enum(name), new.clone(), old.clone()))
                .collect(),
        }
    }
}

/// The old name of `new`, or `new` itself if it was not renamed.
fn old_name(renamed: &[(Name, Name)], new: &Name) -> Name {
    renamed.iter().find(|(_, to)| to == new).map_or_else(|| new.clone(), |(old, _)| old.clone())
}

/// The new name of `old`, or `old` itself if it was not renamed.
fn new_name<'a>(renamed: &'a [(Name, Name)], old: &'a Name) -> &'a Name {
    renamed.iter().find(|(from, _)| from == old).map_or(old, |(_, new)| new)
}
