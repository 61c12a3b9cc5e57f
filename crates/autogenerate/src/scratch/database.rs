//! Databases that are created and dropped.
//!
//! Whoever uses one holds an advisory lock whose key is the number in the database's name, from before it is created
//! until after it is dropped. `pg_locks` shows such locks across databases: a database whose key nobody holds was left
//! by a process that was killed.

use sqlx::{AssertSqlSafe, PgConnection, postgres::PgConnectOptions, raw_sql};

use super::{
    error::Error,
    guard::{Guard, Left},
    space::{Place, Scratch},
    session::{PREFIX, connect, random_name, search_path, settings},
};
use crate::introspect::Scope;

impl Scratch {
    /// A new database on the server of `options`, with the encoding and the locale of the database of `options`.
    ///
    /// `scope` says what of it is read: [`Scope::Database`], or `Scope::Schema("public")`. Databases that killed
    /// processes have left on the server are dropped first.
    ///
    /// # Errors
    /// [`Error::NoRight`] where the user may not create a database, else what connecting or PostgreSQL has to say.
    pub async fn database(options: &PgConnectOptions, scope: Scope) -> Result<Self, Error> {
        let name = random_name();
        let key: i64 = u64::from_str_radix(&name[PREFIX.len()..], 16).unwrap_or_default().cast_signed();
        // The variables of this function are dropped from last to first, should it be dropped halfway.
        let guard;
        let mut admin = connect(options).await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(key).execute(&mut admin).await?;
        sweep(&mut admin).await?;

        let create: String =
            sqlx::query_scalar(include_str!("create_database.sql")).bind(&name).fetch_one(&mut admin).await?;
        guard = Guard::new(options, Left::Database(name.clone()), key);
        if let Err(error) = raw_sql(AssertSqlSafe(create)).execute(&mut admin).await {
            guard.disarm();
            return Err(Error::of_create(error, "database", options));
        }
        let options = options.clone().database(&name);
        match connect_to_it(&mut admin, &options).await {
            Ok((connection, settings)) => {
                Ok(Scratch { connection, options, scope, place: Place::Database { admin, guard, settings } })
            }
            Err(error) => {
                guard.release(&mut admin).await?;
                Err(error)
            }
        }
    }
}

async fn connect_to_it(
    admin: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<(PgConnection, String), Error> {
    // It may have been set for the other database alone.
    let settings = settings(&search_path(admin).await?);
    let mut connection = connect(options).await?;
    raw_sql(AssertSqlSafe(settings.as_str())).execute(&mut connection).await?;
    Ok((connection, settings))
}

/// Drops what killed processes have left. That somebody else drops it at the same time, or that the user may not, is
/// no reason to stop.
async fn sweep(admin: &mut PgConnection) -> Result<(), sqlx::Error> {
    let left: Vec<String> =
        sqlx::query_scalar(include_str!("left_databases.sql")).fetch_all(&mut *admin).await?;
    for name in left {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        match raw_sql(AssertSqlSafe(drop)).execute(&mut *admin).await {
            Ok(_) => tracing::info!(database = name, "dropped a scratch database that was left behind"),
            Err(sqlx::Error::Database(error)) => tracing::debug!(database = name, %error, "not dropped"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
