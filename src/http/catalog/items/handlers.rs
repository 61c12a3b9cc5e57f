//! The handlers of items: extract, begin, operate, commit, answer.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{ALLOW, ETAG, LINK, LOCATION},
    request::Parts,
};
use uuid::Uuid;

use super::{
    REVALIDATE, internal,
    schemas::item::{
        ItemCreate, ItemDeleteQuery, ItemListQuery, ItemPage, ItemPatch, ItemReplace, ItemView, Replacement,
    },
};
use crate::{
    error::Error,
    http::{
        App,
        answer::Json,
        extract::{Id, NoBody, NoQuery, Query, Valid},
        forwarded,
        page::Place,
        patch::{self, Patch},
        preconditions::{self, Preconditions},
        problem::{self, Problem},
        write::{Exit, Write},
    },
    postgres::{
        catalog::{
            models::{Item, Status},
            operations::item,
        },
        versions::Versions,
    },
};

const PATH: &str = "/v1/items";

/// Create an item
///
/// The server gives the id, the version and the times.
#[utoipa::path(
    post, path = "/v1/items", tag = "items",
    request_body(content = ItemCreate, description = "The item to create."),
    responses((status = 201, description = "The item was created.", body = ItemView, headers(
        ("Location" = String, description = "The path of the item."),
        ("ETag" = String, description = "The entity tag of the item."),
    )))
)]
pub async fn create_item(
    State(app): State<Arc<App>>,
    Valid(write, Json(content)): Valid<Write, Json<ItemCreate>>,
) -> Result<Response, Exit> {
    let mut tx = write.begin(&app).await?;
    let item = item::create(&mut tx, Uuid::now_v7(), &content.into()).await?;
    let (id, status, etag) = (item.id, item.status, preconditions::etag(item.version));
    let answer = (StatusCode::CREATED, [location(id)?, (ETAG, etag)], Json(ItemView::from(item)));
    let answer = write.commit(tx, answer.into_response()).await?;
    if write.is_real() {
        log_created(id, status);
    }
    Ok(answer)
}

/// Get an item
///
/// With `If-None-Match` the item is sent only where the client does not have it yet.
#[utoipa::path(
    get, path = "/v1/items/{id}", tag = "items",
    params(("id" = Uuid, Path, description = "The item's id.")),
    responses(
        (status = 200, description = "The item.", body = ItemView, headers(
            ("ETag" = String, description = "The entity tag of the item."),
            ("Cache-Control" = String, description = "Ask before each use whether the item is still current."),
        )),
        (status = 304, description = "The client has the current item.", headers(
            ("ETag" = String, description = "The entity tag of the item."),
            ("Cache-Control" = String, description = "Ask before each use whether the item is still current."),
        )),
        (status = 404),
        (status = 412),
    )
)]
pub async fn get_item(
    State(app): State<Arc<App>>,
    Valid(head, _): Valid<(Id, Query<NoQuery>, Preconditions)>,
) -> Result<Response, Problem> {
    let (Id(id), Query(NoQuery), preconditions) = head;
    let mut conn = app.database.connection().await?;
    let item = item::get(&mut conn, id).await?;
    conn.release();
    let item = item.ok_or(Error::NotFound)?;
    let etag = preconditions::etag(item.version);
    if !preconditions.is_for(item.version) {
        return Err(preconditions::failed(Some(item.version)));
    }
    if preconditions.is_known(item.version) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag), REVALIDATE]).into_response());
    }
    Ok(([(ETAG, etag), REVALIDATE], Json(ItemView::from(item))).into_response())
}

