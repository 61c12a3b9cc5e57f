//! Scratch databases that are created and dropped.
//!
//! A session that uses one holds an advisory lock from before its creation until after its drop.
//! The key is the number in the database's name. `pg_locks` shows such locks across databases, so a
//! database whose key is not locked was left behind by a killed process.

use sqlx::{AssertSqlSafe, PgConnection, postgres::PgConnectOptions, raw_sql};

use super::{
    error::Error,
    guard::{Guard, Remains},
    session::{PREFIX, connect, random_name, search_path, settings},
    space::{Backing, Scratch},
};
use crate::introspect::Scope;

impl Scratch {
    /// Creates a database on the server of `options`, with the encoding and locale of their
    /// database.
    ///
    /// `scope` is what [`Scratch::read`] reads: [`Scope::Database`] or `Scope::Schema("public")`.
    /// Databases left behind on the server by killed processes are dropped first.
    ///
    /// # Errors
    ///
    /// [`Error::NoRight`] if the user may not create a database, or an error from PostgreSQL or the
    /// connection.
    pub async fn database(options: &PgConnectOptions, scope: Scope) -> Result<Self, Error> {
        let name = random_name();
        let key: i64 = u64::from_str_radix(&name[PREFIX.len()..], 16).unwrap_or_default().cast_signed();
        // If this future is dropped halfway, its variables drop in reverse order: `admin` has to go
        // before the guard, which waits for its lock.
        let guard;
        let mut admin = connect(options).await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(key).execute(&mut admin).await?;
        sweep(&mut admin).await?;

        let create: String =
            sqlx::query_scalar(include_str!("create_database.sql")).bind(&name).fetch_one(&mut admin).await?;
        guard = Guard::new(options, Remains::Database(name.clone()), key);
        if let Err(error) = raw_sql(AssertSqlSafe(create)).execute(&mut admin).await {
            guard.disarm();
            return Err(Error::from_create(error, "database", options));
        }
        let options = options.clone().database(&name);
        match connect_to_new(&mut admin, &options).await {
            Ok((connection, settings)) => Ok(Scratch {
                connection,
                options,
                scope,
                backing: Backing::Database { admin, guard, settings },
            }),
            Err(error) => {
                guard.release(&mut admin).await?;
                Err(error)
            }
        }
    }
}

async fn connect_to_new(
    admin: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<(PgConnection, String), Error> {
    // The search path may be set for the other database only.
    let settings = settings(&search_path(admin).await?);
    let mut connection = connect(options).await?;
    raw_sql(AssertSqlSafe(settings.as_str())).execute(&mut connection).await?;
    Ok((connection, settings))
}

/// Drops what killed processes left behind. It carries on if another session drops a database
/// first, or if the user may not.
async fn sweep(admin: &mut PgConnection) -> Result<(), sqlx::Error> {
    let left: Vec<String> =
        sqlx::query_scalar(include_str!("left_databases.sql")).fetch_all(&mut *admin).await?;
    for name in left {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        match raw_sql(AssertSqlSafe(drop)).execute(&mut *admin).await {
            Ok(_) => tracing::info!(
                database = name,
                "dropped a scratch database that a killed process left behind"
            ),
            Err(sqlx::Error::Database(error)) => {
                tracing::debug!(database = name, %error, "could not drop a scratch database");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
