//! Whole databases: every schema, whether a model describes it or not.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::{
    error::ProjectError,
    live::{BOOKKEEPING, introspect_without_bookkeeping},
    ownership::{objects, split_name},
    settings::Project,
};
use crate::{
    change::{Change, Difference},
    diff,
    introspect::{Reading, Scope, Unhandled},
    model::Metadata,
    plan::Renames,
    schema::{Object, SqlKind, SqlName},
};

/// The schema of unqualified names, which a reading of a whole database does not have.
const HOME: &str = "public";

impl Project {
    /// Reads a database without what the metadata leaves out.
    pub(super) async fn whole(&self, conn: &mut PgConnection) -> Result<Reading, ProjectError> {
        let reading = introspect_without_bookkeeping(conn, &Scope::Database).await?;
        Ok(selected(&self.metadata, reading, HOME))
    }
}

/// Removes what the metadata leaves out. `home` is the schema of unqualified names.
pub(super) fn selected(metadata: &Metadata, mut reading: Reading, home: &str) -> Reading {
    let selection = metadata.selection();
    let left_out: BTreeSet<Object> =
        objects(&reading.schema).filter(|object| !selection.includes(object, home)).collect();
    let includes = |kind: &'static str, name: &str| {
        let (schema, name) = split_name(&Unhandled { kind, name: name.to_owned() });
        selection.includes_name(schema.as_deref().unwrap_or(home), &name)
    };
    let schema = &mut reading.schema;
    schema.namespaces.retain(|name, _| !left_out.contains(&Object::Namespace(name.clone())));
    schema.extensions.retain(|name, _| !left_out.contains(&Object::Extension(name.clone())));
    schema.enums.retain(|name, _| !left_out.contains(&Object::Enum(name.clone())));
    schema.sequences.retain(|name, _| !left_out.contains(&Object::Sequence(name.clone())));
    schema.tables.retain(|name, _| !left_out.contains(&Object::Table(name.clone())));
    schema.sql_objects.retain(|name, _| {
        let SqlName { kind, table, name } = name;
        let owner = table.as_ref().map_or_else(|| name.clone(), ToString::to_string);
        !owner.ends_with(BOOKKEEPING) && includes(kind.name(), owner.rsplit(' ').next().unwrap_or(&owner))
    });
    reading.unhandled.retain(|it| includes(it.kind, &it.name));
    reading
}

/// What would have to change in the first database to match the second. Privileges are left out:
/// an administrator may have granted them on one server only.
pub(super) fn differences(mut from: Reading, mut to: Reading) -> Vec<String> {
    for reading in [&mut from, &mut to] {
        reading.schema.sql_objects.retain(|name, _| name.kind != SqlKind::Privileges);
        reading.unhandled.retain(|it| it.kind != "default privileges");
    }
    let changes = diff::diff(&from.schema, &to.schema, &Renames::default());
    let only = |left: &[Unhandled], right: &[Unhandled], verb: &str| -> Vec<String> {
        let missing = left.iter().filter(|it| !right.contains(it));
        missing.map(|Unhandled { kind, name }| format!("{verb} {kind} {name}")).collect()
    };
    let print = |change: &Change| match (&change.object, &change.difference) {
        (Object::Table(_), Difference::Drop) => format!("{change} (its rows are lost)"),
        (Object::Column(..), Difference::Drop) => format!("{change} (its values are lost)"),
        _ => change.to_string(),
    };
    let mut differences: Vec<String> = changes.iter().map(print).collect();
    differences.extend(only(&to.unhandled, &from.unhandled, "add"));
    differences.extend(only(&from.unhandled, &to.unhandled, "drop"));
    differences
}
