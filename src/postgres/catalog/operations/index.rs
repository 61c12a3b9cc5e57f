//! Operations on indexed attributes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    error::Error,
    ids::new_ids,
    postgres::catalog::models::{IndexContent, IndexType, IndexedRanges, ItemFilter},
};

/// Replaces the indexes of a locked collection: those of the same path and type stay, the others
/// are removed or added, to be built.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn replace(conn: &mut PgConnection, key: &str, indexed: &[IndexContent]) -> Result<(), Error> {
    let paths: Vec<&str> = indexed.iter().map(|index| index.path.as_str()).collect();
    let kinds: Vec<&str> = indexed.iter().map(|index| index.kind.as_str()).collect();
    sqlx::query!(
        "UPDATE collection_indexes
         SET collection = NULL, is_ready = false, awaited = NULL
         WHERE collection = $1 AND (path, type) NOT IN (SELECT * FROM UNNEST($2::text[], $3::text[]))",
        key,
        &paths as _,
        &kinds as _,
    )
    .execute(&mut *conn)
    .await?;
    if indexed.is_empty() {
        return Ok(());
    }
    let ids = new_ids(indexed.len());
    let json_paths: Vec<&str> = indexed.iter().map(|index| index.json_path.as_str()).collect();
    sqlx::query!(
        "INSERT INTO collection_indexes (collection, id, path, type, json_path, ordinal)
         SELECT $1, new.* FROM UNNEST($2::uuid[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS new
         ON CONFLICT (collection, path) DO UPDATE SET ordinal = excluded.ordinal
         WHERE collection_indexes.ordinal <> excluded.ordinal",
        key,
        &ids,
        &paths as _,
        &kinds as _,
        &json_paths as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks the indexes of a collection that the transaction has created, and that has no items, as
/// ready.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn complete(conn: &mut PgConnection, key: &str) -> Result<(), Error> {
    sqlx::query!("UPDATE collection_indexes SET is_ready = true WHERE collection = $1", key)
        .execute(conn)
        .await?;
    Ok(())
}

/// An index that a list can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// See [`CollectionIndex::id`](crate::postgres::catalog::models::CollectionIndex::id).
    pub id: Uuid,
    /// See [`CollectionIndex::path`](crate::postgres::catalog::models::CollectionIndex::path).
    pub path: String,
    /// See [`CollectionIndex::kind`](crate::postgres::catalog::models::CollectionIndex::kind).
    pub kind: IndexType,
    /// See
    /// [`CollectionIndex::is_ready`](crate::postgres::catalog::models::CollectionIndex::is_ready).
    pub is_ready: bool,
}

/// The indexes of the collection whose items the list contains; none if it is not one that may be
/// read.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn of_list(conn: &mut PgConnection, filter: &ItemFilter) -> Result<Vec<Index>, Error> {
    let Some(key) = filter.readable_collection() else { return Ok(Vec::new()) };
    let found = sqlx::query_as!(
        Index,
        r#"SELECT id, path, type AS "kind: IndexType", is_ready
           FROM collection_indexes WHERE collection = $1 ORDER BY ordinal"#,
        key,
    );
    Ok(found.fetch_all(conn).await?)
}

/// The filter with the ranges that indexes of its collection know, as they are in this transaction,
/// whose statements must all see the same state.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn with_ranges(conn: &mut PgConnection, filter: &ItemFilter) -> Result<ItemFilter, Error> {
    let mut filter = filter.clone();
    if filter.has_ranges() {
        let indexes = of_list(conn, &filter).await?;
        let ranges = indexes.into_iter().filter(|index| index.is_ready).map(|index| {
            let Index { id, path, kind, .. } = index;
            IndexedRanges { index: id, kind, ranges: filter.ranges_of(&path, kind) }
        });
        filter.ranges = ranges.filter(|indexed| !indexed.ranges.is_empty()).collect();
    }
    Ok(filter)
}

