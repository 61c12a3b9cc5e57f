//! Writes models for an existing database.

use std::collections::BTreeSet;

use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use super::{
    error::ProjectError,
    hanging::{copy, used_by},
    live,
    whole::selected,
};
use crate::{
    codegen::{self, Generated},
    introspect::{Reading, Scope, Unhandled},
    model::Metadata,
    schema::{Object, Schema, Sequence, SqlKind, SqlName},
};

/// Generated models, and what they do not describe.
#[derive(Debug)]
pub struct Described {
    /// The models.
    pub generated: Generated,
    /// Objects that neither a model nor SQL describes.
    pub unhandled: Vec<Unhandled>,
}

/// Writes models that describe a database: every schema except PostgreSQL's own, as far as
/// `selection` includes it ([`Metadata::only`], [`Metadata::ignore`]), and the types that the
/// included tables use. `generator` is the name of the calling program, for the head of the file.
///
/// # Errors
///
/// The database cannot be reached or read.
pub async fn models(
    database: &PgConnectOptions,
    selection: &Metadata,
    generator: &str,
) -> Result<Described, ProjectError> {
    let mut conn = database.connect().await?;
    let whole = live::introspect_without_bookkeeping(&mut conn, &Scope::Database).await?;
    let mut reading = select(whole.clone(), selection, "public");
    // Names need no schema if there is only one, or if all are in that of names without one.
    let is_single = |only: &String| only == "public" || whole.schema.namespaces.len() < 2;
    let only = only_namespace(&reading.schema).filter(is_single);
    if let (true, Some(only)) = (reading.schema.extensions.is_empty(), only) {
        let scope = Scope::Schema(only.clone());
        let local = live::introspect_without_bookkeeping(&mut conn, &scope).await?;
        let outside = std::mem::take(&mut reading.schema.sql_objects);
        reading = select(local, selection, &only);
        let is_missing =
            |name: &SqlName| is_outside_schemas(name) && !reading.schema.sql_objects.contains_key(name);
        let outside: Vec<_> = outside.into_iter().filter(|(name, _)| is_missing(name)).collect();
        reading.schema.sql_objects.extend(outside);
    }
    let generated = codegen::models(&reading.schema, generator);
    Ok(Described { generated, unhandled: reading.unhandled })
}

/// What the selection includes, and what that uses except other tables.
fn select(reading: Reading, selection: &Metadata, home: &str) -> Reading {
    let all = reading.schema.clone();
    let mut selected = selected(selection, reading, home);
    let schema = &mut selected.schema;
    let is_part = |sequence: &Sequence| {
        sequence.owned_by.as_ref().is_some_and(|(table, _)| schema.tables.contains_key(table))
    };
    let mut next: Vec<Object> = schema.tables.values().flat_map(used_by).collect();
    next.extend(schema.sql_objects.values().flat_map(|it| it.uses.iter().cloned()));
    let parts = all.sequences.iter().filter(|(_, it)| is_part(it));
    next.extend(parts.map(|(name, _)| Object::Sequence(name.clone())));
    while let Some(object) = next.pop() {
        match &object {
            Object::Sql(name) if !schema.sql_objects.contains_key(name) => {
                next.extend(all.sql_objects.get(name).into_iter().flat_map(|it| it.uses.iter().cloned()));
                copy(&mut schema.sql_objects, &all.sql_objects, name);
            }
            Object::Enum(name) => copy(&mut schema.enums, &all.enums, name),
            Object::Sequence(name) => copy(&mut schema.sequences, &all.sequences, name),
            Object::Extension(name) => copy(&mut schema.extensions, &all.extensions, name),
            _ => {}
        }
    }
    selected
}

/// The schema that has everything, if there is only one.
fn only_namespace(schema: &Schema) -> Option<String> {
    let names = schema.tables.keys().chain(schema.enums.keys()).chain(schema.sequences.keys());
    let mut all: BTreeSet<&String> = names.filter_map(|name| name.schema.as_ref()).collect();
    all.extend(schema.namespaces.keys());
    all.pop_first().filter(|_| all.is_empty()).cloned()
}

/// Whether reading a single schema leaves out the object.
fn is_outside_schemas(name: &SqlName) -> bool {
    match name.kind {
        SqlKind::Cast | SqlKind::EventTrigger | SqlKind::Publication | SqlKind::DefaultPrivileges => true,
        SqlKind::Privileges => name.name.starts_with("schema "),
        _ => false,
    }
}
