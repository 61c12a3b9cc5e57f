//! The schemas of collections, as items need them: compiled.

use std::sync::Arc;

use curio_filter::{Filter, JsonType};
use sqlx::PgConnection;

use crate::{
    access::Scope,
    error::{Error, Fault},
    http::request::{schema::compile_valid, valid::at_length},
    postgres::catalog::{
        models::{ITEM_FIELDS, SchemaRef},
        operations::schema::{self, CurrentSchema},
    },
    schema_cache::{CompiledSchema, SchemaCache},
};

/// How an item names a schema.
pub fn reference(compiled: &CompiledSchema) -> SchemaRef {
    SchemaRef { id: compiled.id, version: compiled.version }
}

/// The schema that a collection has, from the cache if it is there.
///
/// # Errors
///
/// [`Error::Internal`] if the stored schema cannot be compiled.
pub async fn compiled(
    cache: &SchemaCache,
    conn: &mut PgConnection,
    current: &CurrentSchema,
) -> Result<Option<Arc<CompiledSchema>>, Error> {
    let CurrentSchema { key, schema_id } = current;
    let Some(id) = *schema_id else {
        cache.remove(key);
        return Ok(None);
    };
    let cached = || cache.get(key).filter(|compiled| compiled.id == id);
    if let Some(compiled) = cached() {
        return Ok(Some(compiled));
    }
    let stored = schema::get(conn, id).await?.ok_or_else(|| Error::internal("a schema is missing"))?;
    let compiled = at_length(|| {
        // Another request may have waited for its turn with the same schema.
        if let Some(compiled) = cached() {
            return Ok(compiled);
        }
        let schema = compile_valid(stored.schema.as_str())?;
        let compiled = Arc::new(CompiledSchema { id, version: stored.version, schema });
        cache.insert(key, Arc::clone(&compiled));
        Ok::<_, Error>(compiled)
    });
    Ok(Some(compiled.await?))
}

/// The schema that a collection in scope has, which may have another one right after.
///
/// # Errors
///
/// As [`compiled`].
pub async fn last(
    cache: &SchemaCache,
    conn: &mut PgConnection,
    scope: &Scope,
    key: &str,
) -> Result<Option<Arc<CompiledSchema>>, Error> {
    match schema::last(conn, scope, key).await? {
        Some(current) => compiled(cache, conn, &current).await,
        None => Ok(None),
    }
}

/// Parses a filter of items whose attributes satisfy a schema.
///
/// # Errors
///
/// The first syntax or type error, or a comparison that is never true of such items.
pub fn parse_filter(text: &str, known: &CompiledSchema) -> Result<Filter, curio_filter::Error> {
    let admits = |path: &[String], json_type: JsonType| known.schema.admits(path, json_type.name());
    Filter::parse_typed(text, ITEM_FIELDS, &admits)
}

/// Violations of an item, from those of its attributes.
pub fn inside_attributes(violations: Vec<Fault>) -> Vec<Fault> {
    violations.into_iter().map(|fault| fault.inside("/attributes")).collect()
}
