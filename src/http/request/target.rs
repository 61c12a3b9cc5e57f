//! What a request finds: the decisions between 304, 404, 409 and 412 for every entity.

use http::StatusCode;
use serde::Serialize;

use super::preconditions::{self, Preconditions};
use crate::{
    error::Error,
    http::response::{
        problem::{CONFLICT, Problem},
        reply::Reply,
    },
    postgres::entity::Entity,
};

impl Preconditions {
    /// The response to a GET: 404, 412, 304, or the entity.
    ///
    /// # Errors
    ///
    /// 404 if there is no entity, 412 if `If-Match` does not name its version.
    pub fn get<V: From<E> + Serialize, E: Entity>(&self, entity: Option<E>) -> Result<Reply, Problem> {
        let entity = entity.ok_or(Error::NotFound)?;
        let revision = entity.revision();
        if !self.matches(revision.version) {
            return Err(preconditions::failed(Some(revision.version)));
        }
        let reply = match self.excluded_suffix(revision) {
            Some(suffix) => Reply::empty(StatusCode::NOT_MODIFIED).with_tag(revision, suffix),
            None => Reply::ok(&V::from(entity))?.with_version(revision),
        };
        Ok(reply.revalidated())
    }

    /// The live entity to change.
    ///
    /// # Errors
    ///
    /// 404 if there is none, 412 if the preconditions do not admit its version.
    pub fn live<E: Entity>(&self, entity: Option<E>) -> Result<E, Problem> {
        self.any(entity.filter(|entity| !entity.is_deleted()))
    }

    /// The entity to purge, live or deleted.
    ///
    /// # Errors
    ///
    /// As [`live`](Self::live).
    pub fn any<E: Entity>(&self, entity: Option<E>) -> Result<E, Problem> {
        let entity = entity.ok_or(Error::NotFound)?;
        if self.admit(entity.version()) {
            Ok(entity)
        } else {
            Err(preconditions::failed(Some(entity.version())))
        }
    }

    /// The deleted entity to restore.
    ///
    /// # Errors
    ///
    /// As [`live`](Self::live), and 409 if it is not deleted.
    pub fn deleted<E: Entity>(&self, entity: Option<E>) -> Result<E, Problem> {
        match entity {
            Some(entity) if !entity.is_deleted() => {
                Err(Problem::new(&CONFLICT, "The entity is not deleted."))
            }
            entity => self.any(entity),
        }
    }

    /// The live entity to replace by a PUT; `None` if there is none, and the PUT creates it.
    ///
    /// # Errors
    ///
    /// 412 if the preconditions admit neither; 409 if the entity is deleted.
    pub fn put<E: Entity>(&self, entity: Option<E>) -> Result<Option<E>, Problem> {
        match entity {
            Some(entity) if !entity.is_deleted() => self.any(Some(entity)).map(Some),
            _ if self.has_if_match() => Err(preconditions::failed(None)),
            Some(_) => Err(Problem::new(&CONFLICT, "The entity is deleted: restore it, or purge it first.")),
            None => Ok(None),
        }
    }
}
