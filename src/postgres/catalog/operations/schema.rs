//! Operations on the schemas of collections.

use serde_json::value::RawValue;
use sqlx::{PgConnection, QueryBuilder, types::Json};
use uuid::Uuid;

use crate::{
    access::Scope,
    error::Error,
    ids::new_id,
    postgres::{
        catalog::models::CollectionSchema,
        count::Total,
        json::JsonText,
        keyset::{HighestVersion, Page, PageRequest},
        locking::while_locking,
        measured::{push_measured, read_measured},
    },
};

/// A query that returns schemas: the SQL around the list of columns, and the arguments.
macro_rules! query_schema {
    (before: $before:tt, after: $after:tt, arguments: $($argument:tt)*) => {
        sqlx::query_as!(
            CollectionSchema,
            $before + r#"id, collection_id, version, schema AS "schema: JsonText", created_at "# + $after,
            $($argument)*
        )
    };
}

/// Inserts a schema of a locked collection, and returns its id. Versions continue after those of a
/// deleted collection with the same key: `tombstones` has the version of that one, which was never
/// less than those of its schemas.
///
/// # Errors
///
/// [`Error::Invalid`] if the schema breaks a rule.
pub async fn create(conn: &mut PgConnection, collection: Uuid, schema: &RawValue) -> Result<Uuid, Error> {
    let id = new_id();
    sqlx::query!(
        "INSERT INTO collection_schemas (id, collection_id, schema, version, created_at)
         SELECT $1, $2, $3,
             1 + greatest(
                 (SELECT max(version) FROM collection_schemas WHERE collection_id = $2),
                 (SELECT version FROM tombstones WHERE id = $2),
                 0
             ),
             greatest(
                 statement_timestamp(),
                 (SELECT created_at FROM collection_schemas WHERE collection_id = $2
                     ORDER BY version DESC LIMIT 1),
                 (SELECT updated_at FROM collections WHERE id = $2)
             )",
        id,
        collection,
        Json(schema) as _,
    )
    .execute(conn)
    .await?;
    Ok(id)
}

/// The id of the schema of a locked collection if it has this value, else of a new one.
///
/// # Errors
///
/// As [`create`].
pub async fn find_or_create(
    conn: &mut PgConnection,
    collection: Uuid,
    schema: &RawValue,
) -> Result<Uuid, Error> {
    let found = sqlx::query_scalar!(
        "SELECT collection_schemas.id
         FROM collections JOIN collection_schemas ON collection_schemas.id = schema_id
         WHERE collections.id = $1 AND schema = $2",
        collection,
        Json(schema) as _,
    )
    .fetch_optional(&mut *conn)
    .await?;
    match found {
        Some(id) => Ok(id),
        None => create(conn, collection, schema).await,
    }
}

/// The schema with this id.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<CollectionSchema>, Error> {
    let schema = query_schema!(
        before: "SELECT ",
        after: "FROM collection_schemas WHERE id = $1",
        arguments: id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(schema)
}

/// The schema of this version that the collection with this key has or had.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn get_version(
    conn: &mut PgConnection,
    scope: &Scope,
    key: &str,
    version: i32,
) -> Result<Option<CollectionSchema>, Error> {
    let Some(key) = scope.admit(key) else { return Ok(None) };
    let schema = query_schema!(
        before: "SELECT ",
        after: "FROM collection_schemas
           WHERE collection_id = (SELECT id FROM collections WHERE key = $1) AND version = $2",
        arguments: key,
        version,
    )
    .fetch_optional(conn)
    .await?;
    Ok(schema)
}

/// A page of the schemas that a collection ever had, the newest first.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn list(
    conn: &mut PgConnection,
    collection: Uuid,
    page: &PageRequest<HighestVersion>,
) -> Result<Page<CollectionSchema, HighestVersion>, Error> {
    let mut query = QueryBuilder::new("");
    push_measured(&mut query, page, "schema", |query| {
        query.push("SELECT id, collection_id, version, schema, created_at FROM collection_schemas");
        query.push(" WHERE collection_id = ").push_bind(collection);
        page.push(query);
    });
    let rows = query.build().fetch_all(conn).await?;
    read_measured(&rows, page, None)
}

/// The number of schemas that a collection ever had.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn count(conn: &mut PgConnection, collection: Uuid) -> Result<Total, Error> {
    // A UUID is safe in the text, of which EXPLAIN takes no parameters.
    Total::of(conn, &format!("collection_schemas WHERE collection_id = '{collection}'")).await
}

/// A collection, and the id of the schema that it has.
#[derive(Debug)]
pub struct CurrentSchema {
    /// The key of the collection.
    pub key: String,
    /// `None` if it has no schema.
    pub schema_id: Option<Uuid>,
}

/// The schema that the collection with this key, if it is in scope, has. Both may be gone right
/// after.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn last(conn: &mut PgConnection, scope: &Scope, key: &str) -> Result<Option<CurrentSchema>, Error> {
    let Some(key) = scope.admit(key) else { return Ok(None) };
    let found = sqlx::query_as!(CurrentSchema, "SELECT key, schema_id FROM collections WHERE key = $1", key)
        .fetch_optional(conn)
        .await?;
    Ok(found)
}

/// The schemas that the collections with these keys, if they are in scope, have now. Until the
/// transaction ends, no such collection is removed; it may get another schema.
///
/// # Errors
///
/// [`Error::Locked`] if another transaction is removing one for longer than the lock time-out.
pub async fn current(
    conn: &mut PgConnection,
    scope: &Scope,
    keys: &[&str],
) -> Result<Vec<CurrentSchema>, Error> {
    let keys: Vec<&str> = keys.iter().filter_map(|key| scope.admit(key)).collect();
    let found = sqlx::query_as!(
        CurrentSchema,
        "SELECT key, schema_id FROM collections WHERE key = ANY($1) ORDER BY key FOR KEY SHARE",
        &keys as _
    )
    .fetch_all(conn)
    .await
    .map_err(while_locking)?;
    Ok(found)
}
