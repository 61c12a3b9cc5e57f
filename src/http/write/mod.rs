//! What all writes share: preconditions, idempotency, dry runs, `Prefer`, the commit and what
//! follows it.

mod idempotency;
mod message;
mod outcome;
mod unstored;

use std::sync::Arc;

use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, Method, StatusCode,
    header::{CONTENT_TYPE, ETAG, VARY},
};

use self::idempotency::IdempotencyKey;
pub use self::{outcome::Outcome, unstored::UnstoredResponse};
use crate::{
    actor::Actor,
    app::App,
    budget::{Budget, Share},
    http::{
        request::{
            access::Access,
            head::{FromHead, Head},
            preconditions::{self, Preconditions},
            prefer::prefers_minimal,
            query::{FromQuery, NoQuery, Parameters, parse_boolean},
        },
        response::{
            held::{Written, no_memory},
            problem::{PRECONDITION_REQUIRED, Problem},
            reply::Reply,
        },
    },
    postgres::{pool::Turn, transaction::Transaction},
};

/// Up to this many bytes, a response is sent whether there is memory or not: that of one entity.
const MAX_UNCOUNTED: usize = 256 * 1024;

/// What a write did to an entity.
pub trait Event: Send + Sync {
    /// Writes the line of the log, after the commit.
    fn log(&self);
}

/// Everything a write carries besides its body: preconditions, idempotency key, dry-run flag,
/// `Prefer`, query. Its [`begin`](Self::begin) and [`commit`](Self::commit) are those of every
/// write.
pub struct Write<Q = NoQuery> {
    /// The query parameters that only this write has.
    pub query: Q,
    /// What it requires of the entity that it finds.
    pub preconditions: Preconditions,
    /// What the actor may do.
    pub access: Access,
    method: Method,
    validate_only: bool,
    prefers_minimal: bool,
    key: Option<IdempotencyKey>,
    /// Who changes entities one request at a time.
    client: String,
    /// Whose response takes memory, and of what.
    reader: Option<Actor>,
    responses: Budget,
    /// The path of the entity that it changes, if there is one.
    entity: Option<String>,
    events: Vec<Box<dyn Event>>,
}

impl<Q: FromQuery + Send> FromHead for Write<Q> {
    async fn from_head(head: &mut Head, app: &App) -> Option<Self> {
        let key = IdempotencyKey::from_head(head);
        let mut parameters = Parameters::parse(head.parts.uri.query().unwrap_or_default());
        let validate_only = parameters.one("validate_only", parse_boolean).unwrap_or(false);
        let query = Q::from_query(&mut parameters);
        head.faults.extend(parameters.finish());
        let preconditions = if head.names_entity() {
            Preconditions::from_head(head, app).await?
        } else {
            preconditions::reject(head);
            Preconditions::default()
        };
        Some(Self {
            query,
            client: head.parts.extensions.get().map(Actor::key_scope).unwrap_or_default(),
            reader: head.parts.extensions.get().map(Actor::quota_scope),
            responses: app.responses.clone(),
            entity: head.names_entity().then(|| entity(head.parts.uri.path())),
            preconditions,
            access: Access::of(head),
            method: head.parts.method.clone(),
            validate_only,
            prefers_minimal: prefers_minimal(&head.parts.headers),
            key,
            events: Vec::new(),
        })
    }
}

/// The path of the entity without what is done to it, such as `/restore`, and in lower case: the
/// digits of an id may have either.
fn entity(path: &str) -> String {
    let segments: Vec<_> = path.splitn(5, '/').take(4).collect();
    segments.join("/").to_ascii_lowercase()
}

impl<Q> Write<Q> {
    /// Begins the transaction of the write.
    ///
    /// # Errors
    ///
    /// The stored response, if the key was already used and this is no dry run; 409 if a request
    /// with this key is in progress, or another change of the entity by this client takes too
    /// long; 422 if the key was used for another request; 428 if a precondition is required and
    /// missing.
    pub async fn begin(&self, app: &App) -> Result<Transaction, Outcome> {
        if app.options.require_if_match && !self.is_conditional() {
            let detail = "A PUT, PATCH or DELETE needs an If-Match field here.";
            return Err(Problem::new(&PRECONDITION_REQUIRED, detail).into());
        }
        let turns = match &self.entity {
            Some(entity) => app.database.turns.change(self.own(entity)).await?,
            None => Vec::new(),
        };
        self.begin_in(app, turns).await
    }

