//! Renames of domains and composite types.

use super::definition::attributes;
use crate::{
    render::rewrite,
    schema::{Name, Object, Schema, SqlKind, SqlName},
};

/// Replaces the old name of a type, whose key among the SQL objects is renamed already.
pub(in crate::kinds) fn rename(schema: &mut Schema, old: &SqlName, new: &Name) {
    let renamed = SqlName::of_type(old.kind, new);
    let (from, to) = (Object::Sql(old.clone()), Object::Sql(renamed.clone()));
    if let Some(it) = schema.sql_objects.get_mut(&renamed) {
        // Everything before the name is in capitals.
        for sql in it.create.iter_mut().chain(&mut it.drop) {
            *sql = sql.replacen(&old.name, &renamed.name, 1);
        }
    }
    rename_in_types(schema, &to, &old.name, &renamed.name);
    for table in schema.tables.values_mut() {
        for column in table.columns.iter_mut().filter(|column| column.type_uses.contains(&from)) {
            column.type_uses.remove(&from);
            column.type_uses.insert(to.clone());
            column.data_type = rewrite_type(&column.data_type, &old.name, &renamed.name);
        }
        for (sql, uses) in table.texts() {
            if uses.others.remove(&from) {
                uses.others.insert(to.clone());
                *sql = rewrite::cast(sql, &old.type_name(), new);
            }
        }
    }
}

/// Replaces the old name of a type in the domains and composite types that use it by its new name.
pub(in crate::kinds) fn rename_in_types(schema: &mut Schema, used: &Object, old: &str, new: &str) {
    for (name, it) in schema.sql_objects.iter_mut().filter(|(_, it)| it.uses.contains(used)) {
        let in_type = |text: &str| rewrite_type(text, old, new);
        let Some(head) = it.create.first() else { continue };
        let rewritten = match (name.kind, head.split_once(" AS ")) {
            (SqlKind::Domain, Some((start, rest))) => format!("{start} AS {}", in_type(rest)),
            (SqlKind::CompositeType, Some((start, _))) => {
                let all: Vec<_> = attributes(it)
                    .iter()
                    .map(|one| format!("{} {}", one.name, in_type(&one.definition)))
                    .collect();
                format!("{start} AS ({})", all.join(", "))
            }
            _ => continue,
        };
        it.create[0] = rewritten;
    }
}

/// Replaces the name at the start of a type.
fn rewrite_type(text: &str, old: &str, new: &str) -> String {
    match text.strip_prefix(old) {
        Some(rest) if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') => format!("{new}{rest}"),
        _ => text.to_owned(),
    }
}
