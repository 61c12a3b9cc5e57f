//! What was found alike before, so that a check that finds it so again makes no tables.
//!
//! A file remembers that certain models and certain migrations make the same schema on a certain version of PostgreSQL, and which: by
//! digests, because nothing has to be known but whether it is the same again. Where it is not, everything is compared anew; so a
//! difference is never told from memory. A memory that cannot be read or written costs time alone.

use std::{fmt::Write as _, fs, path::PathBuf};

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{Project, ProjectError};
use crate::{revision::Migrations, schema::Schema};

/// What is known of certain models and migrations.
#[derive(Debug)]
pub(super) struct Memory {
    /// `None` where nothing shall be remembered.
    file: Option<PathBuf>,
}

impl Memory {
    pub(super) fn of(
        project: &Project,
        migrations: &Migrations,
        conn: &PgConnection,
    ) -> Result<Self, ProjectError> {
        let Some(folder) = &project.memory else { return Ok(Self { file: None }) };
        let mut hasher = Sha256::new();
        hasher.update(env!("CARGO_PKG_VERSION"));
        hasher.update(format!("{:?}", conn.server_version_num()));
        hasher.update(format!("{:?}", project.metadata.schema()?));
        for pair in migrations.pairs() {
            hasher.update(pair.version.to_be_bytes());
            hasher.update(&*pair.up.checksum);
        }
        Ok(Self { file: Some(folder.join(hex(hasher))) })
    }

    /// The digest of what both make, where they are known to make the same.
    pub(super) fn recall(&self) -> Option<String> {
        fs::read_to_string(self.file.as_ref()?).ok()
    }

    pub(super) fn keep(&self, schema: &Schema) {
        let Some(file) = &self.file else { return };
        let kept =
            file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, digest(schema)));
        if let Err(error) = kept {
            tracing::debug!(file = %file.display(), %error, "what was found alike cannot be remembered");
        }
    }
}

/// A digest of a schema in canonical form.
pub(super) fn digest(schema: &Schema) -> String {
    let mut hasher = Sha256::new();
    hasher.update(format!("{:?}", schema.clone().normalized()));
    hex(hasher)
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}
