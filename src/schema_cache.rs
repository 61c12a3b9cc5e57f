//! The schemas of collections, compiled, as far as this process knows them.

use std::{fmt, sync::Arc};

use curio_schema::Schema;
use quick_cache::{Weighter, sync::Cache};
use uuid::Uuid;

/// The most memory of all schemas in the cache, in bytes. The largest take some MiB.
const MAX_WEIGHT: u64 = 64 * 1024 * 1024;
/// How many schemas are expected; there may be more. The cache is divided by this number into
/// parts, each of which must have room for the largest schema.
const EXPECTED: usize = 128;

/// A compiled schema, and what identifies it.
#[derive(Debug)]
pub struct CompiledSchema {
    /// Its id in the database.
    pub id: Uuid,
    /// Its version, which items name.
    pub version: i32,
    /// The schema itself.
    pub schema: Schema,
}

/// The last known schemas of collections, by their keys. A collection that is missing is unknown or
/// has no schema; one that is there may have another schema by now. So who writes an item checks
/// that what it found here still holds.
pub struct SchemaCache(Cache<String, Arc<CompiledSchema>, ByMemory>);

#[derive(Clone)]
struct ByMemory;

impl Weighter<String, Arc<CompiledSchema>> for ByMemory {
    fn weight(&self, key: &String, compiled: &Arc<CompiledSchema>) -> u64 {
        (key.len() + size_of::<CompiledSchema>() + compiled.schema.weight()) as u64
    }
}

impl SchemaCache {
    /// The schema that a collection had when it was last looked at.
    #[must_use]
    pub fn get(&self, collection: &str) -> Option<Arc<CompiledSchema>> {
        self.0.get(collection)
    }

    /// Adds the schema of a collection.
    pub fn insert(&self, collection: &str, compiled: Arc<CompiledSchema>) {
        self.0.insert(collection.to_owned(), compiled);
    }

    /// Removes what is known of a collection, since it has no schema.
    pub fn remove(&self, collection: &str) {
        self.0.remove(collection);
    }
}

impl Default for SchemaCache {
    fn default() -> Self {
        Self(Cache::with_weighter(EXPECTED, MAX_WEIGHT, ByMemory))
    }
}

impl fmt::Debug for SchemaCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemaCache").field("weight", &self.0.weight()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_memory_of_all_schemas_is_bounded() {
        let cache = SchemaCache::default();
        let names: Vec<String> = (0..5_000).map(|n| format!("member{n}")).collect();
        let schema = Schema::compile(&json!({ "required": names })).unwrap();
        let count = 2 * MAX_WEIGHT / schema.weight() as u64;
        for n in 0..count {
            let compiled = CompiledSchema { id: Uuid::nil(), version: 1, schema: schema.clone() };
            cache.insert(&format!("c{n}"), Arc::new(compiled));
            assert!(cache.0.weight() <= MAX_WEIGHT);
        }
        assert!(cache.0.weight() > MAX_WEIGHT / 2);
        let known = (0..count).find(|n| cache.get(&format!("c{n}")).is_some()).unwrap();
        cache.remove(&format!("c{known}"));
        assert!(cache.get(&format!("c{known}")).is_none());
    }
}
