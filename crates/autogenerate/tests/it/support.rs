//! Helpers that the tests share.

use std::time::{Duration, Instant};

use autogenerate::{
    introspect::{Reading, Scope, read},
    scratch::Scratch,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions, raw_sql};

/// The connection options of the server.
pub fn server() -> PgConnectOptions {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL: see scripts/postgres");
    url.parse().expect("DATABASE_URL is a URL of PostgreSQL")
}

/// A database for one test, dropped after it.
pub struct Database {
    /// The connection options of the database.
    pub options: PgConnectOptions,
    /// An open connection.
    pub connection: PgConnection,
    _scratch: Scratch,
}

impl Database {
    pub async fn new() -> Self {
        let mut scratch = Scratch::database(&server(), Scope::Database).await.unwrap();
        let name: String = sqlx::query_scalar("SELECT current_database()::text")
            .fetch_one(scratch.connection())
            .await
            .unwrap();
        let options = server().database(&name);
        let connection = PgConnection::connect_with(&options).await.unwrap();
        Self { options, connection, _scratch: scratch }
    }

    /// Creates a database and runs `sql` in it.
    pub async fn with(sql: &str) -> Self {
        let mut database = Self::new().await;
        database.execute(sql).await;
        database
    }

    pub async fn execute(&mut self, sql: &str) {
        raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await.unwrap();
    }

    pub async fn read(&mut self, scope: &Scope) -> Reading {
        read(&mut self.connection, scope).await.unwrap()
    }

    /// Reads the schema `public`.
    pub async fn public(&mut self) -> Reading {
        self.read(&public()).await
    }

    /// Opens another connection.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect_with(&self.options).await.unwrap()
    }

    /// The URL of the database, for another process.
    pub fn url(&self) -> String {
        let url = std::env::var("DATABASE_URL").unwrap();
        let (base, parameters) = url.split_once('?').unwrap_or((&url, ""));
        let (server, _) = base.rsplit_once('/').unwrap();
        format!("{server}/{}?{parameters}", self.options.get_database().unwrap())
    }

    /// Runs a query that returns one number.
    pub async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connect().await).await.unwrap()
    }

    /// Runs a query that returns one text per row.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut self.connect().await).await.unwrap()
    }

    /// The server's major version.
    pub fn version(&self) -> u32 {
        self.connection.server_version_num().unwrap() / 10_000
    }
}

/// Polls until the condition is true; fails after a minute.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < Duration::from_mins(1), "timed out: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The scope that contains only the schema `public`.
pub fn public() -> Scope {
    Scope::Schema("public".to_owned())
}

/// Fails with only the lines that differ, because a schema has thousands.
#[track_caller]
pub fn assert_alike<T: PartialEq + std::fmt::Debug>(left: &T, right: &T) {
    if left == right {
        return;
    }
    let (left, right) = (format!("{left:#?}"), format!("{right:#?}"));
    let lines = left.lines().zip(right.lines()).enumerate().filter(|(_, (left, right))| left != right);
    let lines: Vec<String> =
        lines.take(20).map(|(number, (left, right))| format!("{number}: {left} | {right}")).collect();
    panic!("these lines differ:\n{}", lines.join("\n"));
}
