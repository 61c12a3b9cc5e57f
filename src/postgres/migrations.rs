//! The migrations of this binary, and which of them a database has.

use std::time::Duration;

pub use autogenerate::migrate::{MigrationError, State};
use autogenerate::{
    migrate::{self, Up},
    revision::{Migrations, RevisionError},
};
use sqlx::{PgConnection, migrate::Migrator};

/// The migrations embedded in this binary.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// The embedded migrations, grouped by revision.
///
/// # Errors
///
/// The folder was malformed when the binary was built.
pub fn all() -> Result<Migrations, RevisionError> {
    Migrations::from_migrator(&MIGRATOR)
}

/// Compares the database with the migrations of `migrator`; changes nothing.
///
/// # Errors
///
/// [`MigrationError::Edited`], [`MigrationError::Conflict`], or what the database reports.
pub async fn state(conn: &mut PgConnection, migrator: &Migrator) -> Result<State, MigrationError> {
    let migrations = Migrations::from_migrator(migrator)?;
    let state = migrate::state(conn, &migrations).await?;
    if let Some(version) = state.edited.first() {
        return Err(MigrationError::Edited(*version));
    }
    if let Some((version, recorded)) = state.conflicting.first() {
        let file = migrations.pairs().find(|pair| pair.version == *version).map(|pair| pair.up.name.clone());
        let (version, recorded) = (*version, recorded.clone());
        return Err(MigrationError::Conflict { version, recorded, file: file.unwrap_or_default() });
    }
    Ok(state)
}

/// Applies pending migrations, oldest first, and returns how many.
///
/// Any number of processes may do this at once: each migration is applied exactly once. `patience`
/// bounds the wait for the others.
///
/// # Errors
///
/// As [`migrate::upgrade`].
pub async fn upgrade(
    conn: &mut PgConnection,
    migrator: &Migrator,
    patience: Duration,
) -> Result<usize, MigrationError> {
    let migrations = Migrations::from_migrator(migrator)?;
    Ok(migrate::upgrade(conn, &migrations, &Up::Head, patience).await?.len())
}
