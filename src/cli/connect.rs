//! Connections of commands.

use sqlx::PgConnection;

use crate::config::DatabaseUrl;

/// Opens a connection without the service's time-outs, for migrations.
pub async fn connect(url: &DatabaseUrl) -> anyhow::Result<PgConnection> {
    autogenerate::cli::connect(&url.connect_options()?).await
}
