//! Connections of commands.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};

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
    tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
        .await
        .map_err(anyhow::Error::from)
        .and_then(|connected| connected.map_err(anyhow::Error::from))
        .with_context(|| {
            format!(
                "cannot connect to the database at {server}; is PostgreSQL running there, and are the user, \
                 password and database of {source} right?"
            )
        })
}
