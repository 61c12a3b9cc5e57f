//! The handlers of items: extract, begin, operate, commit, answer.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ALLOW, ETAG, LINK, LOCATION},
    request::Parts,
};
use uuid::Uuid;

use super::{
    REVALIDATE, internal,
    schemas::item::{ItemCreate, ItemListQuery, ItemPage, ItemPatch, ItemReplace, ItemView},
};
use crate::{
    error::{Error, Fault},
    http::{
        App,
        answer::Json,
        extract::{MergePatch, NoQuery, PATCH_TYPES, ValidJson, ValidPath, ValidQuery},
        forwarded,
        page::Place,
        patch, preconditions,
        problem::Problem,
    },
    postgres::catalog::operations::item,
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
    ValidQuery(NoQuery): ValidQuery<NoQuery>,
    ValidJson(content): ValidJson<ItemCreate>,
) -> Result<Response, Problem> {
    let mut tx = app.database.begin().await?;
    let item = item::create(&mut tx, Uuid::now_v7(), &content.into()).await?;
    tx.commit().await?;
    tracing::info!(item.id = %item.id, item.status = item.status.as_str(), "item.created");
    let location = HeaderValue::try_from(format!("{PATH}/{}", item.id)).map_err(internal)?;
    let headers = [(LOCATION, location), (ETAG, preconditions::etag(item.version))];
    Ok((StatusCode::CREATED, headers, Json(ItemView::from(item))).into_response())
}

/// Get an item
///
/// With `If-None-Match` the item is sent only where the client does not have it yet.
#[utoipa::path(
    get, path = "/v1/items/{id}", tag = "items",
    params(
        ("id" = Uuid, Path, description = "The item's id."),
        (
            "If-None-Match" = Option<String>, Header, nullable = false, max_length = 8192, example = json!("\"1\""),
            pattern = r#"^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$"#,
            description = "Entity tags that the client has already; if the item's is among them, the answer is 304."
        ),
    ),
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
    )
)]
pub async fn get_item(
    State(app): State<Arc<App>>,
    ValidPath(id): ValidPath,
    ValidQuery(NoQuery): ValidQuery<NoQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut conn = app.database.connection().await?;
    let item = item::get(&mut conn, id).await?;
    conn.release();
    let item = item.ok_or(Error::NotFound)?;
    let etag = preconditions::etag(item.version);
    if preconditions::is_fresh(&headers, &etag)? {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag), REVALIDATE]).into_response());
    }
    Ok(([(ETAG, etag), REVALIDATE], Json(ItemView::from(item))).into_response())
}

/// Replace an item
///
/// What is left out of the body gets its default. The new version is in the answer's body; there is no `ETag` field, because the
/// item is not stored octet for octet as it was sent (RFC 9110 §9.3.4).
#[utoipa::path(
    put, path = "/v1/items/{id}", tag = "items",
    params(("id" = Uuid, Path, description = "The item's id.")),
    request_body(content = ItemReplace, description = "The whole content of the item."),
    responses(
        (status = 200, description = "The item was replaced.", body = ItemView),
        (status = 404),
        (status = 409),
    )
)]
pub async fn replace_item(
    State(app): State<Arc<App>>,
    ValidPath(id): ValidPath,
    ValidQuery(NoQuery): ValidQuery<NoQuery>,
    ValidJson(content): ValidJson<ItemReplace>,
) -> Result<Response, Problem> {
    if content.id.is_some_and(|other| other != id) {
        return Err(Problem::invalid(vec![Fault::at("/id", "mismatch", "must be the id in the path")]));
    }
    let mut tx = app.database.begin().await?;
    let item = item::update(&mut tx, id, &content.into()).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Json(ItemView::from(item)).into_response())
}

/// Change parts of an item
///
/// The body is a JSON Merge Patch (RFC 7396); `application/json` is taken for one as well. The result is validated as a whole.
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
    )
)]
pub async fn update_item(
    State(app): State<Arc<App>>,
    ValidPath(id): ValidPath,
    ValidQuery(NoQuery): ValidQuery<NoQuery>,
    MergePatch(patch): MergePatch,
) -> Result<Response, Problem> {
    let mut tx = app.database.begin().await?;
    let current = item::get_for_update(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let content: ItemReplace = patch::merge(&ItemView::from(current), patch, ItemView::READ_ONLY)?;
    let item = item::update(&mut tx, id, &content.into()).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(([(ETAG, preconditions::etag(item.version))], Json(ItemView::from(item))).into_response())
}

/// Delete an item
///
/// A second request finds no item and is answered with 404.
#[utoipa::path(
    delete, path = "/v1/items/{id}", tag = "items",
    params(("id" = Uuid, Path, description = "The item's id.")),
    responses(
        (status = 204, description = "The item was deleted."),
        (status = 404),
        (status = 409),
    )
)]
pub async fn delete_item(
    State(app): State<Arc<App>>,
    ValidPath(id): ValidPath,
    ValidQuery(NoQuery): ValidQuery<NoQuery>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.database.begin().await?;
    if !item::delete(&mut tx, id).await? {
        return Err(Error::NotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
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
    ValidQuery(query): ValidQuery<ItemListQuery>,
    parts: Parts,
) -> Result<Response, Problem> {
    let uri_query = parts.uri.query().unwrap_or_default();
    let place = Place::new(&app.cursors, PATH, uri_query, query.cursor.as_deref())?;
    let limit = query.limit;
    let mut conn = app.database.connection().await?;
    let (items, more) = item::list(&mut conn, &query.into(), place.start, limit).await?;
    conn.release();
    let edge = |item: &crate::postgres::catalog::models::Item| (item.created_at, item.id);
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
pub async fn get_item_options() -> (StatusCode, [(HeaderName, &'static str); 2]) {
    let allow = (ALLOW, "GET,HEAD,PUT,PATCH,DELETE,OPTIONS");
    (StatusCode::NO_CONTENT, [allow, (HeaderName::from_static("accept-patch"), PATCH_TYPES)])
}
