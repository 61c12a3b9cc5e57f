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
        transaction::Transaction,
    },
};

/// How many items the list of this page has, if that is needed.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn count_if<T, K>(
    is_needed: bool,
    app: &App,
    filter: &ItemFilter,
    page: &Page<T, K>,
) -> Result<Option<Total>, Error> {
    if !is_needed {
        return Ok(None);
    }
    // Behind a page that is not full, there may be nothing.
    let found = page.rows.len() + usize::from(page.more && page.rest.is_none());
    Ok(Some(count(app, filter).await?.at_least(found)))
}

/// How many items the list has. A long list is estimated, unless an index tells quickly that few
/// match.
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
    let mut found = 0;
    if filter.is_looked_up() || filter.has_ranges() {
        let mut tx = app.database.begin_look_up(LOOK_UP_TIMEOUT).await?;
        match look_up(&mut tx, filter).await {
            Ok(looked_up) => {
                tx.commit().await?;
                match looked_up {
                    Some(total) if total.is_exact => return Ok(total),
                    Some(_) => found = MAX_COUNT as usize + 1,
                    None => {}
                }
            }
            Err(Error::TooSlow(_)) => drop(tx),
            Err(error) => return Err(error),
        }
    }
    let mut conn = app.database.connection_in_turn().await?;
    let total = item::extrapolate(&mut conn, filter, sample, MAX_EXAMINED).await?;
    conn.release();
    Ok(total.at_least(found))
}

/// The number by an index other than that of the list, if one may find it.
async fn look_up(tx: &mut Transaction, filter: &ItemFilter) -> Result<Option<Total>, Error> {
    let filter = item::with_narrow_ranges(tx, filter).await?;
    if !filter.is_looked_up() {
        return Ok(None);
    }
    item::count_look_up(tx, &filter, filter.containment().as_ref()).await.map(Some)
}
