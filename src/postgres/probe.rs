//! The health of the database, checked on a separate connection: an exhausted pool does not make
//! the service unready, and however many probes arrive, the database sees one a second.

use std::{
    fmt,
    time::{Duration, Instant},
};

use sqlx::PgConnection;
use tokio::{sync::Mutex, time::timeout};

use super::{migrations::MIGRATOR, pool::Database, tables};

/// How long a check may take.
const TIMEOUT: Duration = Duration::from_secs(1);
/// Whether the database or a table is read-only for this role, which migrations were applied, and
/// whether the database has all columns of all tables.
const STATE: &str = "SELECT current_setting('transaction_read_only') = 'on'
        OR NOT bool_and(has_table_privilege(to_regclass(of), 'INSERT')),
    ARRAY(SELECT version FROM _sqlx_migrations WHERE success),
    bool_and(EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = to_regclass(of) AND attname = name AND NOT attisdropped
    ))
    FROM unnest($1::text[], $2::text[]) AS columns (of, name)";
const UNDEFINED_TABLE: &str = "42P01";
/// How long a result is reused.
const FRESH: Duration = Duration::from_secs(1);

/// The health of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It responds, is writable, and has every migration. A database ahead of this binary is
    /// served, so that a binary can be rolled back.
    Good,
    /// It is read-only, at least in part.
    ReadOnly,
    /// It lacks migrations, or tables or columns that they created.
    Behind,
    /// It was not checked.
    Unknown,
    /// It does not respond in time, or with an error.
    Silent,
}

/// Checks the database.
pub struct Probe {
    database: Database,
    /// The names of all columns, and for each that of its table.
    columns: Vec<String>,
    tables: Vec<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<PgConnection>,
    last: Option<(Instant, Health)>,
}

impl Probe {
    /// A probe that connects on first use.
    #[must_use]
    pub fn new(database: Database) -> Self {
        let schema =
            tables().schema().unwrap_or_else(|error| unreachable!("a test builds the schema: {error}"));
        let columns = schema.tables.iter().flat_map(|(name, table)| {
            table.columns.iter().map(|column| (name.to_string(), column.name.clone()))
        });
        let (tables, columns) = columns.unzip();
        Self { database, tables, columns, state: Mutex::default() }
    }

    /// The health of the database, at most a second old.
    pub async fn health(&self) -> Health {
        let mut state = self.state.lock().await;
        if let Some((asked, health)) = state.last
            && asked.elapsed() < FRESH
        {
            return health;
        }
        // A check that is dropped midway drops the connection too.
        let answer = async {
            match state.connection.take() {
                // The server may have closed it since.
                Some(connection) => match self.ask(connection).await {
                    Ok(answer) => Ok(answer),
                    Err(_) => self.connect_and_ask().await,
                },
                None => self.connect_and_ask().await,
            }
        };
        let (connection, health) = match timeout(TIMEOUT, answer).await {
            Ok(Ok((connection, health))) => (Some(connection), health),
            Ok(Err(error)) => {
                tracing::warn!(%error, "database.not_ready");
                (None, Health::Silent)
            }
            Err(error) => {
                tracing::warn!(%error, "database.not_ready");
                (None, Health::Silent)
            }
        };
        // A session may stay read-only after the database has become writable.
        state.connection = connection.filter(|_| health != Health::ReadOnly);
        state.last = Some((Instant::now(), health));
        health
    }

    async fn connect_and_ask(&self) -> anyhow::Result<(PgConnection, Health)> {
        self.ask(self.database.open(TIMEOUT).await?).await
    }

    async fn ask(&self, mut connection: PgConnection) -> anyhow::Result<(PgConnection, Health)> {
        let answer =
            sqlx::query_as(STATE).bind(&self.tables).bind(&self.columns).fetch_one(&mut connection).await;
        let (read_only, applied, has_columns): (Option<bool>, Vec<i64>, bool) = match answer {
            // No migration was ever applied.
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
                return Ok((connection, Health::Behind));
            }
            answer => answer?,
        };
        let is_applied = |version: i64| applied.contains(&version);
        let health = if read_only == Some(true) {
            Health::ReadOnly
        } else if has_columns
            && MIGRATOR
                .iter()
                .filter(|it| it.migration_type.is_up_migration())
                .all(|it| is_applied(it.version))
        {
            Health::Good
        } else {
            Health::Behind
        };
        Ok((connection, health))
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").finish_non_exhaustive()
    }
}
