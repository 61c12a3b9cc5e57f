//! Keyset pagination: a page begins at a key and not at a number, so that it costs the same wherever it is.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Where a page begins in a list that is ordered from the newest row to the oldest, ids deciding between equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the newest row.
    Newest,
    /// Behind this row, towards the oldest.
    After(DateTime<Utc>, Uuid),
    /// In front of this row, towards the newest: the page that ends there.
    Before(DateTime<Utc>, Uuid),
}

/// Completes a query that ends in a WHERE clause and whose table has `created_at` and `id`, with an index on both.
pub fn push_page(query: &mut QueryBuilder<Postgres>, start: Start, limit: u32) {
    let (comparison, created_at, id) = match start {
        Start::Newest => return push_order(query, start, limit),
        Start::After(created_at, id) => ("<", created_at, id),
        Start::Before(created_at, id) => (">", created_at, id),
    };
    query.push(" AND (created_at, id) ").push(comparison).push(" (");
    query.push_bind(created_at).push(", ").push_bind(id).push(")");
    push_order(query, start, limit);
}

/// Orders rows in the direction of reading, and cuts them behind the page.
pub fn push_order(query: &mut QueryBuilder<Postgres>, start: Start, limit: u32) {
    query.push(match start {
        Start::Newest | Start::After(..) => " ORDER BY created_at DESC, id DESC",
        Start::Before(..) => " ORDER BY created_at, id",
    });
    // One more than asked for tells whether there is a page behind this one. It is no parameter, because then PostgreSQL, which has to
    // reckon with any number, would plan the query anew each time.
    query.push(" LIMIT ").push(i64::from(limit) + 1);
}

/// The rows of the page, newest first, and whether there are more beyond it in the direction of reading.
#[must_use]
pub fn cut_page<T>(mut rows: Vec<T>, start: Start, limit: u32) -> (Vec<T>, bool) {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    if matches!(start, Start::Before(..)) {
        rows.reverse();
    }
    (rows, more)
}
