//! What a project consists of.

use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;

use crate::model::Metadata;

/// What the commands work on.
#[derive(Debug, Clone)]
pub struct Project {
    /// Every model.
    pub metadata: Metadata,
    /// The folder of migrations.
    pub folder: PathBuf,
    /// The database that the models are compared with.
    pub database: PgConnectOptions,
    /// An empty database to try things in; without it one is made on the same server, and dropped afterwards.
    pub scratch: Option<PgConnectOptions>,
    /// A folder where [`check`](Self::check) remembers which models and migrations it found alike: a check of the same then only reads the
    /// database. Anything in it may be deleted.
    pub memory: Option<PathBuf>,
}
