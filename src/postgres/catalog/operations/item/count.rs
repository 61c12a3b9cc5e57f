//! The number of items in a list.

use serde_json::Value;
use sqlx::{PgConnection, QueryBuilder};

use super::{
    list::{push_candidates, push_is_match, push_matches, push_newest},
    ranges::push_looked_up,
};
use crate::{
    error::Error,
    postgres::{
        catalog::models::{ItemFilter, ItemSort, Within},
        count::{MAX_COUNT, Total, estimate},
    },
};

/// What a walk along the list found.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Sample {
    /// How many items there were, at most as many as it should examine.
    pub candidates: i64,
    /// How many of them it examined in time.
    pub examined: i64,
    /// How many of those the list contains.
    pub matches: i64,
}

/// Counts among the newest items, at most `most`, as [`walk`](super::walk) finds.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn sample(conn: &mut PgConnection, filter: &ItemFilter, most: u32) -> Result<Sample, Error> {
    sample_among(conn, filter, filter, ItemSort::Created, most).await
}

/// Counts the matches of `filter` among the newest items of `list`. Conditions that keep a list in
/// order of `sort` are not checked again.
async fn sample_among(
    conn: &mut PgConnection,
    list: &ItemFilter,
    filter: &ItemFilter,
    sort: ItemSort,
    most: u32,
) -> Result<Sample, Error> {
    let mut query = QueryBuilder::new(
        "SELECT count(*) AS candidates, count(is_match) AS examined, count(*) FILTER (WHERE is_match) AS matches
         FROM (SELECT ",
    );
    push_is_match(&mut query, filter, sort);
    query.push(" FROM (");
    push_newest(&mut query, list, most);
    query.push(") AS items) AS items");
    Ok(query.build_query_as().persistent(false).fetch_one(conn).await?)
}

/// How many items the list has by the statistics of its columns. There are none about attributes
/// and words, and others would tell of the items of other collections: then, if it has as many
/// matches everywhere as in a sample of at most `most` items.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn extrapolate(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    sample: Sample,
    most: u32,
) -> Result<Total, Error> {
    if filter.is_of_columns() && filter.within == Within::All {
        let count = estimate(conn, |query| push_matches(query, "", filter, None)).await?;
        return Ok(Total { count: count.max(sample.matches), is_exact: false });
    }
    let at_least = sample.matches;
    let is_any_time = filter.created_after.is_none() && filter.created_before.is_none();
    let (list, sample) = if is_any_time || filter.within == Within::All {
        (filter.clone(), sample)
    } else {
        // Statistics of times would tell when others created items.
        let list = ItemFilter { created_after: None, created_before: None, ..filter.clone() };
        let sample = sample_among(conn, &list, filter, ItemSort::Attribute, most).await?;
        (list, sample)
    };
    let candidates = estimate(conn, |query| push_candidates(query, "", &list)).await?;
    let count = i128::from(candidates) * i128::from(sample.matches) / i128::from(sample.examined.max(1));
    let count = i64::try_from(count).unwrap_or(i64::MAX).max(at_least);
    Ok(Total { count, is_exact: false })
}

/// Counts with the index on names or attributes, as [`look_up`](super::look_up) finds, as far as
/// [`MAX_COUNT`].
///
/// # Errors
///
/// Whatever the database reports. It takes long if many items have such a name or attributes.
pub async fn count_look_up(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    required: Option<&Value>,
) -> Result<Total, Error> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (");
    push_matches(&mut query, "", filter, required);
    push_looked_up(&mut query, &filter.ranges);
    query.push(format_args!(" LIMIT {}) AS items", MAX_COUNT + 1));
    let count: i64 = query.build_query_scalar().persistent(false).fetch_one(conn).await?;
    Ok(Total { count, is_exact: count <= MAX_COUNT.into() })
}
