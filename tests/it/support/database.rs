//! A database for each test, cloned from a template that is migrated once.

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use curio::postgres::migrations::{self, MIGRATOR};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::sync::OnceCell;

use super::DatabaseOptions;

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// A database with all migrations.
    pub async fn new() -> Self {
        Self::create(&format!("TEMPLATE {}", template().await)).await
    }

    /// A database without any tables.
    pub async fn empty() -> Self {
        Self::create("").await
    }

    /// A database with this clause of `CREATE DATABASE`.
    pub async fn create(clause: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("curio_test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut server = server().await;
        // Without fsync, as on the private server, this takes a seventh of the time of the default.
        execute(&mut server, &format!("CREATE DATABASE {name} {clause} STRATEGY FILE_COPY")).await;
        Self { name }
    }

    /// Options to connect to it.
    pub fn connect_options(&self) -> PgConnectOptions {
        server_url().parse::<PgConnectOptions>().unwrap().database(&self.name)
    }

    /// Its URL, for another process.
    pub fn url(&self) -> String {
        let url = server_url();
        let (base, parameters) = url.split_once('?').unwrap_or((&url, ""));
        let base = base.rsplit_once('/').unwrap().0;
        format!("{base}/{}?{parameters}", self.name)
    }

    /// A connection next to the service's.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect_with(&self.connect_options()).await.unwrap()
    }

    /// Runs statements as they are.
    pub async fn execute(&self, sql: &str) {
        execute(&mut self.connect().await, sql).await;
    }

    /// The number of items.
    pub async fn count_items(&self) -> i64 {
        self.number("SELECT count(*) FROM items").await
    }

    /// The number that a query returns.
    pub async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connect().await).await.unwrap()
    }

    /// Ends the connections of the service, and returns their number.
    pub async fn terminate_connections(&self) -> i64 {
        self.number(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'curio'",
        )
        .await
    }

    /// Options of a small pool on it, with time-outs that no test reaches by accident.
    pub fn options(&self) -> DatabaseOptions {
        DatabaseOptions {
            connect: self.connect_options(),
            max_connections: 4,
            wait_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            idle_in_transaction_timeout: Duration::from_secs(10),
            reports_statements: false,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let name = self.name.clone();
        // The runtime of the test is shutting down.
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                execute(&mut server().await, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            });
        });
        gone.join().unwrap();
    }
}

/// The server on which the tests create their databases.
pub fn server_url() -> String {
    env::var("DATABASE_URL").expect("DATABASE_URL: `make test` sets it to a private PostgreSQL")
}

async fn server() -> PgConnection {
    PgConnection::connect_with(&server_url().parse().unwrap()).await.unwrap()
}

async fn execute(conn: &mut PgConnection, sql: &str) {
    conn.execute(AssertSqlSafe(sql)).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The name of the template, which the first test of this run creates.
async fn template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let name = format!("curio_test_template_{}", process::id());
            let mut server = server().await;
            sweep(&mut server).await;
            execute(&mut server, &format!("CREATE DATABASE {name}")).await;
            let options = server_url().parse::<PgConnectOptions>().unwrap().database(&name);
            let mut conn = PgConnection::connect_with(&options).await.unwrap();
            migrations::upgrade(&mut conn, &MIGRATOR, Duration::from_secs(10)).await.unwrap();
            conn.close().await.unwrap();
            name
        })
        .await
}

/// Drops the databases of runs that were killed, and the template of the last run.
async fn sweep(server: &mut PgConnection) {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database WHERE datname LIKE 'curio\\_test\\_%'
         AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = pg_database.datname)",
    )
    .fetch_all(&mut *server)
    .await
    .unwrap();
    let is_dead = |name: &str| {
        let pid = name.split('_').find_map(|piece| piece.parse::<u32>().ok());
        pid.is_some_and(|pid| pid != process::id() && !std::path::Path::new(&format!("/proc/{pid}")).exists())
    };
    for name in names.iter().filter(|name| is_dead(name)) {
        execute(server, &format!("DROP DATABASE IF EXISTS {name}")).await;
    }
}
