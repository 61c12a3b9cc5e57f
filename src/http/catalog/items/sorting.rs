//! Lists of items in the order of an attribute.

use http::{HeaderValue, header::RETRY_AFTER};

use super::{finding::MAX_EXAMINED, queries::ItemFilterQuery};
use crate::{
    app::App,
    http::response::problem::{INDEX_BUILDING, Problem},
    postgres::{
        catalog::{
            models::ItemFilter,
            operations::{
                index::{self, Index},
                item::{self, ItemKey, SortedItem},
            },
        },
        keyset::{Page, PageRequest, Start},
    },
};

/// A page of the list in the order of the attribute at a path.
///
/// # Errors
///
/// 400 if the collection does not have it in an index, 409 if the index is being built.
pub async fn find_sorted(
    app: &App,
    query: &ItemFilterQuery,
    filter: &ItemFilter,
    path: &str,
    page: &PageRequest<ItemKey>,
) -> Result<Page<SortedItem, ItemKey>, Problem> {
    // The index, and its values, are there or not at one instant.
    let mut tx = app.database.begin_in_order().await?;
    let indexes = index::of_list(&mut tx, filter).await?;
    let index = choose(query, indexes, path, page)?;
    let found = item::walk_by_attribute(&mut tx, filter, &index, page, MAX_EXAMINED).await?;
    tx.commit().await?;
    Ok(found)
}

fn choose(
    query: &ItemFilterQuery,
    indexes: Vec<Index>,
    path: &str,
    page: &PageRequest<ItemKey>,
) -> Result<Index, Problem> {
    let Some(index) = indexes.into_iter().find(|index| index.path == path) else {
        let detail = "must be an attribute in `indexed` of the collection";
        return Err(query.reject("sort", "not_indexed", detail));
    };
    if !index.is_ready {
        let problem = Problem::new(&INDEX_BUILDING, "The attribute is still being indexed: retry later.");
        return Err(problem.with_header(RETRY_AFTER, HeaderValue::from_static("1")));
    }
    match &page.start {
        Start::After(key) | Start::From(key) | Start::Before(key) | Start::UpTo(key) if !matches!(key, ItemKey::Attribute(key) if key.index == index.id) =>
        {
            let detail = "belongs to an index that was removed; start again without it";
            Err(query.reject("cursor", "cursor_mismatch", detail))
        }
        _ => Ok(index),
    }
}