/// Replace an item, or create it under an id of the client's choice
///
/// What is left out of the body gets its default. The new version is in the answer's body; there is no `ETag` field, because the
/// item is not stored octet for octet as it was sent (RFC 9110 §9.3.4). `If-None-Match: *` creates and never replaces, `If-Match`
/// replaces and never creates. An item that is deleted is neither: it is to be restored or purged first.
#[utoipa::path(
    put, path = "/v1/items/{id}", tag = "items",
    params(("id" = Uuid, Path, description = "The item's id.")),
    request_body(content = ItemReplace, description = "The whole content of the item."),
    responses(
        (status = 200, description = "The item was replaced.", body = ItemView),
        (status = 201, description = "The item was created.", body = ItemView, headers(
            ("Location" = String, description = "The path of the item."),
        )),
        (status = 409),
        (status = 412),
        (status = 428),
    )
)]
pub async fn replace_item(
    State(app): State<Arc<App>>,
    Valid(head, Replacement(content)): Valid<(Id, Write), Replacement>,
) -> Result<Response, Exit> {
    let (Id(id), write) = head;
    let (versions, content) = (write.preconditions.versions(), content.into());
    let mut tx = write.begin(&app).await?;
    let item = if write.preconditions.has_if_match() {
        item::update(&mut tx, id, &versions, &content).await?
    } else {
        item::put(&mut tx, id, &versions, &content).await?
    };
    let Some(item) = item else {
        return Err(match item::version(&mut tx, id).await? {
            Some((version, false)) => missed(version, &versions),
            _ if write.preconditions.has_if_match() => preconditions::failed(None),
            _ => Problem::new(&problem::CONFLICT, "The item is deleted: restore it, or purge it first."),
        }
        .into());
    };
    let (created, status) = (item.version == 1, item.status);
    let body = Json(ItemView::from(item));
    if !created {
        return Ok(write.commit(tx, body.into_response()).await?);
    }
    let answer = (StatusCode::CREATED, [location(id)?], body).into_response();
    let answer = write.commit(tx, answer).await?;
    if write.is_real() {
        log_created(id, status);
    }
    Ok(answer)
}

/// Change parts of an item
///
/// The body is a JSON Merge Patch (RFC 7396); `application/json` is taken for one as well, and `application/json-patch+json` is a JSON
/// Patch (RFC 6902) of at most 100 operations, all of which are done or none. The result is validated as a whole; where it is not
/// valid, pointers are into the result.
#[utoipa::path(
    patch, path = "/v1/items/{id}", tag = "items",
    params(("id" = Uuid, Path, description = "The item's id.")),
    request_body(content = ItemPatch, content_type = "application/merge-patch+json", description = "What to change."),
    responses(
        (status = 200, description = "The item was changed.", body = ItemView, headers(
            ("ETag" = String, description = "The entity tag of the item."),
        )),
        (status = 404),
        (status = 409),
        (status = 412),
        (status = 428),
    )
)]
pub async fn update_item(
    State(app): State<Arc<App>>,
    Valid(head, patch): Valid<(Id, Write), Patch>,
) -> Result<Response, Exit> {
    let (Id(id), write) = head;
    let mut tx = write.begin(&app).await?;
    let current = item::get_for_update(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !write.preconditions.versions().admit(current.version) {
        return Err(preconditions::failed(Some(current.version)).into());
    }
    let content: ItemReplace = patch::apply(&ItemView::from(current), patch, ItemView::READ_ONLY)?;
    let item = item::update(&mut tx, id, &Versions::default(), &content.into()).await?;
    let item = item.ok_or(Error::NotFound)?;
    Ok(write.commit(tx, changed(item)).await?)
}

/// Delete an item
///
/// It can be restored, unless `purge` removes it for good. A second request finds no item and is answered with 404.
#[utoipa::path(
    delete, path = "/v1/items/{id}", tag = "items",
    params(("id" = Uuid, Path, description = "The item's id."), ItemDeleteQuery),
    responses(
        (status = 204, description = "The item was deleted."),
        (status = 404),
        (status = 409),
        (status = 412),
        (status = 428),
    )
)]
pub async fn delete_item(
    State(app): State<Arc<App>>,
    Valid(head, _): Valid<(Id, Write<ItemDeleteQuery>)>,
) -> Result<Response, Exit> {
    let (Id(id), write) = head;
    let (versions, purge) = (write.preconditions.versions(), write.query.purge);
    let mut tx = write.begin(&app).await?;
    let done = if purge {
        item::purge(&mut tx, id, &versions).await?
    } else {
        item::delete(&mut tx, id, &versions).await?
    };
    if !done {
        return Err(match item::version(&mut tx, id).await? {
            Some((version, deleted)) if purge || !deleted => missed(version, &versions),
            _ => Error::NotFound.into(),
        }
        .into());
    }
    Ok(write.commit(tx, StatusCode::NO_CONTENT.into_response()).await?)
}

