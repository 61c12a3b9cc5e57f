//! Pages of rows with JSON: they are measured, so that none is read that is much larger than a page
//! may be.

use sqlx::{FromRow, Postgres, QueryBuilder, Row as _, postgres::PgRow};

use crate::{
    error::Error,
    postgres::keyset::{Page, PageRequest, SortKey, Start},
};

/// Pages of at most this many rows have at most 5 MiB, and are not measured.
const UNMEASURED: u32 = 50;
/// How many bytes of JSON in memory become a byte of text, at most: a digit takes 12 in an array,
/// and 3 with a comma and a space.
const SIZE_OF_BYTE: usize = 4;

/// Pushes a query for the first rows of a page, up to the one with which it has certainly more
/// bytes than a page may have in this column of `jsonb`, which may be null.
pub fn push_measured<K: SortKey>(
    query: &mut QueryBuilder<Postgres>,
    page: &PageRequest<K>,
    column: &str,
    push_rows: impl FnOnce(&mut QueryBuilder<Postgres>),
) {
    if page.limit <= UNMEASURED {
        return push_rows(query);
    }
    // The bytes in memory. Printing them takes up to a hundred times as long.
    let size = format!("coalesce(pg_column_size({column} #> '{{}}'), 0)");
    query.push(format_args!("SELECT * FROM (SELECT *, {size} AS size, sum({size}) OVER ("));
    page.push_sort(query);
    query.push(" ROWS UNBOUNDED PRECEDING) AS size_of_page FROM (");
    push_rows(query);
    query.push(format_args!(") AS measured) AS measured WHERE size_of_page - size <= {}", max_size(page)));
    page.push_order(query);
}

/// The page of these rows, which is cut behind the last one if that made it too large; `rest` is
/// what the query left of the list.
///
/// # Errors
///
/// [`Error::Internal`] if a row is not a `T`.
pub fn read_measured<T, K: SortKey>(
    rows: &[PgRow],
    page: &PageRequest<K>,
    rest: Option<Start<K>>,
) -> Result<Page<T, K>, Error>
where
    T: for<'r> FromRow<'r, PgRow>,
{
    let items = rows.iter().map(T::from_row).collect::<Result<_, _>>()?;
    if let Some(last) = rows.last().filter(|_| page.limit > UNMEASURED) {
        let size = last.try_get::<i64, _>("size_of_page")?;
        if usize::try_from(size).is_ok_and(|size| size > max_size(page)) {
            return Ok(Page { more: true, ..page.page(items) });
        }
    }
    Ok(page.page_until(items, rest))
}

fn max_size<K: SortKey>(page: &PageRequest<K>) -> usize {
    page.bytes.saturating_mul(SIZE_OF_BYTE)
}
