//! The handlers of collections: extract, begin, operate, commit, respond.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{
    events::{CollectionCreated, SchemaCreated},
    schemas::{CollectionCreate, CollectionPage, CollectionPatch, CollectionReplace, CollectionView},
};
use crate::{
    access::Action,
    app::App,
    error::Error,
    http::{
        request::{
            access::Access,
            body::NoBody,
            collection_key::CollectionKey,
            content::{Content, Replacement},
            listing::{Listing, PageParameters},
            patch::Patch,
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
    postgres::{
        catalog::{
            models::{Collection, CollectionContent, DEFAULT_COLLECTION},
            operations::collection,
        },
        entity::Entity,
        keyset::Newest,
        runs::Runs,
        transaction::Transaction,
    },
};

/// The path of the list.
const PATH: &str = "/v1/collections";

/// Create a collection
///
/// The client chooses its key, which never changes. 409 if there is a collection with this key. The
/// attributes of its items must satisfy its schema, if it has one.
#[utoipa::path(
    post, path = "/v1/collections", tag = "collections", request_body = CollectionCreate,
    responses((status = 201, body = CollectionView))
)]
pub async fn create_collection(
    State(app): State<Arc<App>>,
    Valid(mut write, Content(content)): Valid<Write, Content<CollectionCreate>>,
) -> Result<Response, Outcome> {
    let (key, content) = content.into();
    write.access.demand(Action::Manage, key.as_str())?;
    let mut tx = write.begin(&app).await?;
    let (scope, by) = (write.access.scope(Action::Manage), write.access.writer());
    let created = collection::create(&mut tx, scope, by.as_deref(), key.as_str(), &content).await?;
    let created =
        created.ok_or_else(|| Problem::new(&CONFLICT, "There is a collection with this key already."))?;
    write.record(CollectionCreated::from(&created));
    write.record_some(SchemaCreated::since(None, &created));
    let revision = created.revision();
    let reply = Reply::created(PATH, key, &CollectionView::from(created))?.with_version(revision);
    write.commit(tx, reply).await
}

/// Get a collection
///
/// With `If-None-Match`, the collection is sent only if the client does not have it yet.
#[utoipa::path(
    get, path = "/v1/collections/{key}", tag = "collections", responses((status = 200, body = CollectionView))
)]
pub async fn get_collection(
    State(app): State<Arc<App>>,
    Valid(head, _): Valid<(CollectionKey, Query<NoQuery>, Preconditions, Access)>,
) -> Result<Reply, Problem> {
    let (key, Query(NoQuery), preconditions, access) = head;
    let mut conn = app.database.connection().await?;
    let found = collection::get(&mut conn, access.readable(), key.as_str()).await?;
    conn.release();
    preconditions.get::<CollectionView, _>(found)
}

/// List collections
///
/// The newest first, in pages. A walk along `next_cursor` returns every collection that was there
/// all along exactly once, whatever is created and deleted meanwhile.
#[utoipa::path(
    get, path = "/v1/collections", tag = "collections", params(PageParameters, SortParameter<Newest>),
    responses((status = 200, body = CollectionPage))
)]
pub async fn list_collections(
    State(app): State<Arc<App>>,
    Valid(listing, _): Valid<Listing<NoQuery, Newest>>,
) -> Result<Reply, Problem> {
    let mut conn = app.database.connection_in_turn().await?;
    let scope = listing.access.readable();
    let page = collection::list(&mut conn, scope, &listing.page).await?;
    let total =
        if listing.needs_count(&page) { Some(collection::count(&mut conn, scope).await?) } else { None };
    conn.release();
    Ok(listing.reply::<CollectionView, _>(&app, page, total)?)
}

