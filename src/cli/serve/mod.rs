//! `curio serve`

use std::{net::TcpListener, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use sqlx::PgConnection;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    app::App,
    cli::connect::connect,
    config::ServeSettings,
    error::Error,
    http::{listener, router},
    postgres::{
        migrations::{self, MIGRATOR},
        pool::Database,
        service::operations::{idempotency_key, key},
    },
};

/// The exit code after a second signal: 128 + SIGTERM.
const STOPPED_AT_ONCE: i32 = 143;
/// How often expired idempotency keys are removed.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// The most keys that one statement removes.
const SWEEP_PORTION: i64 = 1000;

pub async fn run(settings: &ServeSettings) -> anyhow::Result<()> {
    // First, because process 1 of a container ignores signals without a handler.
    let mut signals = Signals::new()?;
    let (app, database, listener) = tokio::select! {
        started = start(settings) => started?,
        () = signals.next() => {
            tracing::info!("serve.stopped");
            return Ok(());
        }
    };
    tracing::info!(address = %listener.local_addr()?, version = env!("CARGO_PKG_VERSION"), "serve.listening");
    let sweeper = tokio::spawn(sweep(database.clone()));
    let options = app.options.connections;
    let stop = stop(signals, Arc::clone(&app));
    listener::serve(listener, router(&app), app, options, stop).await?;
    sweeper.abort();
    database.close();
    tracing::info!("serve.stopped");
    Ok(())
}

/// Removes expired idempotency keys every minute; any number of replicas may do so at once.
async fn sweep(database: Database) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        match sweep_once(&database).await {
            Ok(0) => {}
            Ok(keys) => tracing::info!(keys, "idempotency_keys.swept"),
            Err(error) => tracing::warn!(cause = ?error, "idempotency_keys.not_swept"),
        }
    }
}

/// Removes them in portions, so that each statement is short.
async fn sweep_once(database: &Database) -> Result<u64, Error> {
    let mut swept = 0;
    loop {
        let mut conn = database.connection().await?;
        let portion = idempotency_key::sweep(&mut conn, SWEEP_PORTION).await?;
        conn.release();
        swept += portion;
        if portion < SWEEP_PORTION.unsigned_abs() {
            return Ok(swept);
        }
    }
}

async fn start(settings: &ServeSettings) -> anyhow::Result<(Arc<App>, Database, TcpListener)> {
    let options = settings.http()?;
    let database = Database::new(settings.database()?)?;
    let mut conn = connect(&settings.url).await?;
    prepare(&mut conn, settings).await?;
    let cursor_key = match settings.read_cursor_key()? {
        Some(key) => key.expose().as_bytes().to_vec(),
        None => key::get_or_create(&mut conn, "cursor", rand::random()).await?,
    };
    let listener = TcpListener::bind(settings.bind).with_context(|| {
        format!("cannot listen on {}; another address can be given by --bind", settings.bind)
    })?;
    listener.set_nonblocking(true)?;
    Ok((App::new(database.clone(), &cursor_key, options), database, listener))
}

/// Migrates if told to, and fails if migrations are pending.
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
    if !state.missing.is_empty() {
        tracing::warn!(versions = ?state.missing, "serve.migrations_are_missing");
    }
    Ok(())
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        tracing::info!("serve.stopping");
    }
}

/// Completes at the first signal; the second ends the process.
async fn stop(mut signals: Signals, app: Arc<App>) {
    signals.next().await;
    app.drain();
    tokio::spawn(async move {
        signals.next().await;
        std::process::exit(STOPPED_AT_ONCE);
    });
}
