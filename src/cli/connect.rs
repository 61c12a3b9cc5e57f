//! Connections of commands.

use std::time::Duration;

use anyhow::{Context, ensure};
use sqlx::PgConnection;
use tokio::time::timeout;

use crate::{
    config::DatabaseUrl,
    postgres::{
        migrations::{self, MIGRATOR},
        pool::{Database, DatabaseOptions},
    },
};

/// How long the database may take to respond to a short statement.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs a short statement on a connection without time-outs.
///
/// # Errors
///
/// Any error of the statement, or the database does not respond in [`PATIENCE`].
pub async fn in_time<T, E>(statement: impl Future<Output = Result<T, E>>) -> anyhow::Result<T>
where
    anyhow::Error: From<E>,
{
    Ok(timeout(PATIENCE, statement).await.context("the database does not respond")??)
}

/// Opens a connection without the service's time-outs, for migrations.
pub async fn connect(url: &DatabaseUrl) -> anyhow::Result<PgConnection> {
    let mut conn = autogenerate::cli::connect(&url.connect_options()?).await?;
    let encoding: String = in_time(sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut conn)).await?;
    ensure!(
        encoding == "UTF8",
        "the encoding of the database is {encoding}, which has not every character: create it with ENCODING 'UTF8'"
    );
    Ok(conn)
}

/// A pool of one connection to a database with all migrations.
pub async fn open_current(url: &DatabaseUrl) -> anyhow::Result<Database> {
    let mut conn = connect(url).await?;
    let pending = in_time(migrations::state(&mut conn, &MIGRATOR)).await?.pending.len();
    ensure!(pending == 0, "the database lacks {pending} migrations: run `curio db upgrade`");
    Ok(Database::new(DatabaseOptions {
        connect: url.connect_options()?,
        max_connections: 1,
        wait_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_mins(1),
        lock_timeout: Duration::from_secs(10),
        idle_in_transaction_timeout: Duration::from_mins(1),
        reports_statements: false,
    })?)
}
