//! The handlers of items: extract, begin, operate, commit, respond.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, header::VARY};
use uuid::Uuid;

use super::{
    counting::count_if,
    draft::{Draft, recreate, update},
    events::ItemCreated,
    export::export,
    finding::find,
    queries::{ItemDeleteQuery, ItemFilterQuery},
    schemas::{ItemCreate, ItemPage, ItemPatch, ItemView},
    searching::search,
    sorting::find_sorted,
    within::restrict,
};
use crate::{
    access::Action,
    app::App,
    error::Error,
    http::{
        request::{
            access::Access,
            body::NoBody,
            content::{Content, Replacement},
            export::PageOrExport,
            listing::PageParameters,
            patch::Patch,
            path::Id,
            preconditions::Preconditions,
            query::{NoQuery, Query},
            sort::SortParameter,
            valid::Valid,
        },
        response::{
            problem::{CONFLICT, Problem},
            reply::Reply,
        },
        write::{Outcome, Write},
    },
    ids::new_id,
    postgres::{
        catalog::{
            models::{Item, ItemContent, ItemSort},
            operations::item::{self, ItemKey},
        },
        runs::Runs,
        transaction::Transaction,
    },
};

/// The path of the list.
pub const PATH: &str = "/v1/items";

/// Create an item
///
/// The server generates the id, the version and the times. The attributes must satisfy the schema
/// of the collection, if it has one.
#[utoipa::path(
    post, path = "/v1/items", tag = "items", request_body = ItemCreate,
    responses((status = 201, body = ItemView))
)]
pub async fn create_item(
    State(app): State<Arc<App>>,
    Valid(mut write, Content(content)): Valid<Write, Content<ItemCreate>>,
) -> Result<Response, Outcome> {
    let content: ItemContent = content.into();
    write.access.demand_of_readable(Action::Write, &content.collection)?;
    let (scope, by) = (write.access.scope(Action::Write).clone(), write.access.writer());
    let mut draft = Draft::new(&app, &scope, content).await;
    let mut tx = write.begin(&app).await?;
    let item = loop {
        let content = draft.content(&app, &scope, &mut tx).await?;
        let created = item::create(&mut tx, &scope, by.as_deref(), new_id(), content).await;
        if let Some(item) = draft.unless_stale(created)? {
            break item;
        }
    };
    write.record(ItemCreated::from(&item));
    let (id, version) = (item.id, item.version);
    let reply = Reply::created(PATH, id, &ItemView::from(item))?.with_version(version);
    write.commit(tx, reply).await
}

/// Get an item
///
/// With `If-None-Match`, the item is sent only if the client does not have it yet.
#[utoipa::path(
    get, path = "/v1/items/{id}", tag = "items", responses((status = 200, body = ItemView))
)]
pub async fn get_item(
    State(app): State<Arc<App>>,
    Valid(head, _): Valid<(Id, Query<NoQuery>, Preconditions, Access)>,
) -> Result<Reply, Problem> {
    let (Id(id), Query(NoQuery), preconditions, access) = head;
    let mut conn = app.database.connection().await?;
    let item = item::get(&mut conn, access.readable(), id).await?;
    conn.release();
    preconditions.get::<ItemView, _>(item)
}

