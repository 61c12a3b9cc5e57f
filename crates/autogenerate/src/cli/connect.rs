//! Connections of commands.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::{
    ConnectOptions as _, Executor as _, PgConnection, error::DatabaseError, postgres::PgConnectOptions,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Removes time-outs that the role or the database has for short statements. That of locks stays:
/// what waits for a lock makes others wait.
const ALLOW_LONG_STATEMENTS: &str = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN
    ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout')";

/// Opens a connection for migrations, whose statements may take any time.
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
    let connecting = async {
        let mut connection = options.connect().await?;
        connection.execute(ALLOW_LONG_STATEMENTS).await?;
        Ok(connection)
    };
    match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
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