/// An index that is to be built or removed.
#[derive(Debug, Clone)]
pub struct PendingIndex {
    /// Its id.
    pub id: Uuid,
    /// The collection; `None` if it is to be removed.
    pub collection: Option<String>,
    /// The path.
    pub path: String,
    /// The type.
    pub kind: IndexType,
    /// The virtual transactions that may not know the index, or its removal; `None` if they were
    /// not looked up.
    pub awaited: Option<Vec<String>>,
    /// How many items were indexed.
    pub items: i64,
    /// Behind which item to go on.
    pub reached_created_at: Option<DateTime<Utc>>,
    /// Behind which item to go on.
    pub reached_id: Option<Uuid>,
    /// Since when there is the index.
    pub created_at: DateTime<Utc>,
}

/// The ids of all indexes that are to be built or removed, the oldest first.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn pending(conn: &mut PgConnection) -> Result<Vec<Uuid>, Error> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM collection_indexes WHERE NOT is_ready OR collection IS NULL ORDER BY id"
    );
    Ok(ids.fetch_all(conn).await?)
}

/// An index that is to be built or removed, locked until the transaction ends; `None` if there is
/// nothing to do, or another transaction does it.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn claim(conn: &mut PgConnection, id: Uuid) -> Result<Option<PendingIndex>, Error> {
    let index = sqlx::query_as!(
        PendingIndex,
        r#"SELECT id, collection, path, type AS "kind: IndexType", awaited, items, reached_created_at,
               reached_id, created_at
           FROM collection_indexes WHERE id = $1 AND (NOT is_ready OR collection IS NULL)
           FOR NO KEY UPDATE SKIP LOCKED"#,
        id,
    );
    Ok(index.fetch_optional(conn).await?)
}

/// The virtual transactions that write items now, of `among` if it is given.
///
/// A statement locks the table before it looks at anything. So one that begins after this one sees
/// all that was committed before this one, and needs not be waited for.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn writers(conn: &mut PgConnection, among: Option<&[String]>) -> Result<Vec<String>, Error> {
    let writers = sqlx::query_scalar!(
        r#"SELECT DISTINCT virtualtransaction AS "writer!" FROM pg_locks
           WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND relation = 'items'::regclass
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND ($1::text[] IS NULL OR virtualtransaction = ANY($1))"#,
        among,
    );
    Ok(writers.fetch_all(conn).await?)
}

/// Stores which writers are waited for.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn wait_for(conn: &mut PgConnection, id: Uuid, writers: &[String]) -> Result<(), Error> {
    sqlx::query!("UPDATE collection_indexes SET awaited = $2 WHERE id = $1", id, writers)
        .execute(conn)
        .await?;
    Ok(())
}

/// Stores how far a claimed index was built, and how many items it has.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn go_on(
    conn: &mut PgConnection,
    id: Uuid,
    reached: (DateTime<Utc>, Uuid),
    items: i64,
) -> Result<(), Error> {
    let (created_at, reached_id) = reached;
    sqlx::query!(
        "UPDATE collection_indexes SET reached_created_at = $2, reached_id = $3, items = $4 WHERE id = $1",
        id,
        created_at,
        reached_id,
        items,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks a claimed index as ready, and returns the seconds since it was added.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn finish(conn: &mut PgConnection, id: Uuid) -> Result<f64, Error> {
    let seconds = sqlx::query_scalar!(
        r#"UPDATE collection_indexes SET is_ready = true, awaited = NULL WHERE id = $1
           RETURNING extract(epoch FROM clock_timestamp() - created_at)::float8 AS "seconds!""#,
        id,
    );
    Ok(seconds.fetch_one(conn).await?)
}

/// Deletes a claimed index without values.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn delete(conn: &mut PgConnection, id: Uuid) -> Result<(), Error> {
    sqlx::query!("DELETE FROM collection_indexes WHERE id = $1", id).execute(conn).await?;
    Ok(())
}
