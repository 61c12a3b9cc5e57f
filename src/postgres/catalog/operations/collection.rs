//! Operations on collections.

use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use crate::{
    access::Scope,
    error::Error,
    postgres::{
        catalog::{
            models::{Collection, CollectionContent, IndexState, Within},
            operations::{index, schema},
        },
        count::Total,
        json::JsonText,
        keyset::{Newest, Page, PageRequest},
        locking::while_locking,
        measured::{push_measured, read_measured},
        versions::{continue_versions, purge},
    },
};

/// A query that returns collections: the SQL around the list of columns, and the arguments.
macro_rules! query_collection {
    (before: [$($before:tt)+], after: $after:tt, arguments: $($argument:tt)*) => {
        sqlx::query_as!(
            Collection,
            $($before)+
                + r#"id, key, title, description, schema_id,
                     (SELECT schema FROM collection_schemas WHERE collection_schemas.id = schema_id)
                         AS "schema: JsonText",
                     (SELECT version FROM collection_schemas WHERE collection_schemas.id = schema_id)
                         AS schema_version,
                     coalesce((
                         SELECT json_agg(json_build_object('path', path, 'type', type, 'is_ready', is_ready)
                             ORDER BY ordinal)
                         FROM collection_indexes WHERE collection = key
                     ), '[]') AS "indexed!: Json<Vec<IndexState>>",
                     version, created_at, updated_at, created_by, updated_by "#
                + $after,
            $($argument)*
        )
    };
    (before: $before:tt, $($rest:tt)*) => {
        query_collection!(before: [$before], $($rest)*)
    };
}

/// The id of the collection with this key: the same after the collection was deleted, so that
/// `tombstones` continues its versions.
fn id_of(key: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(key).into();
    Uuid::new_v8(std::array::from_fn(|index| hash[index]))
}

/// Inserts a collection, and returns it with what the database generated; `None` if there is one
/// with this key. `by` is the actor. Its versions and times continue after those of a deleted one.
///
/// # Errors
///
/// [`Error::Invalid`] if the content breaks a rule; [`Error::NotFound`] if the key is out of scope.
pub async fn create(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    key: &str,
    content: &CollectionContent,
) -> Result<Option<Collection>, Error> {
    let key = scope.admit(key).ok_or(Error::NotFound)?;
    let id = id_of(key);
    let created = query_collection!(
        before: "INSERT INTO collections (id, key, title, description, created_by, updated_by)
           VALUES ($1, $2, $3, $4, $5, $5)
           ON CONFLICT DO NOTHING
           RETURNING ",
        after: "",
        arguments: id,
        key,
        content.title,
        content.description,
        by,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(created) = created else { return Ok(None) };
    let continued = continue_versions!(query: query_collection, table: "collections", id: id);
    let created = continued.fetch_optional(&mut *conn).await?.unwrap_or(created);
    if content.schema.is_none() && content.indexed.is_empty() {
        return Ok(Some(created));
    }
    let schema_id = match &content.schema {
        Some(value) => Some(schema::create(&mut *conn, id, value).await?),
        None => None,
    };
    index::replace(&mut *conn, key, &content.indexed).await?;
    // Who sees the collection sees its indexes, too.
    index::complete(&mut *conn, key).await?;
    let created = query_collection!(
        before: "UPDATE collections SET schema_id = $2 WHERE id = $1 RETURNING ",
        after: "",
        arguments: id,
        schema_id,
    )
    .fetch_one(conn)
    .await?;
    Ok(Some(created))
}

/// The collection with this key.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn get(conn: &mut PgConnection, scope: &Scope, key: &str) -> Result<Option<Collection>, Error> {
    let Some(key) = scope.admit(key) else { return Ok(None) };
    let collection =
        query_collection!(before: "SELECT ", after: "FROM collections WHERE key = $1", arguments: key)
            .fetch_optional(conn)
            .await?;
    Ok(collection)
}

/// The id of the collection with this key.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn find_id(conn: &mut PgConnection, scope: &Scope, key: &str) -> Result<Option<Uuid>, Error> {
    let Some(key) = scope.admit(key) else { return Ok(None) };
    let id = sqlx::query_scalar!("SELECT id FROM collections WHERE key = $1", key);
    Ok(id.fetch_optional(conn).await?)
}

/// The collection with this key, locked until the transaction ends. Writes of its items do not wait
/// for this lock.
///
/// # Errors
///
/// [`Error::Locked`] if another transaction holds it for longer than the lock time-out.
pub async fn get_for_update(
    conn: &mut PgConnection,
    scope: &Scope,
    key: &str,
) -> Result<Option<Collection>, Error> {
    let Some(key) = scope.admit(key) else { return Ok(None) };
    let locked = query_collection!(
        before: "SELECT ",
        after: "FROM collections WHERE key = $1 FOR NO KEY UPDATE",
        arguments: key,
    )
    .fetch_optional(&mut *conn)
    .await
    .map_err(while_locking)?;
    if locked.is_none() {
        return Ok(None);
    }
    // After a wait, the row is the newest, but its schema is looked for among those that there were
    // when the statement began. Another statement finds it.
    get(conn, scope, key).await
}

