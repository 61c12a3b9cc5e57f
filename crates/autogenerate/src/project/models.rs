//! Writes models for an existing database.

use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use super::{error::ProjectError, live};
use crate::{
    codegen::{self, Generated},
    introspect::{Scope, Unhandled},
};

/// Generated models, and what they do not describe.
#[derive(Debug)]
pub struct Described {
    /// The models.
    pub generated: Generated,
    /// Objects that neither a model nor SQL describes.
    pub unhandled: Vec<Unhandled>,
}

/// Writes models that describe a database: every schema except PostgreSQL's own. `generator` is the
/// name of the calling program, for the head of the file.
///
/// # Errors
///
/// The database cannot be reached or read.
pub async fn models(database: &PgConnectOptions, generator: &str) -> Result<Described, ProjectError> {
    let mut conn = database.connect().await?;
    let mut reading = live::introspect_without_bookkeeping(&mut conn, &Scope::Database).await?;
    // Names need no schema if there is only one.
    let is_single = reading.schema.extensions.is_empty() && reading.schema.namespaces.len() < 2;
    if let (true, Some(only)) = (is_single, reading.schema.namespaces.keys().next()) {
        let scope = Scope::Schema(only.clone());
        reading = live::introspect_without_bookkeeping(&mut conn, &scope).await?;
    }
    let generated = codegen::models(&reading.schema, generator);
    Ok(Described { generated, unhandled: reading.unhandled })
}
