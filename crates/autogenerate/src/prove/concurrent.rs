//! Observes a statement that runs outside a transaction from a second connection, because its locks
//! are released before the first connection can be queried.

use super::measure::locks;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// How long a statement may take until it waits for the watcher or finishes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a statement while `watcher` holds a writer's lock on `tables`, which it releases once the
/// statement waits for it. Returns the locks that the statement held or waited for by then.
///
/// The inner error is PostgreSQL's error from the statement.
pub(super) async fn run(
    conn: &mut PgConnection,
    watcher: &mut PgConnection,
    tables: &[String],
    sql: &str,
) -> sqlx::Result<Result<BTreeMap<i64, usize>, sqlx::Error>> {
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *conn).await?;
    let lock = match tables {
        [] => "BEGIN".to_owned(),
        _ => format!("BEGIN; LOCK TABLE ONLY {} IN ROW EXCLUSIVE MODE", tables.join(", ")),
    };
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *watcher).await?;
    let is_done = AtomicBool::new(false);
    let statement = async {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await;
        is_done.store(true, Ordering::Relaxed);
        done
    };
    let watch = async {
        let seen = tokio::time::timeout(PATIENCE, watch(watcher, pid, &is_done)).await;
        // Always commit, or the statement would wait forever.
        sqlx::raw_sql("COMMIT").execute(&mut *watcher).await?;
        seen.unwrap_or_else(|_| Ok(BTreeMap::new()))
    };
    let (done, seen) = tokio::join!(statement, watch);
    match done {
        Ok(_) => Ok(Ok(seen?)),
        Err(error @ sqlx::Error::Database(_)) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

/// Polls the locks of a backend until it waits for one.
async fn watch(
    watcher: &mut PgConnection,
    pid: i32,
    is_done: &AtomicBool,
) -> sqlx::Result<BTreeMap<i64, usize>> {
    let mut seen: BTreeMap<i64, usize> = BTreeMap::new();
    loop {
        let waits = sqlx::query_scalar::<Postgres, bool>(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)",
        );
        let waits = waits.bind(pid).fetch_one(&mut *watcher).await?;
        for (oid, mode) in locks(watcher, Some(pid)).await? {
            let strongest = seen.entry(oid).or_insert(mode);
            *strongest = mode.max(*strongest);
        }
        if waits || is_done.load(Ordering::Relaxed) {
            return Ok(seen);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
