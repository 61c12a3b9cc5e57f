//! Models, a folder of migrations and a database, held against each other: what a command line does.
//!
//! [`Project::autogenerate`] writes the revision that leads the database to the models, [`Project::check`] says where the three differ,
//! [`Project::rebase`] makes a revision again that another branch overtook, and [`difference`] is about two databases without any models.

mod check;
mod compare;
mod dependants;
mod error;
mod memory;
mod rebase;
mod revision;
mod sides;

use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;

pub use check::{Difference, Edge, Report, Side};
pub use compare::{Comparison, difference};
pub use dependants::Dependant;
pub use error::ProjectError;
pub use rebase::Rebased;
pub use revision::{Answer, Ask, Proven, Request, Revised};

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
    /// A folder where [`Project::check`] remembers which models and migrations it found alike: a check of the same then only reads the
    /// database. Anything in it may be deleted.
    pub memory: Option<PathBuf>,
}
