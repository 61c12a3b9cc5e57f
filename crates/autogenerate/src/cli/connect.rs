//! Connections of commands.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::{ConnectOptions as _, PgConnection, error::DatabaseError, postgres::PgConnectOptions};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens a connection for migrations.
///
/// # Errors
///
/// The database does not respond within ten seconds, or rejects the connection. The message says
/// what to check.
pub async fn connect(options: &PgConnectOptions) -> anyhow::Result<PgConnection> {
    connect_to(options, "DATABASE_URL").await
}

/// As [`connect`], for the URL of an argument.
pub(super) async fn connect_to(options: &PgConnectOptions, source: &str) -> anyhow::Result<PgConnection> {
    let server = format!("{}:{}", options.get_host(), options.get_port());
    let is_missing = |error: &sqlx::Error| {
        const NO_SUCH_DATABASE: &str = "3D000";
        error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == NO_SUCH_DATABASE)
    };
    match tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) if is_missing(&error) => Err(error).context(format!(
            "the server at {server} has no such database; create it with `sqlx database create` or `createdb`, or correct \
             {source}"
        )),
        Ok(Err(error)) => Err(error).with_context(|| unreachable_database(&server, source)),
        Err(error) => Err(error).with_context(|| unreachable_database(&server, source)),
    }
}

fn unreachable_database(server: &str, source: &str) -> String {
    format!(
        "cannot connect to the database at {server}; is PostgreSQL running there, and are the user, password and database of \
         {source} right?"
    )
}