/// Restore a deleted item
///
/// It is as it was when it was deleted, in a new version. `If-Match` names the version that it has while it is deleted, which lists
/// with `include_deleted` show.
#[utoipa::path(
    post, path = "/v1/items/{id}/restore", tag = "items",
    params(("id" = Uuid, Path, description = "The item's id.")),
    responses(
        (status = 200, description = "The item was restored.", body = ItemView, headers(
            ("ETag" = String, description = "The entity tag of the item."),
        )),
        (status = 404),
        (status = 409),
        (status = 412),
    )
)]
pub async fn restore_item(
    State(app): State<Arc<App>>,
    Valid(head, NoBody): Valid<(Id, Write), NoBody>,
) -> Result<Response, Exit> {
    let (Id(id), write) = head;
    let versions = write.preconditions.versions();
    let mut tx = write.begin(&app).await?;
    let Some(item) = item::restore(&mut tx, id, &versions).await? else {
        return Err(match item::version(&mut tx, id).await? {
            Some((version, true)) => missed(version, &versions),
            Some((_, false)) => Problem::new(&problem::CONFLICT, "The item is not deleted."),
            None => Error::NotFound.into(),
        }
        .into());
    };
    Ok(write.commit(tx, changed(item)).await?)
}

/// 200 with the item as it is now.
fn changed(item: Item) -> Response {
    ([(ETAG, preconditions::etag(item.version))], Json(ItemView::from(item))).into_response()
}

/// Why a write found nothing to do where there is an item in this version: it is meant for another, or the item came just now.
fn missed(version: i64, versions: &Versions) -> Problem {
    if versions.admit(version) {
        return Error::Contended("the item changed between two statements".into()).into();
    }
    preconditions::failed(Some(version))
}

fn location(id: Uuid) -> Result<(HeaderName, HeaderValue), Problem> {
    Ok((LOCATION, HeaderValue::try_from(format!("{PATH}/{id}")).map_err(internal)?))
}

/// To be called after the commit.
pub fn log_created(id: Uuid, status: Status) {
    tracing::info!(item.id = %id, item.status = status.as_str(), "item.created");
}

/// List items
///
/// The newest first, in pages. A walk along `next_cursor` gives every item that was there all along exactly once, whatever is
/// created and deleted meanwhile.
#[utoipa::path(
    get, path = "/v1/items", tag = "items",
    params(ItemListQuery),
    responses((status = 200, description = "A page of items.", body = ItemPage, headers(
        ("Link" = String, description = "The next, the previous and the first page (RFC 8288), as far as there are such."),
        ("Cache-Control" = String, description = "Ask before each use whether the page is still current."),
    )))
)]
pub async fn list_items(
    State(app): State<Arc<App>>,
    parts: Parts,
    Valid(Query(query), _): Valid<Query<ItemListQuery>>,
) -> Result<Response, Problem> {
    let uri_query = parts.uri.query().unwrap_or_default();
    let place = Place::new(&app.cursors, PATH, uri_query, query.cursor.as_deref())?;
    let limit = query.limit;
    let mut conn = app.database.connection().await?;
    let (items, more) = item::list(&mut conn, &query.into(), place.start, limit).await?;
    conn.release();
    let edge = |item: &Item| (item.created_at, item.id);
    let edges = items.first().zip(items.last()).map(|(first, last)| [edge(first), edge(last)]);
    let address = forwarded::address(&parts, PATH, &app.options.trusted_proxies);
    let mut neighbours = place.neighbours(edges, more, &address);
    let link = neighbours.link.take();
    let mut response = ([REVALIDATE], Json(ItemPage::new(items, neighbours))).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link.try_into().map_err(internal)?);
    }
    Ok(response)
}

/// The methods of a list of items.
pub async fn list_items_options() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::NO_CONTENT, [(ALLOW, "GET,HEAD,POST,OPTIONS")])
}

/// The methods of an item, and the media types of its patches (RFC 5789 §3.1).
pub async fn get_item_options() -> (StatusCode, [(HeaderName, String); 2]) {
    let allow = (ALLOW, "GET,HEAD,PUT,PATCH,DELETE,OPTIONS".to_owned());
    let patches = (HeaderName::from_static("accept-patch"), patch::MEDIA_TYPES.join(", "));
    (StatusCode::NO_CONTENT, [allow, patches])
}

/// The methods of what can only be asked for.
pub async fn post_options() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::NO_CONTENT, [(ALLOW, "POST,OPTIONS")])
}
