//! The versions and times of an id, which continue after its row was removed.

/// Removes the row with an id from a table, and stores its id, version and time in `tombstones`.
/// Returns an error if there is no such row, or if others refer to it. More common table
/// expressions remove what belongs to the row.
macro_rules! purge {
    (table: $table:tt, $(with: $with:tt,)? id: $id:expr, connection: $conn:expr) => {
        async {
            let done = sqlx::query!(
                "WITH purged AS (DELETE FROM " + $table + " WHERE id = $1 RETURNING id, version, updated_at)"
                     $(+ $with)? + "
                 INSERT INTO tombstones (id, version, updated_at) SELECT id, version, updated_at FROM purged
                 ON CONFLICT (id) DO UPDATE SET
                     version = greatest(tombstones.version, excluded.version),
                     updated_at = greatest(tombstones.updated_at, excluded.updated_at)",
                $id
            )
            .execute($conn)
            .await?;
            if done.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound) }
        }
    };
}

/// The version and the times of a new row from the tombstone of its id, if there is one; a query
/// that returns the row.
///
/// A statement of its own: the purge may have committed while the insert waited for it.
macro_rules! continue_versions {
    (query: $query:ident, table: $table:tt, id: $id:expr) => {
        $query!(
            before: ["UPDATE " + $table + "
               SET (version, created_at, updated_at) = (
                   SELECT version + 1, greatest(statement_timestamp(), tombstones.updated_at),
                       greatest(statement_timestamp(), tombstones.updated_at)
                   FROM tombstones WHERE id = $1
               )
               WHERE id = $1 AND EXISTS (SELECT FROM tombstones WHERE id = $1)
               RETURNING "],
            after: "",
            arguments: $id,
        )
    };
}

pub(crate) use continue_versions;
pub(crate) use purge;