/// Replaces the content of a locked collection, increments its version, and returns it. A schema of
/// another value is a new version.
///
/// No lock keeps items from being written meanwhile: an item names the schema by which it was
/// validated, so one that is written while the schema changes counts as written before. It need not
/// wait, and neither need the change, which might never find a collection that no item is being
/// written to.
///
/// # Errors
///
/// [`Error::Invalid`] if the content breaks a rule; [`Error::NotFound`] if no collection matches.
pub async fn update(
    conn: &mut PgConnection,
    scope: &Scope,
    by: Option<&str>,
    key: &str,
    content: &CollectionContent,
) -> Result<Collection, Error> {
    let key = scope.admit(key).ok_or(Error::NotFound)?;
    let schema_id = match &content.schema {
        Some(value) => Some(schema::find_or_create(&mut *conn, id_of(key), value).await?),
        None => None,
    };
    index::replace(&mut *conn, key, &content.indexed).await?;
    let collection = query_collection!(
        before: "UPDATE collections
           SET title = $2, description = $3, schema_id = $4,
               version = version + 1, updated_at = greatest(statement_timestamp(), updated_at), updated_by = $5
           WHERE key = $1
           RETURNING ",
        after: "",
        arguments: key,
        content.title,
        content.description,
        schema_id,
        by,
    )
    .fetch_optional(conn)
    .await?;
    collection.ok_or(Error::NotFound)
}

/// Removes a locked collection with its schemas, and stores its id, version and time in
/// `tombstones`.
///
/// # Errors
///
/// [`Error::NotFound`] if no collection matches; [`Error::Conflict`] if it has items, live or
/// deleted.
pub async fn delete(conn: &mut PgConnection, scope: &Scope, collection: &Collection) -> Result<(), Error> {
    let id = scope.admit(&collection.key).map(|_| collection.id).ok_or(Error::NotFound)?;
    purge!(table: "collections", id: id, connection: conn).await
}

/// A page of the collections in scope, newest first.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    page: &PageRequest<Newest>,
) -> Result<Page<Collection, Newest>, Error> {
    let mut query = QueryBuilder::<Postgres>::new("");
    push_measured(&mut query, page, "schema", |query| {
        query.push(
            "SELECT id, key, title, description, schema_id,
                 (SELECT schema FROM collection_schemas WHERE collection_schemas.id = schema_id) AS schema,
                 (SELECT version FROM collection_schemas WHERE collection_schemas.id = schema_id)
                     AS schema_version,
                 coalesce((
                     SELECT json_agg(json_build_object('path', path, 'type', type, 'is_ready', is_ready)
                         ORDER BY ordinal)
                     FROM collection_indexes WHERE collection = key
                 ), '[]') AS indexed,
                 version, created_at, updated_at, created_by, updated_by
             FROM ",
        );
        match (scope.keys(), scope.patterns()) {
            (Some(keys), _) => {
                // They are looked up: along the list, the time would tell how many others there are.
                query.push("(SELECT * FROM collections WHERE key = ANY(").push_bind(keys.to_vec());
                query.push(") OFFSET 0) AS collections WHERE true")
            }
            (None, Some(patterns)) => {
                query.push("collections WHERE key LIKE ANY(").push_bind(patterns.to_vec()).push(")")
            }
            (None, None) => query.push("collections WHERE true"),
        };
        page.push(query);
    });
    let rows = query.build().fetch_all(conn).await?;
    read_measured(&rows, page, None)
}

/// The number of collections in scope.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn count(conn: &mut PgConnection, scope: &Scope) -> Result<Total, Error> {
    let Some(patterns) = scope.patterns() else { return Total::of(conn, "collections").await };
    let (operator, operands) = scope.keys().map_or(("LIKE", patterns), |keys| ("=", keys));
    // EXPLAIN takes no parameters; a pattern has no quotation mark.
    let operands: Vec<String> = operands.iter().map(|operand| format!("'{operand}'")).collect();
    let operands = operands.join(", ");
    Total::of(conn, &format!("collections WHERE key {operator} ANY(ARRAY[{operands}]::text[])")).await
}

/// The most collections that a list of items is of, unless it is of all, or of one.
pub const MAX_WITHIN: u32 = 64;

/// The collections of a list of items, which is of `collection` if it names one: those in scope, or
/// one more than [`MAX_WITHIN`] if there are more.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn within(
    conn: &mut PgConnection,
    scope: &Scope,
    collection: Option<&str>,
) -> Result<Within, Error> {
    let Some(patterns) = scope.patterns() else { return Ok(Within::All) };
    if let Some(key) = collection {
        return Ok(if scope.admits(key) { Within::Named } else { Within::Of(Vec::new()) });
    }
    if let Some(keys) = scope.keys() {
        return Ok(Within::Of(keys.to_vec()));
    }
    let keys = sqlx::query_scalar!(
        "SELECT key FROM collections WHERE key LIKE ANY($1) ORDER BY key LIMIT $2",
        patterns,
        i64::from(MAX_WITHIN) + 1,
    );
    Ok(Within::Of(keys.fetch_all(conn).await?))
}
