//! A cache of successful checks, so that an unchanged check creates no tables.
//!
//! The name of a cache file is a digest of the models, the migrations and the version of
//! PostgreSQL. Its content is a digest of the schema that both create. On a mismatch everything is
//! compared again, so a difference never comes from the cache. A cache that cannot be read or
//! written only costs time.

use std::{
    fmt::Write as _,
    fs,
    hash::{Hash, Hasher},
    path::PathBuf,
};

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::settings::Project;
use crate::{
    revision::Migrations,
    schema::{Schema, Table, Uses},
};

/// The cache entry of one combination of models and migrations.
#[derive(Debug)]
pub(super) struct Memory {
    /// `None` if the cache is disabled.
    file: Option<PathBuf>,
}

impl Memory {
    /// Computes the location of the entry; reads nothing.
    pub(super) fn open(
        project: &Project,
        declared: &Schema,
        migrations: &Migrations,
        conn: &PgConnection,
    ) -> Self {
        // The names of the objects that texts create are known on scratch only.
        let folder = project.memory.as_ref().filter(|_| project.metadata.texts().is_empty());
        let Some(folder) = folder else { return Self { file: None } };
        let mut digest = DigestHasher(Sha256::new());
        (env!("CARGO_PKG_VERSION"), conn.server_version_num(), declared).hash(&mut digest);
        for pair in migrations.pairs() {
            (pair.version, &*pair.up.checksum).hash(&mut digest);
        }
        Self { file: Some(folder.join(digest.hex())) }
    }

    /// The digest of the common schema, if an earlier check found the models and migrations equal.
    pub(super) fn recall(&self) -> Option<String> {
        fs::read_to_string(self.file.as_ref()?).ok()
    }

    pub(super) fn store(&self, schema: &Schema) {
        let Some(file) = &self.file else { return };
        let stored = file
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(file, digest(schema.clone())));
        if let Err(error) = stored {
            tracing::debug!(file = %file.display(), %error, "the result of the check cannot be cached");
        }
    }
}

/// A digest of a schema in canonical form. What expressions refer to is left out: their text
/// implies it.
pub(super) fn digest(mut schema: Schema) -> String {
    schema.tables.values_mut().flat_map(Table::texts).for_each(|(_, uses)| *uses = Uses::default());
    schema
        .tables
        .values_mut()
        .flat_map(|table| &mut table.columns)
        .for_each(|column| column.type_uses.clear());
    for object in schema.sql_objects.values_mut() {
        object.uses.clear();
        object.missing.clear();
    }
    let mut digest = DigestHasher(Sha256::new());
    schema.normalized().hash(&mut digest);
    digest.hex()
}

/// Feeds a [`Hash`] implementation into SHA-256.
struct DigestHasher(Sha256);

impl Hasher for DigestHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The first eight bytes of the digest; [`hex`](Self::hex) returns all of it.
    fn finish(&self) -> u64 {
        self.0.clone().finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl DigestHasher {
    fn hex(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
