//! The handlers of keys: extract, begin, operate, commit, respond.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::{HeaderValue, StatusCode, header::CACHE_CONTROL};

use super::{
    events::KeyEvent,
    schemas::{KeyCreate, KeyFilterQuery, KeyPatch, KeyRotation},
    views::{KeyEntry, KeyPage, KeySecretView, KeyView},
};
use crate::{
    access::{ApiKey as Secret, Grants},
    app::App,
    error::{Error, Fault},
    http::{
        request::{
            access::Access,
            body::NoBody,
            content::Content,
            listing::{Listing, PageParameters},
            patch::Patch,
            path::KeyId,
            preconditions::Preconditions,
            query::{NoQuery, Query},
            sort::SortParameter,
            valid::Valid,
        },
        response::{problem::Problem, reply::Reply},
        write::{Outcome, Write},
    },
    postgres::{access::operations::key, keyset::Newest, transaction::Transaction},
};

/// The path of the list.
const PATH: &str = "/v1/keys";

/// Create a key
///
/// The response has the secret, which is shown once and not stored. Who makes a key may give it
/// what its own key allows, on collections that it manages.
#[utoipa::path(
    post, path = "/v1/keys", tag = "keys", request_body = KeyCreate,
    responses((status = 201, body = KeySecretView))
)]
pub async fn create_key(
    State(app): State<Arc<App>>,
    Valid(mut write, Content(content)): Valid<Write, Content<KeyCreate>>,
) -> Result<Response, Outcome> {
    let (content, grants) = content.into_content();
    demand(&write.access, &grants)?;
    let mut tx = write.begin(&app).await?;
    let own_expiry = write.access.confirm(&app, &mut tx, None).await?;
    demand(&write.access, &grants)?;
    demand_expiry(own_expiry, content.expires_at)?;
    let secret = Secret::generate();
    let created = key::create(&mut tx, &secret, &content).await?;
    write.record(KeyEvent::created(&created));
    let version = created.version;
    let shown = KeySecretView::new(created, &secret);
    let reply =
        |view: &KeySecretView| Ok::<_, Error>(Reply::created(PATH, secret.id(), view)?.with_version(version));
    let response = commit_secret(write, tx, shown, reply).await;
    // Somebody may have tried the id before.
    app.authenticator.keys.forget(secret.id());
    response
}

/// Get a key
///
/// With `If-None-Match`, the key is sent only if the client does not have it yet. Lists show when
/// it was last used. Keys that allow more than one's own do not exist, nor do those that were
/// revoked.
#[utoipa::path(
    get, path = "/v1/keys/{key_id}", tag = "keys", responses((status = 200, body = KeyView))
)]
pub async fn get_key(
    State(app): State<Arc<App>>,
    Valid(head, _): Valid<(KeyId, Query<NoQuery>, Preconditions, Access)>,
) -> Result<Reply, Problem> {
    let (KeyId(id), Query(NoQuery), preconditions, access) = head;
    let mut conn = app.database.connection().await?;
    let found = key::get(&mut conn, access.grants(), id.as_str()).await?;
    conn.release();
    preconditions.get::<KeyView, _>(found)
}

/// List keys
///
/// The newest first, in pages: those that allow no more than one's own key, on collections that it
/// manages.
#[utoipa::path(
    get, path = "/v1/keys", tag = "keys", params(PageParameters, SortParameter<Newest>, KeyFilterQuery),
    responses((status = 200, body = KeyPage))
)]
pub async fn list_keys(
    State(app): State<Arc<App>>,
    Valid(listing, _): Valid<Listing<KeyFilterQuery, Newest>>,
) -> Result<Reply, Problem> {
    let (grants, include_revoked) = (listing.access.grants(), listing.filter.include_revoked);
    let mut conn = app.database.connection_in_turn().await?;
    let page = key::list(&mut conn, grants, include_revoked, &listing.page).await?;
    let total = if listing.needs_count(&page) {
        Some(key::count(&mut conn, grants, include_revoked).await?)
    } else {
        None
    };
    conn.release();
    Ok(listing.reply::<KeyEntry, _>(&app, page, total)?)
}

