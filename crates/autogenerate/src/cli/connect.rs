//! Connections of commands.

use std::time::Duration;

use anyhow::Context;
use sqlx::{ConnectOptions as _, PgConnection};

use crate::config::DatabaseUrl;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens a connection without the service's time-outs, for migrations.
pub async fn connect(url: &DatabaseUrl) -> anyhow::Result<PgConnection> {
    let options = url.connect_options()?;
    let server = format!("{}:{}", options.get_host(), options.get_port());
    tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
        .await
        .map_err(anyhow::Error::from)
        .and_then(|connected| connected.map_err(anyhow::Error::from))
        .with_context(|| {
            format!(
                "the database at {server} does not respond; is PostgreSQL running there, and are the user, password \
                 and database of DATABASE_URL right?"
            )
        })
}
