//! What was found alike before, so that a check that finds it so again makes no tables.
//!
//! A file remembers that certain models and certain migrations make the same schema on a certain version of PostgreSQL, and which: by
//! digests, because nothing has to be known but whether it is the same again. Where it is not, everything is compared anew; so a
//! difference is never told from memory. A memory that cannot be read or written costs time alone.

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

/// What is known of certain models and migrations.
#[derive(Debug)]
pub(super) struct Memory {
    /// `None` where nothing shall be remembered.
    file: Option<PathBuf>,
}

impl Memory {
    /// Of what the models of a project declare, and its migrations.
    pub(super) fn of(
        project: &Project,
        declared: &Schema,
        migrations: &Migrations,
        conn: &PgConnection,
    ) -> Self {
        let Some(folder) = &project.memory else { return Self { file: None } };
        let mut digest = Digested(Sha256::new());
        (env!("CARGO_PKG_VERSION"), conn.server_version_num(), declared).hash(&mut digest);
        for pair in migrations.pairs() {
            (pair.version, &*pair.up.checksum).hash(&mut digest);
        }
        Self { file: Some(folder.join(digest.hex())) }
    }

    /// The digest of what both make, where they are known to make the same.
    pub(super) fn recall(&self) -> Option<String> {
        fs::read_to_string(self.file.as_ref()?).ok()
    }

    pub(super) fn keep(&self, schema: &Schema) {
        let Some(file) = &self.file else { return };
        let kept = file
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(file, digest(schema.clone())));
        if let Err(error) = kept {
            tracing::debug!(file = %file.display(), %error, "what was found alike cannot be remembered");
        }
    }
}

/// A digest of a schema in canonical form, as it is printed: what expressions refer to can be read from them.
pub(super) fn digest(mut schema: Schema) -> String {
    schema.tables.values_mut().flat_map(Table::texts).for_each(|(_, uses)| *uses = Uses::default());
    let mut digest = Digested(Sha256::new());
    schema.normalized().hash(&mut digest);
    digest.hex()
}

/// Takes what is hashed into SHA-256.
struct Digested(Sha256);

impl Hasher for Digested {
    fn write(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    /// The beginning of the digest; [`hex`](Self::hex) is the whole.
    fn finish(&self) -> u64 {
        self.0.clone().finalize().iter().take(8).fold(0, |number, octet| number << 8 | u64::from(*octet))
    }
}

impl Digested {
    fn hex(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut text, octet| {
            let _ = write!(text, "{octet:02x}");
            text
        })
    }
}
