//! Renames in objects that are defined by a text of SQL.

use crate::{
    kinds::{rename::Rename, user_type::definition::word},
    render::rewrite,
    schema::{Name, Object, Schema, SqlKind, SqlName, quote_identifier},
};

/// Replaces the old name in the names and references of objects. What PostgreSQL prints afterwards
/// is known once it has renamed the object.
pub(in crate::kinds) fn rename(schema: &mut Schema, rename: &Rename) {
    let objects = std::mem::take(&mut schema.sql_objects);
    schema.sql_objects = objects
        .into_iter()
        .map(|(mut name, mut it)| {
            rename_key(&mut name, rename);
            it.uses = it.uses.into_iter().map(|used| renamed(used, rename)).collect();
            it.drop.iter_mut().for_each(|sql| rename_in_drop(sql, &name, rename));
            (name, it)
        })
        .collect();
}

/// The object under its new name.
fn renamed(object: Object, Rename { object: renamed, to, .. }: &Rename) -> Object {
    let is_table = |table: &Name| matches!(renamed, Object::Table(old) if old == table);
    match object {
        Object::Table(table) if is_table(&table) => Object::Table(to.clone()),
        Object::Column(table, column) if is_table(&table) => Object::Column(to.clone(), column),
        Object::Constraint(table, name) if is_table(&table) => Object::Constraint(to.clone(), name),
        Object::Index(table, name) if is_table(&table) => Object::Index(to.clone(), name),
        object if object == *renamed => match object {
            Object::Column(table, _) => Object::Column(table, to.name.clone()),
            Object::Constraint(table, _) => Object::Constraint(table, to.name.clone()),
            Object::Index(table, _) => Object::Index(table, to.name.clone()),
            Object::Enum(_) => Object::Enum(to.clone()),
            Object::Sequence(_) => Object::Sequence(to.clone()),
            Object::Sql(name) if name.kind.is_described() => Object::Sql(SqlName::of_type(name.kind, to)),
            object => object,
        },
        object => object,
    }
}

fn rename_key(name: &mut SqlName, Rename { object, to, .. }: &Rename) {
    let is_setting = name.kind.is_setting();
    match object {
        Object::Table(old) if name.table.as_ref() == Some(old) => {
            if name.kind == SqlKind::Privileges {
                name.name = name.name.replacen(&old.to_string(), &to.to_string(), 1);
            }
            name.table = Some(to.clone());
        }
        Object::Column(table, old) if name.table.as_ref() == Some(table) && is_setting => {
            let (old, new) = (quote_identifier(old), quote_identifier(&to.name));
            if name.name == old {
                name.name = new;
            } else if name.name == format!("column {table}.{old}") {
                name.name = format!("column {table}.{new}");
            }
        }
        Object::Enum(old) if name.name == format!("type {old}") => name.name = format!("type {to}"),
        Object::Sql(old) if name == old => name.name = to.to_string(),
        Object::Sql(old) if name.kind == SqlKind::Privileges => {
            let word = word(old.kind).to_lowercase();
            if name.name == format!("{word} {}", old.name) {
                name.name = format!("{word} {to}");
            }
        }
        Object::Sequence(old) if name.name == format!("sequence {old}") => {
            name.name = format!("sequence {to}");
        }
        _ => {}
    }
}

/// Replaces the old name of the table or column that an object belongs to.
fn rename_in_drop(sql: &mut String, name: &SqlName, Rename { object, to, .. }: &Rename) {
    match object {
        Object::Table(old) if name.table.as_ref() == Some(to) => {
            // The object may have the name of its table.
            let Some(at) = [" ON ", "TABLE ONLY ", "TABLE "]
                .iter()
                .find_map(|before| sql.find(&format!("{before}{old}")).map(|at| at + before.len()))
            else {
                return;
            };
            let renamed = rewrite::relation(&sql[at..], old, to);
            sql.replace_range(at.., &renamed);
        }
        Object::Column(table, old) if name.table.as_ref() == Some(table) && name.kind.is_setting() => {
            *sql = rewrite::column(sql, old, &to.name);
        }
        _ => {}
    }
}
