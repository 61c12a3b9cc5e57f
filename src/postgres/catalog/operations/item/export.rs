//! The whole list of items.

use std::{mem, time::Duration};

use futures_util::TryStreamExt;
use sqlx::{PgConnection, QueryBuilder};
use tokio::{sync::mpsc::Sender, time::timeout};

use super::{
    list::{COLUMNS, push_matches},
    ranges::push_in_ranges,
};
use crate::{
    error::Error,
    postgres::catalog::{
        models::{Item, ItemFilter},
        operations::index,
    },
};

/// Above this many bytes of attributes, a portion is sent.
const PORTION: usize = 64 * 1024;
/// About how many bytes an item has in addition to its attributes.
const SIZE_OF_REST: usize = 256;

/// Sends the items of the list in portions, in no particular order, as PostgreSQL reads them. Waits
/// while the channel is full.
///
/// # Errors
///
/// Whatever the database reports; [`Error::Unavailable`] if it sends nothing for `silence`.
pub async fn export(
    conn: &mut PgConnection,
    filter: &ItemFilter,
    silence: Duration,
    portions: &Sender<Vec<Item>>,
) -> Result<(), Error> {
    let filter = &index::with_ranges(conn, filter).await?;
    let mut query = QueryBuilder::new("");
    push_matches(&mut query, COLUMNS, filter, filter.containment().as_ref());
    push_in_ranges(&mut query, &filter.ranges);
    let mut items = query.build_query_as::<Item>().persistent(false).fetch(conn);
    let (mut portion, mut size) = (Vec::new(), 0);
    let silent = |elapsed| Error::Unavailable(Box::new(elapsed));
    while let Some(item) = timeout(silence, items.try_next()).await.map_err(silent)?? {
        size += item.attributes.as_str().len() + SIZE_OF_REST;
        portion.push(item);
        if size > PORTION {
            size = 0;
            // If the receiver is gone, the caller drops this future.
            let _ = portions.send(mem::take(&mut portion)).await;
        }
    }
    if !portion.is_empty() {
        let _ = portions.send(portion).await;
    }
    Ok(())
}