/// List items
///
/// The newest first, or the best match for `q`, unless `sort` says otherwise, in pages. A walk
/// along `next_cursor` returns every item that was there all along exactly once, whatever is
/// created and deleted meanwhile; of a search, at most 1,000 items. Sorted by name or attribute,
/// one whose value changes meanwhile may be missing or occur twice. An attribute must be in
/// `indexed` of the collection; items without a value, or with one of another type, come last.
///
/// With `Accept: application/x-ndjson` or `text/csv`, the whole list is sent instead, as it is at
/// one instant and in no particular order: without `limit` and `cursor`, and whatever the length.
///
/// The method QUERY (RFC 10008) does the same, with the parameters as members of a JSON object.
#[utoipa::path(
    get, path = "/v1/items", tag = "items", params(PageParameters, SortParameter<ItemKey>, ItemFilterQuery),
    // Generated clients would take the list for one of three types, if exports were declared.
    responses((status = 200, body = ItemPage), (status = 409))
)]
pub async fn list_items(
    State(app): State<Arc<App>>,
    method: Method,
    Valid(request, _): Valid<PageOrExport<ItemFilterQuery, ItemKey>>,
) -> Result<Response, Problem> {
    let listing = match request {
        PageOrExport::Page(listing) => listing,
        PageOrExport::Export(query, format, access) => {
            let filter = restrict(&app, &access, &query).await?;
            return Ok(export(&app, &method, filter, format).await?);
        }
    };
    let filter = restrict(&app, &listing.access, &listing.filter).await?;
    let reply = if listing.page.order.sort == ItemSort::Relevance {
        let (filter, page) = search(&app, &filter, &listing.page).await?;
        let total = count_if(listing.needs_count(&page), &app, &filter, &page).await?;
        listing.reply::<ItemView, _>(&app, page, total)?
    } else if let Some(path) = &listing.filter.sorted_by {
        let page = find_sorted(&app, &listing.filter, &filter, path, &listing.page).await?;
        let total = count_if(listing.needs_count(&page), &app, &filter, &page).await?;
        listing.reply::<ItemView, _>(&app, page, total)?
    } else {
        let page = find(&app, &filter, &listing.page).await?;
        let total = count_if(listing.needs_count(&page), &app, &filter, &page).await?;
        listing.reply::<ItemView, _>(&app, page, total)?
    };
    let mut response = reply.into_response();
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// Replace an item, or create it with an id that the client chose
///
/// Members that are left out get their defaults. The response has no `ETag` field, because the
/// stored item is not byte for byte what was sent (RFC 9110 §9.3.4); its body has the new version.
/// `If-None-Match: *` creates and never replaces, `If-Match` replaces and never creates. A deleted
/// item must be restored or purged first.
#[utoipa::path(
    put, path = "/v1/items/{id}", tag = "items", request_body = ItemCreate,
    responses((status = 200, body = ItemView), (status = 201, body = ItemView))
)]
pub async fn replace_item(
    State(app): State<Arc<App>>,
    Valid(head, Replacement(content)): Valid<(Id, Write), Replacement<ItemCreate>>,
) -> Result<Response, Outcome> {
    let (Id(id), mut write) = head;
    let mut tx = write.begin(&app).await?;
    let access = write.access.clone();
    let mut runs = Runs::default();
    let reply = loop {
        runs.begin()?;
        let current = lock(&mut tx, &access, Action::Write, id).await?;
        match &current {
            Some(current) => access.demand(Action::Write, &current.collection)?,
            None => access.demand_of_readable(Action::Write, content.collection())?,
        }
        if let Some(current) = write.preconditions.put(current)? {
            let content = content.for_item_in(&current.collection)?;
            break Reply::ok(&ItemView::from(update(&app, &access, &mut tx, id, content).await?))?;
        }
        if let Some(item) = recreate(&app, &access, &mut tx, id, content.clone().into()).await? {
            write.record(ItemCreated::from(&item));
            break Reply::created(PATH, id, &ItemView::from(item))?;
        }
        if !item::taken_out_of_scope(&mut tx, access.readable(), &[id]).await?.is_empty() {
            // Its version and its state are not told.
            return Err(Problem::new(&CONFLICT, "This id cannot be used: choose another one.").into());
        }
        // A concurrent transaction has created it and committed: decide again about that item.
    };
    write.commit(tx, reply).await
}

/// Returns the item, locked if the actor may do this to it.
async fn lock(
    tx: &mut Transaction,
    access: &Access,
    action: Action,
    id: Uuid,
) -> Result<Option<Item>, Error> {
    item::get_for_update(tx, access.readable(), access.scope(action), id).await
}

