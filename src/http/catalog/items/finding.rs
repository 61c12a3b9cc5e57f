//! Finding items at a bounded cost.

use std::time::Duration;

use crate::{
    app::App,
    error::Error,
    postgres::{
        catalog::{
            models::{Item, ItemFilter, ItemSort, Within},
            operations::item::{self, ItemKey},
        },
        keyset::{Page, PageRequest, Start},
        transaction::Transaction,
    },
};

/// The most items that a page examines in the order of the list.
pub const MAX_EXAMINED: u32 = 20_000;
/// How many it examines before it tries the index on names, attributes or words: enough if many
/// items match.
pub const FIRST_EXAMINED: u32 = 1_000;
/// How long it tries the index, which is fast if few items match.
pub const LOOK_UP_TIMEOUT: Duration = Duration::from_millis(100);

/// A page of the list. PostgreSQL does not know how many items a condition admits, so it is not
/// left to its planner how to find them.
///
/// # Errors
///
/// Whatever the database reports.
pub async fn find(
    app: &App,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
) -> Result<Page<Item, ItemKey>, Error> {
    if page.order.sort == ItemSort::Name && filter.within != Within::All {
        return find_by_name(app, filter, page).await;
    }
    let mut conn = app.database.connection_in_turn().await?;
    if filter.is_in_order(page.order.sort) {
        let found = item::list(&mut conn, filter, page).await?;
        conn.release();
        return Ok(found);
    }
    if filter.is_looked_up() || filter.has_ranges() {
        let examined = first_examined(filter);
        let found = item::walk(&mut conn, filter, page, examined).await?;
        conn.release();
        if found.rest.is_none() {
            return Ok(found);
        }
        let mut tx = app.database.begin_look_up(LOOK_UP_TIMEOUT).await?;
        match look_up(&mut tx, filter, page).await {
            Ok(looked_up) => {
                tx.commit().await?;
                if let Some(looked_up) = looked_up {
                    return Ok(looked_up);
                }
            }
            Err(Error::TooSlow(_)) => drop(tx),
            Err(error) => return Err(error),
        }
        // The walk ran out of time, or was as long as it may be.
        if matches!(found.rest, Some(Start::From(_) | Start::UpTo(_))) || examined == MAX_EXAMINED {
            return Ok(found);
        }
        conn = app.database.connection_in_turn().await?;
    }
    let found = item::walk(&mut conn, filter, page, MAX_EXAMINED).await?;
    conn.release();
    Ok(found)
}

/// How many items are examined before another index is tried. Those indexes have the items of all
/// collections, so that the time depends on them: who may not read all only needs them for a long
/// list.
pub fn first_examined(filter: &ItemFilter) -> u32 {
    if filter.within == Within::All { FIRST_EXAMINED } else { MAX_EXAMINED }
}

/// The page by an index other than that of the list, if one may find it.
async fn look_up(
    tx: &mut Transaction,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
) -> Result<Option<Page<Item, ItemKey>>, Error> {
    let filter = item::with_narrow_ranges(tx, filter).await?;
    if !filter.is_looked_up() {
        return Ok(None);
    }
    item::look_up(tx, &filter, filter.containment().as_ref(), page).await.map(Some)
}

/// A page by name of some collections. The index on names is of all: a walk along it would tell of
/// other items by its cursors and by the lengths of its pages. So few items are sorted.
async fn find_by_name(
    app: &App,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
) -> Result<Page<Item, ItemKey>, Error> {
    let mut conn = app.database.connection_in_turn().await?;
    let found = item::list_by_name(&mut conn, filter, page, MAX_EXAMINED).await?;
    conn.release();
    found.ok_or_else(|| Error::Forbidden { grant: "read:*".into() })
}
