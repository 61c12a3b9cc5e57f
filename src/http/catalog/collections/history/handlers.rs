//! The handlers of schemas, which are read only.

use std::sync::Arc;

use axum::extract::State;

use super::schemas::{SchemaPage, SchemaView};
use crate::{
    app::App,
    error::Error,
    http::{
        request::{
            access::Access,
            collection_key::CollectionKey,
            listing::{Listing, PageParameters},
            path::Version,
            preconditions::Preconditions,
            query::{NoQuery, Query},
            valid::Valid,
        },
        response::{problem::Problem, reply::Reply},
    },
    postgres::{
        catalog::operations::{collection, schema},
        keyset::HighestVersion,
    },
};

/// What identifies a schema in a path.
type SchemaPath = (CollectionKey, Version);

/// List the schemas of a collection
///
/// Every schema that the collection ever had, the newest first, in pages.
#[utoipa::path(
    get, path = "/v1/collections/{key}/schemas", tag = "collections", params(PageParameters),
    responses((status = 200, body = SchemaPage))
)]
pub async fn list_schemas(
    State(app): State<Arc<App>>,
    Valid(head, _): Valid<(CollectionKey, Listing<NoQuery, HighestVersion>)>,
) -> Result<Reply, Problem> {
    let (key, listing) = head;
    let mut conn = app.database.connection_in_turn().await?;
    let id = collection::find_id(&mut conn, listing.access.readable(), key.as_str()).await?;
    let id = id.ok_or(Error::NotFound)?;
    let page = schema::list(&mut conn, id, &listing.page).await?;
    let total = if listing.needs_count(&page) { Some(schema::count(&mut conn, id).await?) } else { None };
    conn.release();
    Ok(listing.reply::<SchemaView, _>(&app, page, total)?)
}

/// Get a schema of a collection
///
/// By its version, which items name. With `If-None-Match`, the schema is sent only if the client
/// does not have it yet.
#[utoipa::path(
    get, path = "/v1/collections/{key}/schemas/{version}", tag = "collections",
    responses((status = 200, body = SchemaView))
)]
pub async fn get_schema(
    State(app): State<Arc<App>>,
    Valid(head, _): Valid<(SchemaPath, Query<NoQuery>, Preconditions, Access)>,
) -> Result<Reply, Problem> {
    let ((key, Version(version)), Query(NoQuery), preconditions, access) = head;
    let mut conn = app.database.connection().await?;
    let found = schema::get_version(&mut conn, access.readable(), key.as_str(), version).await?;
    conn.release();
    preconditions.get::<SchemaView, _>(found)
}
