//! `curio serve`

mod descriptors;
mod issuers;
mod listeners;
mod sweep;
mod uses;
pub mod variables;

use std::{sync::Arc, time::Duration};

use anyhow::bail;
use sqlx::PgConnection;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::{listeners::Listeners, sweep::sweep};
use crate::{
    app::App,
    cli::{
        connect::{connect, in_time},
        signals::Signals,
    },
    config::ServeSettings,
    indexing,
    postgres::{
        migrations::{self, MIGRATOR},
        pool::Database,
        service::operations::key,
    },
    telemetry::traces,
};

/// How long each background task may take to stop; after that, its transaction is rolled back.
const LAST_WORK: Duration = Duration::from_secs(5);

pub async fn run(settings: &ServeSettings) -> anyhow::Result<()> {
    // First, because process 1 of a container ignores signals without a handler.
    let mut signals = Signals::new()?;
    let options = settings.http()?;
    let traces = traces::start()?;
    let database = Database::new(settings.database()?)?;
    let app = App::starting(database.clone(), options);
    let issuers = tokio::spawn(issuers::keep_keys(Arc::clone(&app)));
    // Probes respond while the database is migrated.
    let listeners = Listeners::bind(settings, &app)?;
    let started = tokio::select! {
        started = start(settings, &app) => {
            started?;
            true
        }
        () = signals.next() => false,
    };
    let stop = CancellationToken::new();
    let mut indexer = None;
    if started {
        let address = listeners.address;
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serve.listening");
        warn_about_imports();
        let sweeper = tokio::spawn(sweep(database.clone()));
        let uses = tokio::spawn(uses::store_uses(Arc::clone(&app)));
        let changed = Arc::clone(&app.indexes_changed);
        indexer = Some(tokio::spawn(indexing::run(database.clone(), changed, stop.clone())));
        signals.next().await;
        sweeper.abort();
        uses.abort();
    }
    tracing::info!("serve.stopping");
    stop.cancel();
    signals.exit_at_next();
    app.drain();
    if started {
        // Load balancers need time to notice that `/readyz` returns 503.
        sleep(settings.drain_delay).await;
    }
    listeners.stop().await?;
    if let Some(indexer) = indexer {
        // The database may have gone silent.
        if timeout(LAST_WORK, uses::store(&app)).await.is_err() {
            tracing::warn!("keys.uses_not_stored");
        }
        timeout(LAST_WORK, indexer).await.unwrap_or(Ok(()))?;
    }
    issuers.abort();
    database.close();
    traces.stop().await;
    tracing::info!("serve.stopped");
    Ok(())
}

/// Prepares the database, and starts the service.
async fn start(settings: &ServeSettings, app: &App) -> anyhow::Result<()> {
    let mut conn = connect(&settings.url).await?;
    prepare(&mut conn, settings).await?;
    warn_about_locale(&mut conn).await?;
    let cursor_key = match settings.read_cursor_key()? {
        Some(key) => key.expose().as_bytes().to_vec(),
        None => in_time(key::get_or_create(&mut conn, "cursor", rand::random())).await?,
    };
    app.start(&cursor_key);
    Ok(())
}

/// Migrates if requested, and fails if migrations are pending.
async fn prepare(conn: &mut PgConnection, settings: &ServeSettings) -> anyhow::Result<()> {
    let mut state = in_time(migrations::state(conn, &MIGRATOR)).await?;
    if settings.migrate_on_start && !state.pending.is_empty() {
        migrations::upgrade(conn, &MIGRATOR, settings.migration.migration_wait).await?;
        state = in_time(migrations::state(conn, &MIGRATOR)).await?;
    }
    if !state.pending.is_empty() {
        let names: Vec<String> =
            state.pending.iter().map(|(version, description)| format!("{version} ({description})")).collect();
        bail!(
            "the database lacks {} migrations: {}; run `curio db upgrade`, or serve with --migrate-on-start",
            names.len(),
            names.join(", ")
        );
    }
    if !state.unknown.is_empty() {
        tracing::warn!(versions = ?state.unknown, "serve.database_is_ahead");
    }
    if !state.missing.is_empty() {
        tracing::warn!(versions = ?state.missing, "serve.migrations_are_missing");
    }
    Ok(())
}

/// Warns if searches are case-sensitive, or treat punctuation outside ASCII as letters: the locale
/// `C` knows the characters of ASCII only, also as the `LC_CTYPE` of another one.
async fn warn_about_locale(conn: &mut PgConnection) -> anyhow::Result<()> {
    let query =
        "SELECT to_tsvector('simple', 'É') @@ 'é'::tsquery, to_tsvector('simple', 'a—b') @@ 'b'::tsquery";
    let (ignores_case, separates_words): (bool, bool) =
        in_time(sqlx::query_as(query).fetch_one(conn)).await?;
    if !ignores_case {
        tracing::warn!("serve.case_matters");
    }
    if !separates_words {
        tracing::warn!("serve.punctuation_matters");
    }
    Ok(())
}

/// Warns if no file can be created for the body of an import.
fn warn_about_imports() {
    if let Err(cause) = tempfile::tempfile() {
        tracing::warn!(directory = ?std::env::temp_dir(), %cause, "serve.imports_unavailable");
    }
}