    /// As [`begin`](Self::begin), for a batch that changes the entities of these paths.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_batch(
        &self,
        app: &App,
        entities: impl Iterator<Item = String>,
    ) -> Result<Transaction, Outcome> {
        let own = entities.map(|entity| self.own(&entity)).collect();
        self.begin_in(app, app.database.turns.change_many(own).await?).await
    }

    /// The name of the turn of this client to change an entity.
    fn own(&self, entity: &str) -> String {
        format!("{} {entity}", self.client)
    }

    async fn begin_in(&self, app: &App, turns: Vec<Turn>) -> Result<Transaction, Outcome> {
        let mut tx = match &self.key {
            Some(key) if self.validate_only => key.rehearse(&app.database).await?,
            Some(key) => key.begin(&app.database).await?,
            None => app.database.begin().await?,
        };
        for turn in turns {
            tx.hold(turn);
        }
        Ok(tx)
    }

    /// Whether the request has an `Idempotency-Key`, so that its body is to be hashed.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Adds the hash of the body, which was read after the head.
    pub fn add_body(&mut self, hash: &[u8; 32]) {
        if let Some(key) = &mut self.key {
            key.add_body(hash);
        }
    }

    fn is_conditional(&self) -> bool {
        !matches!(self.method, Method::PUT | Method::PATCH | Method::DELETE)
            || self.preconditions.has_if_match()
            || (self.method == Method::PUT && self.preconditions.requires_absence())
    }

    /// Whether the client sent `Prefer: return=minimal` (RFC 7240 §4.2).
    pub fn prefers_minimal(&self) -> bool {
        self.prefers_minimal
    }

    /// Records what the write did, to be logged after the commit.
    pub fn record(&mut self, event: impl Event + 'static) {
        self.events.push(Box::new(event));
    }

    /// As [`record`](Self::record), if there is something to record.
    pub fn record_some(&mut self, event: Option<impl Event + 'static>) {
        if let Some(event) = event {
            self.record(event);
        }
    }

    /// Stores the response under the request's key, commits, and logs what was recorded; a dry run
    /// rolls back instead.
    ///
    /// # Errors
    ///
    /// As [`Transaction::commit`]; 503 if there is no memory for a large response.
    pub async fn commit(self, tx: Transaction, reply: Reply) -> Result<Response, Outcome> {
        let reply = self.shorten(reply);
        let share = self.reserve(reply.body.len())?;
        self.finish(tx, &reply).await?;
        Ok(self.respond(reply, share))
    }

    /// Memory for a large response: once the write is committed, it must be sent.
    fn reserve(&self, bytes: usize) -> Result<Option<Share>, Problem> {
        if bytes <= MAX_UNCOUNTED {
            return Ok(None);
        }
        let share = self.responses.take(self.reader.clone(), bytes);
        share.map(Some).ok_or_else(no_memory)
    }

    fn respond(&self, reply: Reply, share: Option<Share>) -> Response {
        let mut response = self.without_tag(reply).into_response();
        response.extensions_mut().insert(Written(share.map(Arc::new)));
        response
    }

    /// Whether nothing is to be stored.
    pub fn is_dry_run(&self) -> bool {
        self.validate_only
    }

    /// As [`commit`](Self::commit), for a response that is sent once, and whatever the client
    /// prefers: a replay has another one.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub async fn commit_once(
        self,
        tx: Transaction,
        reply: Reply,
        replay: &Reply,
    ) -> Result<Response, Outcome> {
        self.finish(tx, replay).await?;
        Ok(self.respond(reply, None))
    }

    async fn finish(&self, mut tx: Transaction, replay: &Reply) -> Result<(), Outcome> {
        if self.validate_only {
            return Ok(tx.rehearse().await?);
        }
        if let Some(key) = &self.key {
            key.store(&mut tx, replay).await?;
        }
        tx.commit().await?;
        self.events.iter().for_each(|event| event.log());
        Ok(())
    }

    /// Leaves out the entity tag of a dry run: a later write gets it, with other content.
    fn without_tag(&self, mut reply: Reply) -> Reply {
        if self.validate_only {
            reply.headers.remove(ETAG);
        }
        reply
    }

    /// Leaves the body out if the client prefers that (RFC 7240 §4.2).
    fn shorten(&self, mut reply: Reply) -> Reply {
        if !reply.headers.contains_key(CONTENT_TYPE) {
            return reply;
        }
        reply.headers.append(VARY, HeaderValue::from_static("prefer"));
        if !self.prefers_minimal || reply.is_minimal() {
            return reply;
        }
        if reply.status == StatusCode::OK {
            reply.status = StatusCode::NO_CONTENT;
        }
        reply.headers.remove(CONTENT_TYPE);
        Reply { body: Bytes::new(), ..reply }.minimal()
    }
}

impl<Q> std::fmt::Debug for Write<Q> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Write").field("method", &self.method).finish_non_exhaustive()
    }
}
