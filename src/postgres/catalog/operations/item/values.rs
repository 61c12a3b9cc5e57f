//! The values of indexed attributes, for items that are there already.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{error::Error, postgres::catalog::models::IndexType};

/// How far an index was built.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// The creation time of the last item.
    pub created_at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
    /// How many items there were in this portion.
    pub items: i64,
}

/// Stores the values of the next `most` items of a collection in an index, behind those that were
/// reached before, newest first; `None` if there are no more.
///
/// An item stays locked until the transaction ends, so that a change or purge of it waits, and
/// comes last.
///
/// # Errors
///
/// [`Error::Locked`] if another transaction holds an item for longer than the lock time-out.
pub async fn store_values(
    conn: &mut PgConnection,
    index: Uuid,
    collection: &str,
    behind: Option<(DateTime<Utc>, Uuid)>,
    most: i64,
) -> Result<Option<Reached>, Error> {
    let (created_at, id) = behind.unzip();
    let reached = with_values!(
        query: query_as(Reached,),
        written: "SELECT id, collection, attributes, created_at FROM items
             WHERE collection = ANY(ARRAY[$2])
                 AND (created_at, id) < (COALESCE($3, 'infinity'::timestamptz),
                     COALESCE($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
             ORDER BY collection, created_at DESC, id DESC LIMIT $5
             FOR KEY SHARE",
        of: " AND indexes.id = $1",
        then: r#"SELECT created_at AS "created_at!", id AS "id!", (SELECT count(*) FROM written) AS "items!"
             FROM written ORDER BY created_at, id LIMIT 1"#,
        arguments: index,
        collection,
        created_at,
        id,
        most,
    );
    Ok(reached.fetch_optional(conn).await?)
}

/// Removes `most` values of an index that was removed, and returns how many there were.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn remove_values(
    conn: &mut PgConnection,
    index: Uuid,
    kind: IndexType,
    most: u32,
) -> Result<u64, Error> {
    // With the type in its text, the statement is served by the index on values of this type.
    let kind = kind.as_str();
    let mut query = QueryBuilder::<Postgres>::new("DELETE FROM item_values WHERE ctid = ANY(ARRAY(");
    query.push("SELECT ctid FROM item_values WHERE index_id = ").push_bind(index);
    query.push(format_args!(" AND type = '{kind}' LIMIT {most}))"));
    Ok(query.build().execute(conn).await?.rows_affected())
}

#[cfg(test)]
mod tests {
    use curio_filter::TIMESTAMP_PATTERN;

    #[test]
    fn an_index_and_a_filter_take_the_same_strings_for_timestamps() {
        assert!(include_str!("macros.rs").contains(&format!("'{TIMESTAMP_PATTERN}'")));
    }
}