/// Change parts of a key
///
/// The body is a JSON Merge Patch (RFC 7396), also as `application/json`, or with
/// `application/json-patch+json` a JSON Patch (RFC 6902) of at most 100 operations, all or nothing.
/// The result is validated as a whole; the pointers of its faults are into the result. The secret
/// stays; other replicas may take up to 10 seconds to notice.
#[utoipa::path(
    patch, path = "/v1/keys/{key_id}", tag = "keys",
    request_body(content = KeyPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = KeyView))
)]
pub async fn update_key(
    State(app): State<Arc<App>>,
    Valid(head, patch): Valid<(KeyId, Write), Patch<KeyCreate>>,
) -> Result<Response, Outcome> {
    let (KeyId(id), mut write) = head;
    let mut tx = write.begin(&app).await?;
    let own_expiry = write.access.confirm(&app, &mut tx, Some(id)).await?;
    let current = key::get_for_update(&mut tx, write.access.grants(), id.as_str()).await?;
    let current = write.preconditions.live(current)?;
    let row = current.id;
    let (content, grants) = patch.apply(&KeyView::from(current)).await?.into_content();
    demand(&write.access, &grants)?;
    demand_expiry(own_expiry, content.expires_at)?;
    let updated = key::update(&mut tx, row, &content).await?;
    write.record(KeyEvent::updated(&updated));
    let version = updated.version;
    let response = write.commit(tx, Reply::ok(&KeyView::from(updated))?.with_version(version)).await;
    app.authenticator.keys.forget(id);
    response
}

/// Revoke a key
///
/// It is not valid any more: at once on the replica that responds, within 10 seconds on all others.
/// It cannot be undone; lists with `include_revoked` show the key.
#[utoipa::path(
    delete, path = "/v1/keys/{key_id}", tag = "keys", responses((status = 204))
)]
pub async fn revoke_key(
    State(app): State<Arc<App>>,
    Valid(head, NoBody): Valid<(KeyId, Write), NoBody>,
) -> Result<Response, Outcome> {
    let (KeyId(id), mut write) = head;
    let mut tx = write.begin(&app).await?;
    write.access.confirm(&app, &mut tx, Some(id)).await?;
    let current = key::get_for_update(&mut tx, write.access.grants(), id.as_str()).await?;
    let current = write.preconditions.live(current)?;
    key::revoke(&mut tx, current.id).await?;
    write.record(KeyEvent::revoked(&current));
    let response = write.commit(tx, Reply::empty(StatusCode::NO_CONTENT)).await;
    app.authenticator.keys.forget(id);
    response
}

/// Rotate a key
///
/// The key gets a new secret, which is shown once and not stored. The one before stays valid for
/// `grace_seconds`; of two rotations, the first secret is not valid any more.
#[utoipa::path(
    post, path = "/v1/keys/{key_id}/rotate", tag = "keys", request_body = KeyRotation,
    responses((status = 200, body = KeySecretView))
)]
pub async fn rotate_key(
    State(app): State<Arc<App>>,
    Valid(head, Content(rotation)): Valid<(KeyId, Write), Content<KeyRotation>>,
) -> Result<Response, Outcome> {
    let (KeyId(id), mut write) = head;
    let mut tx = write.begin(&app).await?;
    let own_expiry = write.access.confirm(&app, &mut tx, Some(id)).await?;
    let current = key::get_for_update(&mut tx, write.access.grants(), id.as_str()).await?;
    let current = write.preconditions.live(current)?;
    demand_expiry(own_expiry, current.expires_at)?;
    let secret = Secret::with_new_secret(id);
    let rotated = key::rotate(&mut tx, current.id, &secret, rotation.grace_seconds()).await?;
    write.record(KeyEvent::rotated(&rotated));
    let version = rotated.version;
    let shown = KeySecretView::new(rotated, &secret);
    let reply = |view: &KeySecretView| Ok::<_, Error>(Reply::ok(view)?.with_version(version));
    let response = commit_secret(write, tx, shown, reply).await;
    app.authenticator.keys.forget(id);
    response
}

/// Commits a write whose response has a secret, which is neither stored nor shown in a dry run.
async fn commit_secret(
    write: Write,
    tx: Transaction,
    shown: KeySecretView,
    reply: impl Fn(&KeySecretView) -> Result<Reply, Error>,
) -> Result<Response, Outcome> {
    let reply = |view: &KeySecretView| {
        reply(view).map(|reply| reply.with_header(CACHE_CONTROL, HeaderValue::from_static("no-store")))
    };
    let shown = if write.is_dry_run() { shown.rehearsed() } else { shown };
    let once = reply(&shown)?;
    let replay = reply(&shown.replayed())?;
    write.commit_once(tx, once, &replay).await
}

/// 422 if the key of who asks expires before this.
fn demand_expiry(own: Option<DateTime<Utc>>, expires_at: Option<DateTime<Utc>>) -> Result<(), Error> {
    if own.is_some_and(|own| expires_at.is_none_or(|expiry| expiry > own)) {
        let detail = "must not be later than that of the key that sets it";
        return Err(Error::Invalid(vec![Fault::at("/expires_at", "expiry", detail)]));
    }
    Ok(())
}

/// 403 unless who asks may give all of these grants.
fn demand(access: &Access, grants: &Grants) -> Result<(), Error> {
    let own = access.grants();
    match grants.iter().find(|grant| !own.may_give(grant)) {
        None => Ok(()),
        Some(grant) => Err(Error::Forbidden { grant: own.missing_to_give(grant).to_string() }),
    }
}
