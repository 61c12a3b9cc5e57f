//! Applies a rename to a schema.

use super::{column, constraint, enumeration, index, rename::Rename, sequence, sql_object, table, user_type};
use crate::schema::{Object, Schema};

impl Rename {
    /// Replaces the old name with the new one throughout the schema.
    pub(crate) fn apply(&self, schema: &mut Schema) {
        let new = &self.to;
        sql_object::rename(schema, self);
        match &self.object {
            Object::Table(old) => table::rename(schema, old, new),
            Object::Column(table, old) => {
                for table in schema.with_descendants(table) {
                    column::rename(schema, &table, old, &new.name);
                }
            }
            Object::Enum(old) => enumeration::rename(schema, old, new),
            Object::Value(name, old) => enumeration::rename_value(schema, name, old, &new.name),
            Object::Sequence(old) => sequence::rename(schema, old, new),
            Object::Constraint(table, old) => constraint::rename(schema, table, old, &new.name),
            Object::Index(table, old) => index::rename(schema, table, old, &new.name),
            Object::Sql(old) if old.kind.is_described() => user_type::rename::rename(schema, old, new),
            Object::Namespace(_) | Object::Extension(_) | Object::Sql(_) => {}
        }
    }
}
