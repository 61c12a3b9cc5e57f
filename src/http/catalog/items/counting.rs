//! Counting items at a bounded cost.

use super::finding::{LOOK_UP_TIMEOUT, MAX_EXAMINED};
use crate::{
    app::App,
    error::Error,
    postgres::{
        catalog::{
            models::{ItemFilter, ItemSort},
            operations::item,
        },
        count::{MAX_COUNT, Total},
        keyset::Page,
    },
};

/// How many items the list of this page has, if the client prefers to know it.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn count_if<T, K>(
    is_preferred: bool,
    app: &App,
    filter: &ItemFilter,
    page: &Page<T, K>,
) -> Result<Option<Total>, Error> {
    if !is_preferred {
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
    if filter.name_prefix.is_some() || required.is_some() || filter.search.is_some() {
        let mut tx = app.database.begin_look_up(LOOK_UP_TIMEOUT).await?;
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
    }
    let mut conn = app.database.connection().await?;
    let total = item::extrapolate(&mut conn, filter, sample).await?;
    conn.release();
    Ok(total)
}
