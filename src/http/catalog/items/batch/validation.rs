//! The schemas of the collections that a batch writes to.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use sqlx::PgConnection;
use uuid::Uuid;

use super::operations::Operation;
use crate::{
    access::Scope,
    app::App,
    error::{Error, Fault},
    http::{catalog::items::types, request::schema::violations_within},
    postgres::catalog::{
        models::{DEFAULT_COLLECTION, Item, ItemContent, Validity},
        operations::{item, schema},
    },
    schema_cache::{CompiledSchema, SchemaCache},
};

/// The most steps of all validations of a batch. Those of 16 MiB of ordinary attributes take half.
pub const MAX_BATCH_STEPS: usize = 25 * curio_schema::MAX_STEPS;

/// The schemas of collections that were read, by their keys; `None` if there is no such collection.
type Read = BTreeMap<String, Option<Option<Arc<CompiledSchema>>>>;

/// The schemas of the collections that a batch or an import writes to. One that the cache does not
/// have is not read, so that a batch without schemas takes no time for it: the statement that
/// writes the items looks.
pub struct BatchSchemas(Read);

impl BatchSchemas {
    /// Reads the current schemas of collections that new items name, since they may be missing, and
    /// of those that had one when this process last looked.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn read(
        app: &App,
        conn: &mut PgConnection,
        scope: &Scope,
        operations: &[Operation],
        found: &HashMap<Uuid, Item>,
    ) -> Result<Self, Error> {
        let keys = operations.iter().filter_map(|operation| match operation {
            Operation::Create(content) => Some((content.named_collection(), None)),
            Operation::Update { id, .. } => Some((None, found.get(id))),
            Operation::Delete { .. } => None,
        });
        let keys: Vec<&str> = keys
            .filter_map(|(named, item)| {
                let key = item.map_or(DEFAULT_COLLECTION, |item| item.collection.as_str());
                // What is out of scope is to be found missing.
                named.or_else(|| (!scope.admits(key) || app.schemas.get(key).is_some()).then_some(key))
            })
            .collect();
        Self::read_all(&app.schemas, conn, scope, &keys).await
    }

    /// Reads the current schemas of these collections.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn read_all(
        cache: &SchemaCache,
        conn: &mut PgConnection,
        scope: &Scope,
        keys: &[&str],
    ) -> Result<Self, Error> {
        let keys: BTreeSet<&str> = keys.iter().copied().collect();
        let mut read: Read = keys.iter().map(|key| ((*key).to_owned(), None)).collect();
        if !keys.is_empty() {
            let keys: Vec<&str> = keys.into_iter().collect();
            for current in schema::current(conn, scope, &keys).await? {
                let compiled = types::compiled(cache, conn, &current).await?;
                read.insert(current.key, Some(compiled));
            }
        }
        Ok(Self(read))
    }

    /// How much work it is to validate this many bytes, in bytes.
    pub fn work(&self, bytes: usize) -> usize {
        let has_schema = self.0.values().flatten().any(Option::is_some);
        if has_schema { usize::MAX } else { bytes }
    }

    /// The content with what validated it.
    ///
    /// # Errors
    ///
    /// What the schema of the collection rejects, or that there is no such collection.
    pub fn validate(&self, mut content: ItemContent, steps: &mut usize) -> Result<ItemContent, Vec<Fault>> {
        let Some(read) = self.0.get(&content.collection) else { return Ok(content) };
        let compiled = read.as_ref().ok_or_else(|| vec![item::no_such_collection()])?.as_deref();
        content.validity = Validity { schema: compiled.map(types::reference), is_read: true };
        let Some(compiled) = compiled else { return Ok(content) };
        let violations = violations_within(&compiled.schema, content.attributes.get(), steps);
        if violations.is_empty() { Ok(content) } else { Err(types::inside_attributes(violations)) }
    }
}
