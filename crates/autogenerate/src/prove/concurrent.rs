//! A statement that runs outside a transaction, watched from a second connection: the first lets its locks go before it can be asked.

use super::measure::locks;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// How long a statement may take until it waits for the watcher, or is over.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a statement while `watcher` holds a writer's lock on `tables`, until the statement waits for that. Returns the locks that it
/// had by then, or waited for.
///
/// The inner error is PostgreSQL's, about the statement.
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
    let is_over = AtomicBool::new(false);
    let statement = async {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await;
        is_over.store(true, Ordering::Relaxed);
        done
    };
    let watch = async {
        let seen = tokio::time::timeout(PATIENCE, watch(watcher, pid, &is_over)).await;
        // In any case, or the statement would wait for ever.
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

/// Looks at the locks of a backend until it waits for one.
async fn watch(
    watcher: &mut PgConnection,
    pid: i32,
    is_over: &AtomicBool,
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
        if waits || is_over.load(Ordering::Relaxed) {
            return Ok(seen);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