/// Replace a collection, or create it
///
/// Members that are left out get their defaults. The response has no `ETag` field, because the
/// stored collection is not byte for byte what was sent (RFC 9110 §9.3.4); its body has the new
/// version. `If-None-Match: *` creates and never replaces, `If-Match` replaces and never creates. A
/// schema of another value is a new version; items keep the version that they were written with.
#[utoipa::path(
    put, path = "/v1/collections/{key}", tag = "collections", request_body = CollectionReplace,
    responses((status = 200, body = CollectionView), (status = 201, body = CollectionView))
)]
pub async fn replace_collection(
    State(app): State<Arc<App>>,
    Valid(head, Replacement(content)): Valid<(CollectionKey, Write), Replacement<CollectionReplace>>,
) -> Result<Response, Outcome> {
    let (key, mut write) = head;
    let content: CollectionContent = content.into();
    write.access.demand(Action::Manage, key.as_str())?;
    let mut tx = write.begin(&app).await?;
    let by = write.access.writer();
    let mut runs = Runs::default();
    let reply = loop {
        runs.begin()?;
        let scope = write.access.scope(Action::Manage);
        let current = collection::get_for_update(&mut tx, scope, key.as_str()).await?;
        if let Some(current) = write.preconditions.put(current)? {
            let updated = collection::update(&mut tx, scope, by.as_deref(), key.as_str(), &content).await?;
            write.record_some(SchemaCreated::since(current.schema_version, &updated));
            break Reply::ok(&CollectionView::from(updated))?;
        }
        // A concurrent transaction has created it and committed: decide again about that one.
        let created = collection::create(&mut tx, scope, by.as_deref(), key.as_str(), &content).await?;
        if let Some(created) = created {
            write.record(CollectionCreated::from(&created));
            write.record_some(SchemaCreated::since(None, &created));
            break Reply::created(PATH, key, &CollectionView::from(created))?;
        }
    };
    let response = write.commit(tx, reply).await;
    app.indexes_changed.notify_one();
    response
}

/// Returns the collection, locked if the actor may manage it: an actor that may only read it
/// must not block its writers.
///
/// # Errors
///
/// [`Error::Forbidden`] if the actor may only read it.
async fn lock(tx: &mut Transaction, access: &Access, key: &str) -> Result<Option<Collection>, Error> {
    if access.grants().allow(Action::Manage, key) {
        return collection::get_for_update(tx, access.scope(Action::Manage), key).await;
    }
    let found = collection::get(tx, access.readable(), key).await?;
    access.demand_of(Action::Manage, found.as_ref().map(|found| &*found.key))?;
    Ok(None)
}

/// Change parts of a collection
///
/// The body is a JSON Merge Patch (RFC 7396), also as `application/json`, or with
/// `application/json-patch+json` a JSON Patch (RFC 6902) of at most 100 operations, all or nothing.
/// The result is validated as a whole; the pointers of its faults are into the result. A merge
/// patch changes members of the schema, too, and replaces no schema as a whole.
#[utoipa::path(
    patch, path = "/v1/collections/{key}", tag = "collections",
    request_body(content = CollectionPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = CollectionView))
)]
pub async fn update_collection(
    State(app): State<Arc<App>>,
    Valid(head, patch): Valid<(CollectionKey, Write), Patch<CollectionReplace>>,
) -> Result<Response, Outcome> {
    let (key, mut write) = head;
    let mut tx = write.begin(&app).await?;
    let current = lock(&mut tx, &write.access, key.as_str()).await?;
    let current = write.preconditions.live(current)?;
    let before = current.schema_version;
    let content = patch.apply(&CollectionView::from(current)).await?;
    let (scope, by) = (write.access.scope(Action::Manage), write.access.writer());
    let updated = collection::update(&mut tx, scope, by.as_deref(), key.as_str(), &content.into()).await?;
    write.record_some(SchemaCreated::since(before, &updated));
    let revision = updated.revision();
    let reply = Reply::ok(&CollectionView::from(updated))?.with_version(revision);
    let response = write.commit(tx, reply).await;
    app.indexes_changed.notify_one();
    response
}

/// Delete a collection
///
/// 409 while it has items, deleted ones included, and always for `default`. Its schemas are deleted
/// with it.
#[utoipa::path(
    delete, path = "/v1/collections/{key}", tag = "collections", responses((status = 204))
)]
pub async fn delete_collection(
    State(app): State<Arc<App>>,
    Valid(head, NoBody): Valid<(CollectionKey, Write), NoBody>,
) -> Result<Response, Outcome> {
    let (key, write) = head;
    let mut tx = write.begin(&app).await?;
    let current = lock(&mut tx, &write.access, key.as_str()).await?;
    let current = write.preconditions.live(current)?;
    if key.as_str() == DEFAULT_COLLECTION {
        return Err(Problem::new(&CONFLICT, "Items that name no collection need this one.").into());
    }
    collection::delete(&mut tx, write.access.scope(Action::Manage), &current).await?;
    write.commit(tx, Reply::empty(StatusCode::NO_CONTENT)).await
}
