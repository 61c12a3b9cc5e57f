//! A list of items from several indexes, each of which returns its section in order.

use sqlx::{Postgres, QueryBuilder};

use super::key::ItemKey;
use crate::postgres::{
    catalog::models::{ItemFilter, ItemSort, Within},
    keyset::PageRequest,
};

/// Pushes a page of the list by the conditions that keep it in order.
pub fn push_page(
    query: &mut QueryBuilder<Postgres>,
    columns: &str,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
) {
    // The page is among the first rows of all sections. An item that may not be read is not even
    // examined, so neither the time nor the cursor tells of it.
    let sections = sections(filter, page.order.sort);
    if let [section] = sections[..] {
        return push_section(query, columns, section, filter, page);
    }
    for (index, section) in sections.into_iter().enumerate() {
        query.push(if index == 0 { "SELECT * FROM ((" } else { ") UNION ALL (" });
        push_section(query, columns, section, filter, page);
    }
    query.push(")) AS items");
    page.push_order(query);
}

/// A condition, and the first column of the index with its value.
type Section<'a> = (&'static str, Option<(&'static str, &'a str)>);

/// `deleted_at IS NULL`, in a form from which the planner cannot infer the predicate of a
/// partial index: scanning one would read the items of all collections.
const IS_LIVE: &str = "CASE WHEN deleted_at IS NULL THEN true END IS NOT NULL";

/// The sections of a list that an index returns in order, each: at least one.
fn sections(filter: &ItemFilter, sort: ItemSort) -> Vec<Section<'_>> {
    let is_by_time = matches!(sort, ItemSort::Created | ItemSort::Relevance);
    let live = if filter.include_deleted { "true" } else { IS_LIVE };
    let of = |collection| (live, Some(("collection", collection)));
    match (&filter.within, &filter.collection, &filter.status[..]) {
        (Within::Of(keys), collection, _) => {
            let keys = keys.iter().filter(|key| collection.as_ref().is_none_or(|it| it == *key));
            let sections: Vec<_> = keys.map(|key| of(key.as_str())).collect();
            if sections.is_empty() { vec![("false", None)] } else { sections }
        }
        (Within::All | Within::Named, Some(collection), _) if is_by_time => vec![of(collection.as_str())],
        (Within::All, None, [status]) if is_by_time => by_state(filter, Some(("status", status.as_str()))),
        _ if sort == ItemSort::Name => vec![("true", None)],
        _ => by_state(filter, None),
    }
}

/// Live and deleted items have an index each.
fn by_state<'a>(filter: &ItemFilter, first: Option<(&'static str, &'a str)>) -> Vec<Section<'a>> {
    let live = ("deleted_at IS NULL", first);
    if filter.include_deleted { vec![live, ("deleted_at IS NOT NULL", first)] } else { vec![live] }
}

fn push_section(
    query: &mut QueryBuilder<Postgres>,
    columns: &str,
    (condition, first): Section<'_>,
    filter: &ItemFilter,
    page: &PageRequest<ItemKey>,
) {
    let Some((column, value)) = first else {
        query.push(format_args!("SELECT {columns} FROM items WHERE {condition}"));
        match page.order.sort {
            ItemSort::Created | ItemSort::Relevance => push_times(query, filter),
            ItemSort::Name => push_name(query, filter),
            ItemSort::Attribute => {}
        }
        return page.push(query);
    };
    // The planner must not know inside that all rows have this value: it might scan an index on times
    // alone, and filter. Outside, it needs to know, to see that the section is in the order of the list.
    query.push(format_args!(
        "SELECT * FROM (SELECT {columns}, {column} AS first FROM items WHERE {condition}"
    ));
    push_times(query, filter);
    page.push_behind(query, column, value);
    query.push(") AS section WHERE first = ").push_bind(value.to_owned());
    page.push_order(query);
}

/// Pushes the one collection, or else the one status, of the list.
pub fn push_one_value(query: &mut QueryBuilder<Postgres>, filter: &ItemFilter) {
    if let Some(collection) = &filter.collection {
        query.push(" AND collection = ").push_bind(collection.clone());
    } else if let ([status], Within::All) = (&filter.status[..], &filter.within) {
        query.push(" AND status = ").push_bind(*status);
    }
}

/// Pushes when items of the list were created.
pub fn push_times(query: &mut QueryBuilder<Postgres>, filter: &ItemFilter) {
    if let Some(time) = filter.created_after {
        query.push(" AND created_at >= ").push_bind(time);
    }
    if let Some(time) = filter.created_before {
        query.push(" AND created_at < ").push_bind(time);
    }
}

/// Pushes how names of items of the list begin.
pub fn push_name(query: &mut QueryBuilder<Postgres>, filter: &ItemFilter) {
    if let Some(prefix) = &filter.name_prefix {
        query.push(" AND name COLLATE \"C\" LIKE ").push_bind(like_prefix(prefix));
    }
}

/// The LIKE pattern for "begins with", with the wildcards in `prefix` escaped.
fn like_prefix(prefix: &str) -> String {
    let mut pattern = String::with_capacity(prefix.len() + 1);
    for c in prefix.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::keyset::{SortKey, Start};

    #[test]
    fn no_partial_index_serves_a_list_of_some_collections() {
        let page = PageRequest { start: Start::First, order: ItemKey::DEFAULT, limit: 50, bytes: usize::MAX };
        for within in [Within::Of(vec!["a".into(), "b".into()]), Within::Named] {
            for include_deleted in [false, true] {
                let collection = Some("a".into()).filter(|_| within == Within::Named);
                let filter = ItemFilter { collection, include_deleted, ..ItemFilter::within(within.clone()) };
                let mut query = QueryBuilder::new("");
                push_page(&mut query, "id", &filter, &page);
                let sql = query.sql().as_str().replace(IS_LIVE, "");
                assert!(sql.contains("collection") && !sql.contains("deleted_at"), "{sql}");
            }
        }
    }
}
