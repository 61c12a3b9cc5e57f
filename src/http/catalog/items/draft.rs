//! What is to be written of an item, validated by the schema of its collection.

use sqlx::PgConnection;
use uuid::Uuid;

use super::types;
use crate::{
    access::{Action, Scope},
    app::App,
    error::Error,
    http::request::{access::Access, schema::violations},
    postgres::{
        catalog::{
            models::{Item, ItemContent, Validity},
            operations::{item, schema},
        },
        transaction::Transaction,
    },
    schema_cache::CompiledSchema,
};

/// The content of an item, validated by the schema that its collection had when this process last
/// looked. It almost always still has it, so nothing is read for this: the statement that writes
/// the item looks. If the schema is another one, or rejects the content, it is read, and is
/// certain until the transaction ends.
#[derive(Debug)]
pub struct Draft {
    content: ItemContent,
    error: Option<Error>,
}

impl Draft {
    /// Validates content by the last known schema. That of a collection that is out of scope is not
    /// even looked at.
    pub async fn new(app: &App, scope: &Scope, content: ItemContent) -> Self {
        let known = scope.admit(&content.collection).and_then(|key| app.schemas.get(key));
        Self::validate(content, known.as_deref()).await
    }

    async fn validate(mut content: ItemContent, known: Option<&CompiledSchema>) -> Self {
        content.validity = Validity { schema: known.map(types::reference), is_read: false };
        let Some(known) = known else { return Self { content, error: None } };
        let found = violations(&known.schema, content.attributes.get()).await;
        let is_valid = found.is_empty();
        let error = (!is_valid).then(|| Error::Invalid(types::inside_attributes(found)));
        Self { content, error }
    }

    /// The content to write, valid by the last known schema, or by the one that was read.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the schema of the collection rejects it, or there is no such
    /// collection.
    pub async fn content(
        &mut self,
        app: &App,
        scope: &Scope,
        conn: &mut PgConnection,
    ) -> Result<&ItemContent, Error> {
        if let Some(error) = self.error.take() {
            let key = self.content.collection.as_str();
            let current = schema::current(conn, scope, &[key]).await?.pop();
            let current = current.ok_or_else(|| Error::Invalid(vec![item::no_such_collection()]))?;
            let known = types::compiled(&app.schemas, conn, &current).await?;
            if known.as_deref().map(types::reference) == self.content.validity.schema {
                if matches!(error, Error::Invalid(_)) {
                    return Err(error);
                }
            } else {
                let content = self.content.clone();
                *self = Self::validate(content, known.as_deref()).await;
            }
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            self.content.validity.is_read = true;
        }
        Ok(&self.content)
    }

    /// What was written; `None` if the collection has another schema, so that the content has to be
    /// validated again.
    ///
    /// # Errors
    ///
    /// Any other error.
    pub fn unless_stale<T>(&mut self, written: Result<T, Error>) -> Result<Option<T>, Error> {
        match written {
            Err(error @ Error::OtherSchema) if !self.content.validity.is_read => {
                self.error = Some(error);
                Ok(None)
            }
            written => written.map(Some),
        }
    }
}

/// Creates the item with an id, as [`item::recreate`] does; `None` too if the item with this id is
/// out of scope.
///
/// # Errors
///
/// As [`item::recreate`].
pub async fn recreate(
    app: &App,
    access: &Access,
    tx: &mut Transaction,
    id: Uuid,
    content: ItemContent,
) -> Result<Option<Item>, Error> {
    let (scope, by) = (access.scope(Action::Write), access.writer());
    let mut draft = Draft::new(app, scope, content).await;
    loop {
        let content = draft.content(app, scope, tx).await?;
        item::require_collections(scope, [content])?;
        // Not left to the insertion, which would wait for a transaction that writes that item.
        if !item::taken_out_of_scope(tx, access.readable(), &[id]).await?.is_empty() {
            return Ok(None);
        }
        let recreated = item::recreate(tx, scope, by.as_deref(), id, content).await;
        if let Some(item) = draft.unless_stale(recreated)? {
            return Ok(item);
        }
    }
}

/// Replaces the content of an item, as [`item::update`] does.
///
/// # Errors
///
/// As [`item::update`].
pub async fn update(
    app: &App,
    access: &Access,
    tx: &mut Transaction,
    id: Uuid,
    content: ItemContent,
) -> Result<Item, Error> {
    let (scope, by) = (access.scope(Action::Write), access.writer());
    let mut draft = Draft::new(app, scope, content).await;
    loop {
        let content = draft.content(app, scope, tx).await?;
        let updated = item::update(tx, scope, by.as_deref(), id, content).await;
        if let Some(item) = draft.unless_stale(updated)? {
            return Ok(item);
        }
    }
}