/// The collection of an item, if it is live.
fn live(item: Option<&Item>) -> Option<&str> {
    item.filter(|item| item.deleted_at.is_none()).map(|item| &*item.collection)
}

/// Change parts of an item
///
/// The body is a JSON Merge Patch (RFC 7396), also as `application/json`, or with
/// `application/json-patch+json` a JSON Patch (RFC 6902) of at most 100 operations, all or nothing.
/// The result is validated as a whole; the pointers of its faults are into the result.
#[utoipa::path(
    patch, path = "/v1/items/{id}", tag = "items",
    request_body(content = ItemPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ItemView))
)]
pub async fn update_item(
    State(app): State<Arc<App>>,
    Valid(head, patch): Valid<(Id, Write), Patch<ItemCreate>>,
) -> Result<Response, Outcome> {
    let (Id(id), write) = head;
    let mut tx = write.begin(&app).await?;
    let current = lock(&mut tx, &write.access, Action::Write, id).await?;
    write.access.demand_of(Action::Write, live(current.as_ref()))?;
    let current = write.preconditions.live(current)?;
    let collection = current.collection.clone();
    let content = patch.apply(&ItemView::from(current)).await?.for_item_in(&collection)?;
    let item = update(&app, &write.access, &mut tx, id, content).await?;
    let version = item.version;
    write.commit(tx, Reply::ok(&ItemView::from(item))?.with_version(version)).await
}

/// Delete an item
///
/// It can be restored, unless `purge` removes it for good. A second request returns 404.
#[utoipa::path(
    delete, path = "/v1/items/{id}", tag = "items", params(ItemDeleteQuery), responses((status = 204))
)]
pub async fn delete_item(
    State(app): State<Arc<App>>,
    Valid(head, NoBody): Valid<(Id, Write<ItemDeleteQuery>), NoBody>,
) -> Result<Response, Outcome> {
    let (Id(id), write) = head;
    let mut tx = write.begin(&app).await?;
    let action = if write.query.purge { Action::Purge } else { Action::Delete };
    let current = lock(&mut tx, &write.access, action, id).await?;
    if write.query.purge {
        write.access.demand_of(Action::Purge, current.as_ref().map(|current| &*current.collection))?;
        let current = write.preconditions.any(current)?;
        item::purge(&mut tx, write.access.scope(Action::Purge), &current).await?;
    } else {
        write.access.demand_of(Action::Delete, live(current.as_ref()))?;
        write.preconditions.live(current)?;
        let by = write.access.writer();
        item::delete(&mut tx, write.access.scope(Action::Delete), by.as_deref(), id).await?;
    }
    write.commit(tx, Reply::empty(StatusCode::NO_CONTENT)).await
}

/// Restore a deleted item
///
/// It is as it was when it was deleted, with a new version. Its attributes are not validated again:
/// they satisfy the schema of its `schema_version`. `If-Match` names the version of the
/// deleted item, which lists with `include_deleted` show.
#[utoipa::path(
    post, path = "/v1/items/{id}/restore", tag = "items", responses((status = 200, body = ItemView))
)]
pub async fn restore_item(
    State(app): State<Arc<App>>,
    Valid(head, NoBody): Valid<(Id, Write), NoBody>,
) -> Result<Response, Outcome> {
    let (Id(id), write) = head;
    let mut tx = write.begin(&app).await?;
    let current = lock(&mut tx, &write.access, Action::Delete, id).await?;
    write.access.demand_of(Action::Delete, current.as_ref().map(|current| &*current.collection))?;
    write.preconditions.deleted(current)?;
    let by = write.access.writer();
    let item = item::restore(&mut tx, write.access.scope(Action::Delete), by.as_deref(), id).await?;
    let version = item.version;
    write.commit(tx, Reply::ok(&ItemView::from(item))?.with_version(version)).await
}
