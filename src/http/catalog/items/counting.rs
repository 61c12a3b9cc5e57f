//! Counting items at a bounded cost.

use super::finding::{LOOK_UP_TIMEOUT, MAX_EXAMINED};
use crate::{
    app::App,
    error::Error,
    postgres::{
        catalog::{
            models::{ItemFilter, ItemSort},
            operations::{index, item},
        },
        count::{MAX_COUNT, Total},
        keyset::Page,
    },
};

/// As [`count`], and at least as many as there are on a page, if the client wants to know.
///
/// # Errors
///
/// As [`count`].
pub async fn count_if<T, K>(
    is_wanted: bool,
    app: &App,
    filter: &ItemFilter,
    page: &Page<T, K>,
) -> Result<Option<Total>, Error> {
    if !is_wanted {
        return Ok(None);
    }
    Ok(Some(count(app, filter).await?.at_least(page.rows.len())))
}

/// How many items the list has. A long list is estimated from its newest items, unless an index
/// tells quickly that few match.
///
/// # Errors
///
/// Whatever the database reports.
async fn count(app: &App, filter: &ItemFilter) -> Result<Total, Error> {
    let most = if filter.is_in_order(ItemSort::Created) { MAX_COUNT + 1 } else { MAX_EXAMINED };
    let mut conn = app.database.connection_in_turn().await?;
    let sample = item::sample(&mut conn, filter, most).await?;
    conn.release();
    if sample.candidates < most.into() && sample.examined == sample.candidates {
        return Ok(Total { count: sample.matches, is_exact: true });
    }
    let required = filter.containment();
    if filter.name_prefix.is_some() || required.is_some() || filter.has_ranges() {
        let mut tx = app.database.begin_look_up(LOOK_UP_TIMEOUT).await?;
        let filter = &index::with_ranges(&mut tx, filter).await?;
        if filter.is_looked_up() {
            match item::count_look_up(&mut tx, filter, required.as_ref()).await {
                Ok(total) => {
                    tx.commit().await?;
                    if let Some(total) = total {
                        return Ok(total);
                    }
                }
                Err(Error::TooSlow(_)) => drop(tx),
                Err(error) => return Err(error),
            }
        } else {
            tx.commit().await?;
        }
    }
    let mut conn = app.database.connection().await?;
    let total = item::extrapolate(&mut conn, filter, sample).await?;
    conn.release();
    Ok(total)
}
