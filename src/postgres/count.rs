//! The number of rows of a list, at a bounded cost.

use serde_json::Value;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::error::Error;

/// Longer lists are estimated.
pub const MAX_COUNT: u32 = 10_000;

/// How many rows a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Their number.
    pub count: i64,
    /// Whether they were counted; otherwise the number is an estimate.
    pub is_exact: bool,
}

impl Total {
    /// The number of all rows, which were read.
    #[must_use]
    pub fn exact(rows: usize) -> Self {
        Self { count: i64::try_from(rows).unwrap_or(i64::MAX), is_exact: true }
    }

    /// This number, but not an estimate of fewer rows than these.
    #[must_use]
    pub fn at_least(self, rows: usize) -> Self {
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        if self.is_exact { self } else { Self { count: self.count.max(rows), ..self } }
    }

    /// The number of rows of `relation`, which is counted only if it is small.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn of(conn: &mut PgConnection, relation: &str) -> Result<Self, Error> {
        let limit = MAX_COUNT + 1;
        let mut query = QueryBuilder::<Postgres>::new(format!(
            "SELECT count(*) FROM (SELECT FROM {relation} LIMIT {limit}) AS counted"
        ));
        let count = query.build_query_scalar().fetch_one(&mut *conn).await?;
        if count <= MAX_COUNT.into() {
            return Ok(Self { count, is_exact: true });
        }
        let all = |query: &mut QueryBuilder<Postgres>| {
            query.push(format_args!("SELECT FROM {relation}"));
        };
        Ok(Self { count: estimate(conn, all).await?.max(count), is_exact: false })
    }
}

/// How many rows PostgreSQL expects of the query whose text follows `EXPLAIN`.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn estimate(
    conn: &mut PgConnection,
    push_query: impl FnOnce(&mut QueryBuilder<Postgres>),
) -> Result<i64, Error> {
    let mut query = QueryBuilder::new("EXPLAIN (FORMAT JSON) ");
    push_query(&mut query);
    let plan: Value = query.build_query_scalar().persistent(false).fetch_one(conn).await?;
    plan[0]["Plan"]["Plan Rows"].as_i64().ok_or_else(|| Error::internal("a plan without a number of rows"))
}
