//! `curio serve`

use std::net::TcpListener;

use anyhow::{Context, bail};
use sqlx::PgConnection;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    cli,
    config::ServeSettings,
    http::{App, server},
    postgres::{
        database::Database,
        migrations::{self, MIGRATOR},
        service::operations::key,
    },
};

/// The exit code of a process that was told twice to stop: 128 + SIGTERM.
const STOPPED_AT_ONCE: i32 = 143;

pub async fn run(settings: &ServeSettings) -> anyhow::Result<()> {
    let options = settings.http()?;
    let database = Database::new(settings.database()?)?;
    let mut conn = cli::connect(&settings.url).await?;
    prepare(&mut conn, settings).await?;
    let cursor_key = match &settings.cursor_key {
        Some(key) => key.expose().as_bytes().to_vec(),
        None => key::get_or_create(&mut conn, "cursor", rand::random()).await?,
    };
    drop(conn);

    let listener = TcpListener::bind(settings.bind).with_context(|| {
        format!("cannot listen on {}; another address can be given by --bind", settings.bind)
    })?;
    listener.set_nonblocking(true)?;
    tracing::info!(address = %listener.local_addr()?, version = env!("CARGO_PKG_VERSION"), "serve.listening");
    let signals = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let app = App::new(database.clone(), &cursor_key, options);
    server::serve(listener, app, stop(signals), settings.shutdown_timeout).await?;
    database.close();
    tracing::info!("serve.stopped");
    Ok(())
}

/// Brings the schema to what this binary needs, or refuses to serve without it.
async fn prepare(conn: &mut PgConnection, settings: &ServeSettings) -> anyhow::Result<()> {
    if settings.migrate_on_start {
        migrations::upgrade(conn, &MIGRATOR, settings.migration.migration_wait).await?;
    }
    let state = migrations::state(conn, &MIGRATOR).await?;
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
    Ok(())
}

/// Ready at the first SIGTERM or SIGINT; the second ends the process.
async fn stop((mut terminate, mut interrupt): (Signal, Signal)) {
    let either = async |terminate: &mut Signal, interrupt: &mut Signal| {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    either(&mut terminate, &mut interrupt).await;
    tracing::info!("serve.stopping");
    tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        std::process::exit(STOPPED_AT_ONCE);
    });
}
