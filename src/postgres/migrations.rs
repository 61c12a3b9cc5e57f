//! The migrations of this binary, and where a database stands against them.
//!
//! They are kept in sqlx's own table, so that sqlx's command line tool works on the same database. Only the lock is taken
//! differently: sqlx waits for it inside a statement, and a session that waits blocks another's
//! `CREATE INDEX CONCURRENTLY`, which the waiting one waits for in turn. So it is asked for again and again.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crc::{CRC_32_ISO_HDLC, Crc};
use sqlx::{
    AssertSqlSafe, PgConnection,
    migrate::{AppliedMigration, Migrate, MigrateError, Migration, Migrator},
};

/// The migrations that this binary carries.
pub static MIGRATOR: Migrator = sqlx::migrate!();

const TABLE: &str = "_sqlx_migrations";
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// Why a database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database reported an error outside a migration.
    #[error("the database cannot be asked for its migrations")]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error("migration {version} ({description}) failed; the ones before it stay applied")]
    Failed {
        /// The migration's version.
        version: i64,
        /// The migration's name.
        description: String,
        /// What the database reported.
        #[source]
        source: MigrateError,
    },
    /// sqlx could not read or prepare its table.
    #[error("the table of migrations cannot be used")]
    Table(#[from] MigrateError),
    /// A migration file is not the one that was applied.
    #[error(
        "migration {0} was edited after it was applied to this database; restore the file and write a new migration"
    )]
    Edited(i64),
    /// Another process holds the lock.
    #[error("another process has been migrating this database for {} s; try again when it is done", .0.as_secs())]
    Busy(Duration),
}

/// Where a database stands.
#[derive(Debug, Default)]
pub struct State {
    /// Versions that are applied and known, oldest first.
    pub applied: Vec<i64>,
    /// What this binary carries and the database lacks, oldest first.
    pub pending: Vec<(i64, String)>,
    /// Versions that were applied by a newer binary.
    pub unknown: Vec<i64>,
}

/// Compares the database with the migrations of `migrator`; changes nothing.
///
/// # Errors
///
/// [`MigrationError::Edited`], or what the database reports.
pub async fn state(conn: &mut PgConnection, migrator: &Migrator) -> Result<State, MigrationError> {
    let exists: bool =
        sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(TABLE).fetch_one(&mut *conn).await?;
    let applied = if exists { conn.list_applied_migrations(TABLE).await? } else { Vec::new() };
    compare(&applied, migrator)
}

fn compare(applied: &[AppliedMigration], migrator: &Migrator) -> Result<State, MigrationError> {
    let mut checksums: HashMap<i64, &[u8]> =
        applied.iter().map(|row| (row.version, &*row.checksum)).collect();
    let mut state = State::default();
    for migration in ups(migrator) {
        match checksums.remove(&migration.version) {
            Some(checksum) if checksum == &*migration.checksum => {
                state.applied.push(migration.version);
            }
            Some(_) => return Err(MigrationError::Edited(migration.version)),
            None => state.pending.push((migration.version, migration.description.to_string())),
        }
    }
    state.unknown = checksums.into_keys().collect();
    state.unknown.sort_unstable();
    Ok(state)
}

/// Applies what is pending, oldest first, and returns how many migrations that were.
///
/// Any number of processes may do this at once: each migration is applied by one of them. `patience` bounds the wait for the others.
///
/// # Errors
///
/// [`MigrationError::Busy`] after `patience`; [`MigrationError::Failed`] at the first migration that fails.
pub async fn upgrade(
    conn: &mut PgConnection,
    migrator: &Migrator,
    patience: Duration,
) -> Result<usize, MigrationError> {
    let key = lock_key(conn).await?;
    lock(conn, key, patience).await?;
    let outcome = apply_pending(conn, migrator).await;
    // A session that ends gives the lock back as well: an error here must not hide the outcome.
    let unlocked = sqlx::query("SELECT pg_advisory_unlock($1)").bind(key).execute(conn).await;
    let applied = outcome?;
    unlocked?;
    Ok(applied)
}

async fn apply_pending(conn: &mut PgConnection, migrator: &Migrator) -> Result<usize, MigrationError> {
    conn.ensure_migrations_table(TABLE).await?;
    let pending = state(conn, migrator).await?.pending;
    for migration in ups(migrator) {
        if !pending.iter().any(|(version, _)| *version == migration.version) {
            continue;
        }
        if migration.no_tx {
            drop_invalid_indexes(conn, migration).await?;
        }
        let elapsed = conn.apply(TABLE, migration).await.map_err(|source| MigrationError::Failed {
            version: migration.version,
            description: migration.description.to_string(),
            source,
        })?;
        tracing::info!(
            version = migration.version,
            description = %migration.description,
            duration_ms = milliseconds(elapsed),
            "migration.applied"
        );
    }
    Ok(pending.len())
}

/// Drops the indexes that an interrupted run of this migration left behind unfinished: `CREATE INDEX CONCURRENTLY IF NOT EXISTS`
/// would take such a one for the index itself. Nobody can be building them now, because the lock is held.
async fn drop_invalid_indexes(conn: &mut PgConnection, migration: &Migration) -> Result<(), sqlx::Error> {
    let invalid: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text, format('%I.%I', n.nspname, c.relname)
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE NOT i.indisvalid",
    )
    .fetch_all(&mut *conn)
    .await?;
    for (name, quoted) in invalid {
        if migration.sql.as_str().contains(&name) {
            tracing::warn!(index = quoted, version = migration.version, "migration.left_over_dropped");
            let statement = format!("DROP INDEX CONCURRENTLY IF EXISTS {quoted}");
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *conn).await?;
        }
    }
    Ok(())
}

async fn lock(conn: &mut PgConnection, key: i64, patience: Duration) -> Result<(), MigrationError> {
    let start = Instant::now();
    for attempt in 0_u32.. {
        let locked: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(key).fetch_one(&mut *conn).await?;
        if locked {
            return Ok(());
        }
        if start.elapsed() >= patience {
            return Err(MigrationError::Busy(patience));
        }
        if attempt.is_multiple_of(50) {
            tracing::info!(waited_ms = milliseconds(start.elapsed()), "migration.waiting");
        }
        tokio::time::sleep(LOCK_PAUSE).await;
    }
    Err(MigrationError::Busy(patience))
}

/// The key that sqlx itself locks, so that its command line tool and Curio keep out of each other's way.
async fn lock_key(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let database: String = sqlx::query_scalar("SELECT current_database()::text").fetch_one(conn).await?;
    let checksum = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(database.as_bytes());
    Ok(0x3d32_ad9e * i64::from(checksum))
}

/// For the log, where a number of 128 bits would become a string.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn ups(migrator: &Migrator) -> impl Iterator<Item = &Migration> {
    migrator.iter().filter(|migration| migration.migration_type.is_up_migration())
}
