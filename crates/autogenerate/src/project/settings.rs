//! The settings of a project.

use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;

use crate::model::Metadata;

/// The models, the migrations and the database that the operations work on.
#[derive(Debug, Clone)]
pub struct Project {
    /// Every model.
    pub metadata: Metadata,
    /// The folder of migrations.
    pub folder: PathBuf,
    /// The live database.
    pub database: PgConnectOptions,
    /// An empty scratch database. If `None`, one is created on the live database's server and
    /// dropped afterwards.
    pub scratch: Option<PgConnectOptions>,
    /// A folder in which [`check`](Self::check) caches which models and migrations match, so that
    /// the next check only reads the database. Its contents can be deleted at any time.
    pub memory: Option<PathBuf>,
}
