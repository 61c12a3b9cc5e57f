//! The migrations of this binary, and where a database stands against them.

use std::time::Duration;

pub use autogenerate::migrate::{MigrationError, State};
use autogenerate::{
    migrate::{self, Up},
    revision::{Migrations, RevisionError},
};
use sqlx::{PgConnection, migrate::Migrator};

/// The migrations that this binary carries.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// The same by revisions.
///
/// # Errors
///
/// Where the folder was not in order when the binary was built.
pub fn all() -> Result<Migrations, RevisionError> {
    Migrations::from_migrator(&MIGRATOR)
}

/// Compares the database with the migrations of `migrator`; changes nothing.
///
/// # Errors
///
/// [`MigrationError::Edited`], or what the database reports.
pub async fn state(conn: &mut PgConnection, migrator: &Migrator) -> Result<State, MigrationError> {
    let state = migrate::state(conn, &Migrations::from_migrator(migrator)?).await?;
    match state.edited.first() {
        Some(version) => Err(MigrationError::Edited(*version)),
        None => Ok(state),
    }
}

/// Applies what is pending, oldest first, and returns how many migrations that were.
///
/// Any number of processes may do this at once: each migration is applied by one of them. `patience` bounds the wait for the others.
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
